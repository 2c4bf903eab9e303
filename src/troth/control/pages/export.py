"""A package of everything that is held of a person, made for them and handed to them alone."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from troth import clock
from troth.control import exports, packing
from troth.control.door import proved, see_other
from troth.control.rules import SignedIn
from troth.control.spoken import language


@require_http_methods(["GET", "HEAD", "POST"])
@proved
def export(request: HttpRequest, me: SignedIn) -> HttpResponse:
    """Shows how far the newest package has come; has one made."""
    now = clock.now()
    if request.method == "POST":
        exports.order(me.person, service=settings.TROTH_SERVICE, language=language(), at=now)
        packing.wake()
        return see_other(reverse("export"))
    return render(
        request, "control/export.html", {"me": me, "own_page": "export", "package": exports.newest(me.person, now)}
    )


@require_safe
@proved
def package(request: HttpRequest, me: SignedIn, ref: str) -> HttpResponse:
    """The package itself, piece by piece."""
    now = clock.now()
    size, pieces = exports.opened(ref, me.person, now)
    response: Any = StreamingHttpResponse(pieces, content_type="application/zip")
    response.headers["Content-Length"] = str(size)
    response.headers["Content-Disposition"] = f'attachment; filename="information-{now.date()}.zip"'
    return response  # type: ignore[no-any-return] # Django's streaming answers are of a class of their own
