"""A person's entries in the ledger, in plain words."""

import json

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from troth import clock
from troth.consent.errors import NotYet
from troth.control import history, labels, naming
from troth.control.door import own
from troth.control.errors import NoSuchEntry
from troth.control.rules import SignedIn
from troth.control.spoken import language

ON_A_PAGE = 25


@require_safe
@own
def entries(request: HttpRequest, me: SignedIn) -> HttpResponse:
    """Every entry about the person, the newest first, each with its place in the log and its receipt."""
    page = Paginator(history.events_of(me.person), ON_A_PAGE).get_page(request.GET.get("page"))
    names = naming.names(settings.TROTH_SERVICE, language(), clock.now())
    shown = [(event, names.of(event), history.path_of(event)) for event in page]
    context = {"me": me, "own_page": "my-history", "page": page, "entries": shown, "labels": labels.ALL}
    return render(request, "control/history.html", context)


@require_safe
@own
def receipt(request: HttpRequest, me: SignedIn, leaf: str) -> HttpResponse:
    """The receipt of one of the person's entries, to keep and to check with ``troth verify --receipt``."""
    event = next((one for one in history.events_of(me.person) if one.leaf == leaf), None)
    if event is None:
        message = "The ledger has no such entry about you. Open it from your history."
        raise NoSuchEntry(message)
    found = history.receipt_of(me.person, event)
    if found is None:
        message = "The ledger has not given this entry its place yet. Ask again in a second."
        raise NotYet(message)
    content = json.dumps(found, indent=2, ensure_ascii=False) + "\n"
    response = HttpResponse(content, content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="receipt-{leaf[:16]}.json"'
    return response
