"""How a person's pages are kept theirs alone: sessions, sign-ins, passkeys, password."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from troth.control.door import own
from troth.control.rules import SignedIn


@require_safe
@own
def security(request: HttpRequest, me: SignedIn) -> HttpResponse:
    """Who is signed in where, and how."""
    return render(request, "control/security.html", {"me": me})
