"""Valid answers to whatever a collection point asks, made from its own description at the API."""

import io
import json
import secrets
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import httpx

from tests.support.declared import declared
from tests.support.site import Running
from tests.support.waiting import until

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
TEXT = b"2026-11-23 10:00:00 controller A: disk 7 does not answer\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)
JPEG = b"\xff\xd8\xff\xe0" + bytes(32)
GROWN_UP = {"born": "1980-02-29", "country": "TW"}
EXAMPLES = ("infortrend", "synology-2006")

Files = dict[str, tuple[str, bytes, str]]


@dataclass
class Answers:
    """What somebody gives at a point: fields by name, files by name, choices, and the age where it is asked."""

    fields: dict[str, Any]
    files: Files = field(default_factory=dict)
    choices: dict[str, bool] = field(default_factory=dict)
    age: dict[str, str] | None = None


@cache
def points(example: str) -> tuple[str, ...]:
    """Every collection point that the statement of `example` declares."""
    return tuple(declared(example).collection)


def all_points() -> list[tuple[str, str]]:
    """Every example with each of its collection points."""
    return [(example, point) for example in EXAMPLES for point in points(example)]


def asking_age(example: str) -> str:
    """The first point of `example` that asks for the age."""
    return next(name for name, point in declared(example).collection.items() if point.age)


def address() -> str:
    """An e-mail address nobody has used before."""
    return f"visitor-{secrets.token_hex(6)}@example.com"


def described(client: httpx.Client, site: Running, point: str, language: str = "en") -> dict[str, Any]:
    """What the API says that `point` asks for and shows."""
    answer = client.get(f"{site.url}/api/v1/collect/{point}", params={"language": language})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def value(asked: Mapping[str, Any]) -> Any:
    """A valid value for one field of a notice, by its kind of input."""
    made = {
        "email": address(),
        "name": "Lin Mei-Hua",
        "phone": "+886 2 2345 6789",
        "address": "1 Example Road\nTaipei 100",
        "country": "TW",
        "multiline": "It began on Monday.\nNothing helps.",
        "url": "https://example.com/about",
        "number": "3",
        "date": "2026-01-31",
        "diagnostics": {"firmware": "5.2", "controllers": "2"},
        "payment-reference": "PAY-2026-0001",
        "choice": next((option["id"] for option in asked["options"]), ""),
        "text": "Example",
    }
    return made[asked["input"]]


def upload(accepted: list[str]) -> tuple[str, bytes, str]:
    """A small file of the first accepted type."""
    return {
        "pdf": ("application.pdf", PDF, "application/pdf"),
        "text": ("system.log", TEXT, "text/plain"),
        "png": ("panel.png", PNG, "image/png"),
        "jpeg": ("panel.jpg", JPEG, "image/jpeg"),
        "zip": ("logs.zip", _archive(), "application/zip"),
        "docx": ("cv.docx", _archive(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    }[accepted[0]]


def answers(notice: Mapping[str, Any], *, optional: bool = True) -> Answers:
    """Valid answers to everything that `notice` asks; without the optional fields if they are not wanted."""
    asked = [one for one in notice["fields"] if optional or one["required"]]
    return Answers(
        {one["id"]: value(one) for one in asked if one["input"] != "file"},
        {one["id"]: upload(one["accept"]) for one in asked if one["input"] == "file"},
        {one["id"]: True for one in notice["choices"]} if optional else {},
        dict(GROWN_UP) if notice["age"] else None,
    )


def submission(asked: Mapping[str, Any], given: Answers) -> dict[str, Any]:
    """The JSON that the API takes."""
    made = {
        "fields": given.fields,
        "choices": given.choices,
        "language": asked["shown"]["language"],
        "shown": asked["digest"],
    }
    return {**made, "age": given.age} if given.age else made


def post(
    client: httpx.Client, site: Running, point: str, body: object, files: Files | None = None, **headers: str
) -> httpx.Response:
    """Posts to the API: JSON, or multipart where there are files."""
    url = f"{site.url}/api/v1/collect/{point}"
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    if files:
        return client.post(url, data={"submission": json.dumps(body)}, files=files, headers=named)
    return client.post(url, json=body, headers=named)


def give(client: httpx.Client, site: Running, point: str, **changed: Any) -> httpx.Response:
    """Submits valid answers at `point` by the API, with `changed` fields; a field changed to None is left out."""
    asked = described(client, site, point)
    given = answers(asked["shown"], optional=False)
    given.fields = {name: one for name, one in {**given.fields, **changed}.items() if one is not None}
    return post(client, site, point, submission(asked, given), given.files)


def taken(answer: httpx.Response) -> dict[str, Any]:
    """What the API says of a submission that it took."""
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def receipt(client: httpx.Client, address: str) -> httpx.Response:
    """The file of the receipt whose page is at `address`, as soon as the ledger has given its entry a place."""

    def there() -> httpx.Response | None:
        answer = client.get(address.rstrip("/") + ".json")
        return None if answer.status_code == 503 else answer

    found = until(there, "the receipt's file")
    assert found is not None
    assert found.status_code == 200, found.text
    return found


def refused(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The error of a refusal by the API, in the one shape."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    problem: dict[str, Any] = answer.json()
    assert problem["error"]["code"] == code, answer.text
    assert problem["error"] == problem["errors"][0]
    assert problem["error"].keys() == {"code", "message", "clause", "field"}
    assert (problem["status"], problem["type"]) == (status, f"urn:troth:error:{code}")
    assert problem["detail"] == problem["error"]["message"]
    assert problem["title"]
    error: dict[str, Any] = problem["error"]
    return error


def today() -> date:
    """The day it is for troth: days begin at 00:00 UTC."""
    return datetime.now(UTC).date()


def _archive() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("word/document.xml", "<document/>")
    return packed.getvalue()
