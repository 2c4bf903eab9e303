"""The page behind the link in the letter that asks whether a mail was theirs. Looking at it does nothing."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from troth import clock
from troth.control import confirming, labels, packing
from troth.control.door import let_out, see_other
from troth.control.spoken import language


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Says what a mail asked for in their name; does it when they press the button (P42)."""
    one = confirming.waiting(token)
    done = request.method == "POST"
    if done:
        confirming.confirm(one, service=settings.TROTH_SERVICE, language=language(), at=clock.now())
        packing.wake(erased=one.asked == "erase")
    if done and one.asked == "erase":
        response = see_other(reverse("erased", args=[one.person]))
        let_out(response)
    else:
        response = render(request, "control/mailed.html", {"one": one, "labels": labels.ALL, "done": done})
    response.headers["Cache-Control"] = "no-store"
    return response
