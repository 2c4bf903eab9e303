"""The floor for doors: a Django that does nothing, under the same server with the same threads."""

import sys

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

from troth.entry.server import run


def nothing(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(b"{}", content_type="application/json")


urlpatterns = [path("", nothing)]

if __name__ == "__main__":
    run("bench.floor:application", "127.0.0.1", int(sys.argv[1]))
else:
    settings.configure(SECRET_KEY="floor", ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, MIDDLEWARE=[])
    django.setup()
    application = get_wsgi_application()
