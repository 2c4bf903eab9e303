"""The first of a person's own pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from troth.control.door import own
from troth.control.rules import SignedIn


@require_safe
@own
def overview(request: HttpRequest, me: SignedIn) -> HttpResponse:
    """What there is to see and to do."""
    return render(request, "control/overview.html", {"me": me})
