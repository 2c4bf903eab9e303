"""The receipt's page and its file."""

import json
import time

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from troth.consent import reads
from troth.consent.errors import NotYet

_PATIENCE = 1.5


@require_safe
def page(request: HttpRequest, record: str) -> HttpResponse:
    """What a person agreed to and chose, in plain words, with the file to keep."""
    recorded = reads.recorded(record)
    context = {
        "agreed": recorded.agreed,
        "shown": reads.wording(recorded.agreed.wording),
        "leaf": recorded.leaf.hex(),
    }
    response = render(request, "consent/receipt.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


@require_safe
def file(request: HttpRequest, record: str) -> HttpResponse:
    """The receipt with its proof, to keep and to check with ``troth verify --receipt``."""
    end = time.monotonic() + _PATIENCE
    while (receipt := reads.receipt(record)) is None:
        if time.monotonic() > end:
            message = "The ledger has not given this entry its place yet. Ask again in a second."
            raise NotYet(message)
        time.sleep(0.05)
    response = HttpResponse(json.dumps(receipt, indent=2, ensure_ascii=False) + "\n", content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="receipt-{record[:8]}.json"'
    response.headers["Cache-Control"] = "no-store"
    return response
