"""Visits that are joined with a person, because they agreed."""

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from troth import clock
from troth.control.door import own
from troth.control.rules import SignedIn
from troth.control.spoken import language
from troth.statement import reads as statements
from troth.statement.clause import Voice
from troth.visits import joined as visits
from troth.visits.actions import agrees

ON_A_PAGE = 50


@require_safe
@own
def joined(request: HttpRequest, me: SignedIn) -> HttpResponse:
    """Every visit that is joined with them, whether more are, and the way to the switch that ends it (P20)."""
    at, service = clock.now(), settings.TROTH_SERVICE
    statement = statements.in_force(service, at).statement
    join = statement.visits.join if statement.visits else None
    context = {
        "me": me,
        "own_page": "my-visits",
        "visits": Paginator(visits.joined(me.person), ON_A_PAGE).get_page(request.GET.get("page")),
        "join": join,
        "purpose": Voice(statement, language()).purpose(join) if join else "",
        "agreed": agrees(me.person, service, join, at=at),
        "hours": "time" in statement.visits.fields if statement.visits else False,
    }
    return render(request, "control/visits.html", context)
