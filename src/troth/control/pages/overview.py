"""The person's first page."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from troth import clock
from troth.control import labels, seen
from troth.control.door import own
from troth.control.pages.choices import answerable
from troth.control.rules import SignedIn
from troth.control.spoken import language


@require_safe
@own
def overview(request: HttpRequest, me: SignedIn) -> HttpResponse:
    """At a glance: what is held and until when, what for, which choices stand, what happened last."""
    found = seen.of(me.person, settings.TROTH_SERVICE, language(), clock.now())
    changes = answerable(me, found.changes, found.last)
    context = {"me": me, "own_page": "me", "seen": found, "labels": labels.ALL, "changes": changes}
    return render(request, "control/overview.html", context)
