"""Choices by API: what is asked, the same for everybody, and the choice that ``troth.js`` sends."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any, Final, Literal, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseNotModified
from ninja import Router
from pydantic import BaseModel, ConfigDict, Field, StrictBool
from pydantic_core import to_json

from troth import clock
from troth.cookies import browser, reads
from troth.cookies.actions import Choosing, Taken, choose, hear, note_unregistered
from troth.cookies.errors import Malformed
from troth.cookies.rules import DIGEST, ref_in
from troth.ledger.rules import parsed
from troth.networks import sender

router = Router(tags=["choices"])

MOST: Final = 16 * 1024
_MOST_FOUND: Final = 50
_FRESH: Final = "public, max-age=600"
B = TypeVar("B", bound=BaseModel)
Name = Annotated[str, Field(max_length=60)]


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Sent(Closed):
    """A choice as a page sends it: yes or no by purpose, the digest of what was asked, what the browser kept before."""

    choices: dict[Name, StrictBool] = Field(max_length=200)
    digest: str = Field(pattern=rf"^[0-9a-f]{{{DIGEST}}}$")
    language: str = Field(max_length=10)
    reference: str = Field(default="", max_length=100)


class Found(Closed):
    kind: Literal["cookie", "local-storage", "session-storage"]
    name: str = Field(max_length=4096)


class Reported(Closed):
    """What a page found in its browser, and took away, that is not declared. No value, no address."""

    found: list[Found] = Field(min_length=1, max_length=_MOST_FOUND)


_PROBLEM: Final = {
    "application/problem+json": {"schema": {"type": "object", "required": ["error", "errors", "status"]}}
}
_REFUSALS: Final = {
    400: "Not shaped as described.", 403: "Sent from a page of another site.", 409: "Something else is asked by now.",
    413: "Longer than any request.", 422: "No such purpose or language.", 503: "The store does not answer.",
}  # fmt: skip
_TEXT: Final = {"type": "string"}
_CHOSEN: Final = {
    "type": "object",
    "required": ["reference", "cookie", "receipt", "entry"],
    "properties": {
        "reference": _TEXT, "cookie": _TEXT, "receipt": _TEXT,
        "entry": {"type": "object", "required": ["leaf"], "properties": {"leaf": _TEXT}},
    },
}  # fmt: skip
_DESCRIBED: Final = {
    "requestBody": {"required": True, "content": {"application/json": {"schema": Sent.model_json_schema()}}},
    "responses": {
        201: {"description": "Recorded.", "content": {"application/json": {"schema": _CHOSEN}}},
        **{status: {"description": said, "content": _PROBLEM} for status, said in _REFUSALS.items()},
    },
}


@router.get("/choices", response={200: dict[str, Any]})
def describe(request: HttpRequest) -> HttpResponse:
    """What visitors are asked, in every language, and what may stand in their browser. It is the same for everybody."""
    asking = reads.asking(settings.TROTH_SERVICE, clock.now())
    return browser.shared_with(request, kept(request, asking.told, "application/json", asking.etag))


def kept(request: HttpRequest, content: bytes, kind: str, etag: str) -> HttpResponse:
    """An answer that caches keep for a while and ask about by its tag."""
    if etag in [one.strip().removeprefix("W/") for one in request.META.get("HTTP_IF_NONE_MATCH", "").split(",")]:
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = HttpResponse(content, content_type=kind)
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = _FRESH
    return response


@router.post("/choices", openapi_extra=_DESCRIBED)
def choosing(request: HttpRequest) -> HttpResponse:
    """Records a choice; the answer comes once it is durable. What is not answered is no."""
    browser.insist_on_origin(request.META, others=True)
    taken = take(request.body, signal=browser.sends_signal(request))
    response = HttpResponse(told(taken), status=201, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    if request.META.get("HTTP_ORIGIN") not in settings.TROTH_ORIGINS:
        browser.remember(response, taken)
    return browser.shared_with(request, response)


@router.api_operation(["OPTIONS"], "/choices", include_in_schema=False)
def may_choose(request: HttpRequest) -> HttpResponse:
    """Tells a browser that pages of the origins in the settings may send a choice."""
    if request.META.get("HTTP_ORIGIN") not in settings.TROTH_ORIGINS:
        return browser.shared_with(request, HttpResponseNotAllowed(["GET", "POST"]))
    response = HttpResponse(status=HTTPStatus.NO_CONTENT)
    response.headers["Access-Control-Allow-Methods"] = "GET, POST"
    response.headers["Access-Control-Allow-Headers"] = "Content-Type"
    response.headers["Access-Control-Max-Age"] = "86400"
    return browser.shared_with(request, response)


@router.post("/choices/found", include_in_schema=False)
def report(request: HttpRequest) -> HttpResponse:
    """Counts what a page found in its browser that is not declared, by name alone.

    A network that reports too much is answered alike, and not listened to until the minute is over.
    """
    browser.insist_on_origin(request.META, others=True)
    found, at = read(Reported, request.body).found, clock.now()
    if hear(sender(request.META, proxied=settings.INSTALLATION.configuration.site.behind_proxy), at=at):
        note_unregistered({(one.name, one.kind) for one in found}, at=at)
    return browser.shared_with(request, HttpResponse(status=HTTPStatus.NO_CONTENT))


def chosen(head: Mapping[str, Any], body: bytes) -> tuple[bytes, list[tuple[str, str]]]:
    """The same for what was made no request of: what it is answered, and with which headers besides those of all."""
    browser.insist_on_origin(head)
    taken = take(body, signal=browser.signal_in(head))
    cookie = [("Set-Cookie", browser.written(taken))] if taken.lifetime else []
    return told(taken), [("Cache-Control", "no-store"), ("Vary", "Sec-GPC"), *cookie]


def take(body: bytes, *, signal: bool) -> Taken:
    """Records the choice in the body of a request."""
    sent = read(Sent, body)
    return choose(
        Choosing(settings.TROTH_SERVICE, sent.digest, sent.language, sent.choices, ref_in(sent.reference), signal)
    )


def told(taken: Taken) -> bytes:
    """What a page is told of its choice, as JSON."""
    ref = taken.chosen.ref
    return to_json(
        {
            "reference": taken.cookie.split(".", 2)[1],
            "cookie": taken.cookie,
            "receipt": f"{settings.TROTH_URL}/choices/receipts/{ref}.json",
            "entry": {"leaf": taken.leaf.hex()},
        }
    )


def read(shape: type[B], body: bytes) -> B:
    """The body of a request, which is to have this shape; raises :class:`Malformed` for any other."""
    if len(body) > MOST:
        message = "This is longer than any choice. Send what GET of this address asks, and nothing else."
        raise Malformed(message)
    try:
        return shape.model_validate(parsed(body))
    except (ValueError, RecursionError) as error:
        message = "This is not JSON in UTF-8 as /api/v1/openapi.json describes it. Send it so, each name once."
        raise Malformed(message) from error
