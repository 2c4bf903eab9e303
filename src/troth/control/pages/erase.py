"""Erasing oneself: what will happen is said first, and what was done is certified."""

import json
import time
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from troth import clock
from troth.consent.errors import NotYet
from troth.control import erasing, packing
from troth.control.door import let_out, proved, see_other
from troth.control.rules import SignedIn
from troth.ledger.rules import leaf_hash
from troth.vault.certificate import certificate

_PATIENCE, _PAUSE = 10.0, 0.05


@require_http_methods(["GET", "HEAD", "POST"])
@proved
def erase(request: HttpRequest, me: SignedIn) -> HttpResponse:
    """Says what will happen; erases whoever says once more that they want it."""
    if request.method != "POST" or request.POST.get("sure") != "yes":
        context = {"me": me, "own_page": "erase", "unsure": request.method == "POST", **erasing.held_of(me.person)}
        return render(request, "control/erase.html", context, status=422 if context["unsure"] else 200)
    erasing.erase(me.person, service=settings.TROTH_SERVICE, at=clock.now())
    packing.wake(erased=True)
    response = see_other(reverse("erased", args=[me.person]))
    let_out(response)
    return response


@require_safe
def erased(request: HttpRequest, person: str) -> HttpResponse:
    """That somebody was erased. Whoever knows the address can see it; it says nothing of them but when."""
    entry = _certified(person)["entry"].encode()
    at = datetime.fromisoformat(json.loads(entry)["at"])
    response = render(request, "control/erased.html", {"person": person, "at": at, "leaf": leaf_hash(entry).hex()})
    response.headers["Cache-Control"] = "no-store"
    return response


@require_safe
def proof(request: HttpRequest, person: str) -> HttpResponse:
    """The certificate with its proof, to keep and to check with ``troth verify --receipt``."""
    content = json.dumps(_certified(person), indent=2, ensure_ascii=False) + "\n"
    response = HttpResponse(content, content_type="application/json")
    response.headers["Content-Disposition"] = 'attachment; filename="erased.json"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _certified(person: str) -> dict[str, Any]:
    """The certificate, which may have to wait a moment for its place in the ledger."""
    end = time.monotonic() + _PATIENCE
    while (found := certificate(person)) is None:
        if time.monotonic() > end:
            message = "The ledger has not given this entry its place yet. Ask again in a second."
            raise NotYet(message)
        time.sleep(_PAUSE)
    return found
