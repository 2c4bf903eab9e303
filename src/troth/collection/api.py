"""Collection by API: what a point asks for as JSON Schema, and the same submission as a form makes."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import to_json

from troth import clock
from troth.collection.actions import submit
from troth.collection.described import submission_schema
from troth.collection.errors import Malformed, Mistyped, NotDeclared, OtherMediaType
from troth.collection.forms import refuse_strangers, refuse_twice
from troth.collection.reads import Asking, asking, asking_as_shown
from troth.collection.rules import Given, declared_name
from troth.ledger.rules import parsed
from troth.vault.uploads import SealedUpload

router = Router(tags=["collection"])

MOST_KEY = 200
_NO_JSON = "The body is not JSON in UTF-8. Send an object as GET of this address describes it."


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Age(Closed):
    born: str = Field(max_length=10, description="Date of birth, YYYY-MM-DD. Checked, never kept.")
    country: str = Field(max_length=2, description="Where the person lives, ISO 3166. Checked, never kept.")


class Submission(Closed):
    """What a person gives at one point, and what they had been shown."""

    fields: dict[str, Any] = Field(default_factory=dict)
    choices: dict[str, Any] = Field(default_factory=dict)
    language: str = Field(max_length=10)
    shown: str = Field(pattern="^[0-9a-f]{64}$", description="The digest that GET answers with what must be shown.")
    age: Age | None = None


class Entry(BaseModel):
    leaf: str


class Taken(BaseModel):
    """A submission that is stored and recorded."""

    person: str
    entry: Entry
    receipt: str
    not_kept: list[str] = Field(description="Fields that serve only a choice that was not made; they were not stored.")


class Problem(BaseModel):
    """RFC 9457 problem details with troth's own shape under ``error``."""

    type: str
    title: str
    status: int
    detail: str
    error: dict[str, str]
    errors: list[dict[str, str]]


REFUSALS = dict.fromkeys((400, 404, 409, 411, 413, 415, 422, 503), Problem)


class Point(BaseModel):
    """What a collection point asks for: the JSON Schema of a submission, and what must be shown before it is sent."""

    described: dict[str, Any] = Field(alias="schema")
    shown: dict[str, Any]
    digest: str


@router.get("/collect/{point}", response={200: Point, **REFUSALS}, by_alias=True)
def describe(request: HttpRequest, point: str, language: str = "en") -> dict[str, Any]:
    """What `point` asks for in `language`, and the digest to send back with a submission."""
    shown = asking(settings.TROTH_SERVICE, point, language, clock.now())
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **submission_schema(shown)}
    return {"schema": schema, "shown": shown.notice, "digest": shown.digest}


_TAKES = {
    "parameters": [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "schema": {"type": "string", "minLength": 1, "maxLength": MOST_KEY},
            "description": "Whoever sends the same submission again with the same key gets the first answer.",
        }
    ],
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"type": "object"}},
            "multipart/form-data": {"schema": {"type": "object"}},
        },
    },
}


# It reads its request and writes its answer itself, and OpenAPI is told of both.
@router.post("/collect/{point}", response={201: Taken, **REFUSALS}, openapi_extra=_TAKES)
def collect(request: HttpRequest, point: str) -> HttpResponse:
    """Takes a submission. With files: multipart/form-data, the JSON in the part ``submission``, one part a file."""
    key = idempotency_key(request.META)
    answer = taken(point, _sent(request), key, request.FILES)  # type: ignore[arg-type]
    return HttpResponse(answer, status=201, content_type="application/json")


def taken(point: str, sent: bytes, key: str, uploads: Mapping[str, SealedUpload]) -> bytes:
    """Takes what was `sent` as JSON under this idempotency key; answers what a program is told of it, as JSON."""
    accepted = submit(partial(_read, point, sent, key, uploads), uploads)
    told = {
        "person": accepted.person,
        "entry": {"leaf": accepted.leaf.hex()},
        "receipt": f"{settings.TROTH_URL}/receipts/{accepted.record}/",
        "not_kept": accepted.not_kept,
    }
    return to_json(told)


def _read(point: str, sent: bytes, key: str, uploads: Mapping[str, SealedUpload], at: datetime) -> tuple[Given, Asking]:
    body = _submission(sent)
    shown = asking_as_shown(settings.TROTH_SERVICE, point, body.language, body.shown, at)
    if body.language != shown.language:
        message = "The statement does not have this language. Send one that it has, written as it writes it."
        raise Mistyped(message, clause=f"collection.{point}", field="language")
    born, country = (body.age.born, body.age.country) if body.age else ("", "")
    given = Given(
        point, body.fields, uploads, body.choices, shown.language, body.shown, born, country, key,  # type: ignore[arg-type]
    )  # fmt: skip
    return given, shown


def idempotency_key(head: Mapping[str, str]) -> str:
    """The key in the head of a request, apart from those of forms; empty for none."""
    # The server makes an empty one of what is not ASCII.
    key = head.get("HTTP_IDEMPOTENCY_KEY")
    if key is None:
        return ""
    if not 0 < len(key) <= MOST_KEY:
        message = "An idempotency key is 1 to 200 characters of ASCII. Choose another one."
        raise Malformed(message, field="Idempotency-Key")
    return f"api:{key}"


def _sent(request: HttpRequest) -> bytes:
    """The JSON of a request: its body, or the part ``submission`` of multipart/form-data."""
    multipart = request.content_type == "multipart/form-data"
    if not multipart and request.content_type != "application/json":
        message = "A submission is application/json, or multipart/form-data where files come along. Send it as one."
        raise OtherMediaType(message)
    if not multipart:
        return request.body
    refuse_strangers([name for name in request.POST if name != "submission"])
    refuse_twice(request.POST)
    refuse_twice(request.FILES)
    try:
        return request.POST.get("submission", "").encode()
    except UnicodeEncodeError as error:
        raise Malformed(_NO_JSON) from error


def _submission(sent: bytes) -> Submission:
    try:
        return Submission.model_validate(_parsed(sent))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = ".".join(str(step) for step in first["loc"])
        if first["type"] == "extra_forbidden":
            message = "A submission has no such part. Leave it out."
            raise NotDeclared(message, clause="collection", field=declared_name(name)) from error
        message = "The submission is not shaped as GET of this address describes it."
        raise Mistyped(message, clause="collection", field=declared_name(name)) from error


def _parsed(sent: bytes) -> Any:
    try:
        return parsed(sent)
    except (ValueError, RecursionError) as error:
        raise Malformed(_NO_JSON) from error
