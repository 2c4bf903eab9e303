"""Addresses of the log, below ``/log/``."""

from django.urls import path, re_path

from troth.ledger import pages

urlpatterns = [
    path("checkpoint", pages.checkpoint, name="checkpoint"),
    path("vkey", pages.vkey),
    re_path(r"^tile/entries/(?P<path>[0-9xp./]+)$", pages.entries),
    re_path(r"^tile/(?P<level>[0-9]|[1-5][0-9]|6[0-3])/(?P<path>[0-9xp./]+)$", pages.tile),
]
