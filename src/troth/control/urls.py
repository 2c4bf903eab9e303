"""The addresses of the person's own pages, below ``/me/``."""

from django.urls import path

from troth.control.pages import erase, export, history, overview, requests, security, signing_in

urlpatterns = [
    path("", overview.overview, name="me"),
    path("sign-in/", signing_in.sign_in, name="sign-in"),
    path("sign-in/code/", signing_in.code, name="sign-in-code"),
    path("sign-out/", signing_in.sign_out, name="sign-out"),
    path("security/", security.security, name="security"),
    path("requests/", requests.requests, name="my-requests"),
    path("export/", export.export, name="export"),
    path("export/<slug:ref>.zip", export.package, name="package"),
    path("erase/", erase.erase, name="erase"),
    path("erased/<slug:person>/", erase.erased, name="erased"),
    path("erased/<slug:person>.json", erase.proof, name="erased-proof"),
    path("history/", history.entries, name="my-history"),
    path("history/<slug:leaf>.json", history.receipt, name="my-history-receipt"),
]
