"""The WSGI application, with the threads that place ledger entries and keep retention."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "troth.entry.settings")

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

application = get_wsgi_application()

from troth.entry.keeper import start  # noqa: E402 - applications first

get_resolver().url_patterns  # noqa: B018 - loads every door now, not at the first request
start()
