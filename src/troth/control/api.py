"""The door for programs through which somebody's request comes in: a telephone line, a shop, another site."""

import json
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Router

from troth import clock
from troth.control import asked, asking
from troth.control.clocks import ASKED
from troth.control.errors import NotAsked
from troth.ledger.rules import each_once
from troth.use import tokens
from troth.use.errors import NotCovered

router = Router(tags=["control"])

_REFERENCE: Final = 35
_PARTS: Final[dict[str, dict[str, Any]]] = {
    "person": {"type": "string", "minLength": 1, "maxLength": _REFERENCE, "description": "A person's reference."},
    "right": {"enum": list(ASKED), "description": "What they ask for."},
    "words": {"type": "string", "maxLength": asking.MOST_WORDS, "description": "What they wrote; it is sealed."},
}
_NEEDED: Final = frozenset({"person", "right"})
_TAKEN = {
    "type": "object",
    "required": ["request", "right", "law", "due", "state", "entry"],
    "properties": {
        "request": {"type": "string"}, "right": {"type": "string"}, "law": {"type": "string"},
        "due": {"type": "string", "format": "date"}, "state": {"type": "string"}, "entry": {"type": "string"},
    },
}  # fmt: skip
_PROBLEM = {"application/problem+json": {"schema": {"type": "object", "required": ["error", "errors", "status"]}}}
_REFUSALS = {
    400: "The request cannot be read.", 401: "No token that is in force.", 403: "A token that is not made for it.",
    404: "Nothing is held of this person.", 413: "More than is taken at once.", 422: "Not shaped as described.",
    429: "As many requests of this person wait as can be taken.", 503: "The store does not answer.",
}  # fmt: skip
_DESCRIBED = {
    "security": [{"token": []}],
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": sorted(_NEEDED),
                    "properties": _PARTS,
                }
            }
        },
    },
    "responses": {
        201: {"description": "Taken in.", "content": {"application/json": {"schema": _TAKEN}}},
        **{status: {"description": said, "content": _PROBLEM} for status, said in _REFUSALS.items()},
    },
}


@router.post("/requests", openapi_extra=_DESCRIBED)
def requests(request: HttpRequest) -> HttpResponse:
    """Takes in what a person asks for, on their behalf: its clock begins, and the ledger says so.

    The token is one that was made for it, and for no recipient. It tells nothing of the person.
    """
    now = clock.now()
    scope = tokens.scope(request.META.get("HTTP_AUTHORIZATION", ""), now)
    if tokens.REQUESTS not in scope.purposes:
        message = "This token is not made to take requests in. Have one made with `troth token new --requests`."
        raise NotCovered(message)
    said = _said(request)
    ref = asking.ask(
        said["person"], said["right"], words=said.get("words", ""), service=settings.TROTH_SERVICE,
        through=asking.Through("api", scope.ref), at=now,
    )  # fmt: skip
    taken = asked.request(ref)
    answer = {
        "request": ref, "right": taken.asked, "law": taken.law, "due": taken.due.isoformat(), "state": taken.state,
        "entry": taken.leaf,
    }  # fmt: skip
    return JsonResponse(answer, status=201, headers={"Cache-Control": "no-store"})


def _said(request: HttpRequest) -> dict[str, str]:
    if request.content_type != "application/json":
        raise _malformed("")
    try:
        body: Any = json.loads(request.body, object_pairs_hook=each_once)
    except (ValueError, RecursionError):
        raise _malformed("") from None
    if not isinstance(body, dict) or not _NEEDED <= body.keys() <= _PARTS.keys():
        raise _malformed("")
    for name, value in body.items():
        most = _PARTS[name].get("maxLength", _REFERENCE)
        if not isinstance(value, str) or (not value and name != "words") or len(value) > most or "\0" in value:
            raise _malformed(name)
    try:
        "".join(body.values()).encode()
    except UnicodeEncodeError:
        raise _malformed("words") from None
    return body


def _malformed(part: str) -> NotAsked:
    return NotAsked("The request is not shaped as /api/v1/openapi.json describes it. Send a JSON object.", field=part)
