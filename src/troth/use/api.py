"""The door for programs in other languages: may this purpose use this now?"""

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Router

from troth import clock
from troth.ledger.rules import each_once
from troth.use import reads, tokens
from troth.use.errors import Malformed
from troth.use.gates import Wanted
from troth.use.reads import Question
from troth.use.rules import Answer
from troth.use.tokens import Scope

router = Router(tags=["use"])

MOST_QUESTIONS: Final = 1000
MOST_FIELDS: Final = 100
_LONGEST: Final = 60
_REFERENCE: Final = 35
_A_REFERENCE: Final = re.compile(f"[0-9A-Za-z]{{1,{_REFERENCE}}}").fullmatch
_COUNTRY: Final = re.compile("[A-Z]{2}")
_NAME = {"type": "string", "minLength": 1, "maxLength": _LONGEST}
_PARTS: Final = {
    "person": {"type": "string", "pattern": f"^[0-9A-Za-z]{{1,{_REFERENCE}}}$", "description": "A person's reference."},
    "purpose": {**_NAME, "description": "A purpose of the statement that the token names."},
    "fields": {"type": "array", "minItems": 1, "maxItems": MOST_FIELDS, "items": _NAME},
    "recipient": {**_NAME, "description": "To whom it is to go. A recipient's own token need not say."},
    "country": {"type": "string", "pattern": "^[A-Z]{2}$", "description": "Where it is to go, ISO 3166."},
    "transaction": {**_NAME, "maxLength": _REFERENCE, "description": "The record that it is for alone."},
}
_NEEDED: Final = frozenset({"person", "purpose", "fields"})
_REASON = {
    "type": "object",
    "required": ["code", "clause", "about", "under"],
    "properties": {
        "code": {"type": "string"},
        "clause": {"type": "string", "description": "The sentence of the statement that refuses, by its id."},
        "about": {"type": "string", "description": "The choice or objection that it is about, if about one."},
        "under": {"enum": ["", "given", "in-force"], "description": "Which statement says so."},
    },
}
_ANSWER = {
    "type": "object",
    "required": ["allowed", "refused"],
    "properties": {
        "allowed": {"type": "array", "items": {"type": "string"}},
        "refused": {"type": "object", "additionalProperties": _REASON},
    },
}
_PROBLEM = {"application/problem+json": {"schema": {"type": "object", "required": ["error", "errors", "status"]}}}
_REFUSALS = {
    400: "The request cannot be read.", 401: "No token that is in force.", 403: "The token does not cover this.",
    413: "More than is taken at once.", 422: "Not shaped as described.", 503: "The store does not answer.",
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
                    "required": ["questions"],
                    "properties": {
                        "questions": {
                            "type": "array",
                            "minItems": 1,
                            "maxItems": MOST_QUESTIONS,
                            "items": {
                                "type": "object",
                                "additionalProperties": False,
                                "required": sorted(_NEEDED),
                                "properties": _PARTS,
                            },
                        }
                    },
                }
            }
        },
    },
    "responses": {
        200: {
            "description": "An answer to each question, in their order.",
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "required": ["answers"],
                        "properties": {"answers": {"type": "array", "items": _ANSWER}},
                    }
                }
            },
        },
        **{status: {"description": said, "content": _PROBLEM} for status, said in _REFUSALS.items()},
    },
}


# It answers by the hundred: it reads its request and writes its answer itself, and OpenAPI is told of both.
@router.post("/decide", openapi_extra=_DESCRIBED)
def decide(request: HttpRequest) -> HttpResponse:
    """Says of each question which fields may be used as it wants, and of each other field why not.

    It opens nothing. Somebody of whom nothing is held is answered as anybody else, with every field refused.
    """
    now = clock.now()
    scope = tokens.scope(request.META.get("HTTP_AUTHORIZATION", ""), now)
    answers = reads.decide(_asked(_questions(request), scope), settings.TROTH_SERVICE, now)
    # People who are alike are answered alike: with the very same answer.
    told = {id(answer): answer for answer in answers}
    written = {number: _written(answer) for number, answer in told.items()}
    content = ",".join([written[id(answer)] for answer in answers])
    response = HttpResponse(f'{{"answers":[{content}]}}', content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def _questions(request: HttpRequest) -> Sequence[Any]:
    if request.content_type != "application/json":
        message = "The body is not JSON. Send it as application/json."
        raise Malformed(message)
    try:
        body = json.loads(request.body, object_pairs_hook=each_once)
    except (ValueError, RecursionError) as error:
        message = "The body is not JSON, or holds a name twice. Send a JSON object."
        raise Malformed(message) from error
    questions = body.get("questions") if isinstance(body, dict) and len(body) == 1 else None
    if not isinstance(questions, list) or not 0 < len(questions) <= MOST_QUESTIONS:
        raise _malformed("questions")
    return questions


def _malformed(part: str) -> Malformed:
    return Malformed("The question is not shaped as /api/v1/openapi.json describes it.", field=part)


def _asked(questions: Sequence[Any], scope: Scope) -> list[Question]:
    """What is asked. Programs ask the same about many people, one behind the other."""
    asked, before, meant = [], None, None
    for one in questions:
        if not isinstance(one, dict):
            raise _malformed("questions")
        person = one.pop("person", None)
        if not isinstance(person, str) or not _A_REFERENCE(person):
            raise _malformed("person")
        if meant is None or one != before:
            before, meant = one, _meant(one, scope)
        asked.append(Question(person, *meant))
    return asked


def _meant(one: dict[str, Any], scope: Scope) -> tuple[Wanted, tuple[str, ...]]:
    fields = one.get("fields")
    if not isinstance(fields, list) or not 0 < len(fields) <= MOST_FIELDS:
        raise _malformed("fields")
    try:
        return _understood(tuple([part for part in one.items() if part[0] != "fields"]), tuple(fields), scope)
    except TypeError as error:  # a list or an object where a name belongs, or no purpose
        raise _malformed("questions") from error


@lru_cache(4096)
def _understood(
    rest: tuple[tuple[str, Any], ...], fields: tuple[Any, ...], scope: Scope
) -> tuple[Wanted, tuple[str, ...]]:
    """What is wanted. Programs ask the same about many people."""
    if not all(map(_is_name, fields)):
        raise _malformed("fields")
    for part, value in rest:
        if part not in _PARTS or not _is_name(value):
            raise _malformed(part if part in _PARTS else "questions")
    parts = dict(rest)
    if not _COUNTRY.fullmatch(parts.get("country", "TW")):
        raise _malformed("country")
    if len(parts.get("transaction", "")) > _REFERENCE:
        raise _malformed("transaction")
    return scope.covers(Wanted(**parts)), tuple(dict.fromkeys(fields))


def _is_name(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _LONGEST


def _written(answer: Answer) -> str:
    reasons = {field: reason._asdict() for field, reason in answer.refused.items()}
    return json.dumps({"allowed": answer.allowed, "refused": reasons}, separators=(",", ":"))
