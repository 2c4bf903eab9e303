"""What a package of somebody's information says, and in which shapes. Pure.

JSON with its schema for programs, CSV for spreadsheets, a card for address books, what was agreed as JSON-LD.
"""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from troth.ledger.rules import JSON

NAME, SCHEMA = "information.json", "information.schema.json"
# What begins a formula, full-width as well.
_FORMULA: Final = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
_TEXT = {"type": "string"}
_MOMENT = {"type": "string", "format": "date-time"}
_FILE = {
    "type": "object",
    "required": ["name", "type", "size", "path"],
    "additionalProperties": False,
    "properties": {"name": _TEXT, "type": _TEXT, "size": {"type": "integer"}, "path": _TEXT},
}


def _rows(**properties: Any) -> dict[str, Any]:
    one = {"type": "object", "required": sorted(properties), "additionalProperties": False, "properties": properties}
    return {"type": "array", "items": one}


_VALUE = {
    "type": "object",
    "required": ["field", "label", "term"],
    "oneOf": [{"required": ["value"]}, {"required": ["file"]}],
    "additionalProperties": False,
    "properties": {"field": _TEXT, "label": _TEXT, "term": _TEXT, "value": _TEXT, "file": _FILE},
}
_CHOICES = {"type": "object", "additionalProperties": {"type": "boolean"}}
_PARTS: Final = {
    "records": _rows(
        record=_TEXT, point=_TEXT, title=_TEXT, given=_MOMENT, language=_TEXT, version={"type": "integer"},
        statement=_TEXT, values={"type": "array", "items": _VALUE}, choices=_CHOICES, entry=_TEXT,
    ),
    "supplements": _rows(
        record=_TEXT, source=_TEXT, purpose=_TEXT, at=_MOMENT, until=_MOMENT, value=_VALUE, entry=_TEXT,
    ),
    "wishes": _rows(
        wish=_TEXT, about=_TEXT, given={"type": "boolean"}, number={"type": "integer"}, by=_TEXT, at=_MOMENT,
        entry=_TEXT,
    ),
    "uses": _rows(
        at=_MOMENT, purpose=_TEXT, fields={"type": "array", "items": _TEXT}, recipient=_TEXT, country=_TEXT, by=_TEXT,
        entry=_TEXT,
    ),
    "requests": _rows(
        request=_TEXT, asked=_TEXT, words=_TEXT, door=_TEXT, law=_TEXT, at=_MOMENT,
        due={"type": "string", "format": "date"}, state=_TEXT, entry=_TEXT,
    ),
    "browsers": _rows(
        choice=_TEXT, at=_MOMENT, version={"type": "integer"}, language=_TEXT, choices=_CHOICES,
        gpc={"type": "boolean"}, entry=_TEXT,
    ),
    "visits": _rows(
        at=_MOMENT, page=_TEXT, referrer=_TEXT, element=_TEXT, country=_TEXT, isp=_TEXT, network=_TEXT, browser=_TEXT,
        visitor=_TEXT,
    ),
}  # fmt: skip


def schema() -> dict[str, Any]:
    """The JSON Schema 2020-12 of ``information.json``."""
    properties = {"$schema": _TEXT, "person": _TEXT, "service": _TEXT, "made": _MOMENT, **_PARTS}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Everything that is held of one person",
        "type": "object",
        "required": sorted(properties),
        "additionalProperties": False,
        "properties": properties,
    }


def written(value: JSON | Mapping[str, Any] | Sequence[Any]) -> bytes:
    """`value` as JSON that people can read too."""
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def table(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> bytes:
    """`rows` as CSV (RFC 4180), UTF-8 with the mark that spreadsheets know it by; no cell is taken for a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([[cell(row.get(name, "")) for name in columns] for row in rows])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def cell(value: object) -> str:
    """`value` as a cell: one that a spreadsheet would calculate has an apostrophe in front (OWASP, CSV injection)."""
    if isinstance(value, dict | list):
        value = json.dumps(value, ensure_ascii=False)
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def card(values: Iterable[tuple[str, str]]) -> bytes:
    """A vCard 4.0 (RFC 6350) of a person's values, each behind its kind of input; empty where nothing fits in one."""
    newest = {kind: value for kind, value in values if kind in ("name", "email", "phone")}
    if not newest:
        return b""
    named = {"name": "FN", "email": "EMAIL", "phone": "TEL"}
    first = newest if "name" in newest else {"name": newest.get("email") or newest["phone"], **newest}
    lines = [f"{named[kind]}:{_escaped(value)}" for kind, value in first.items()]
    return "".join(f"{_folded(line)}\r\n" for line in ["BEGIN:VCARD", "VERSION:4.0", *lines, "END:VCARD"]).encode()


def _escaped(text: str) -> str:
    for mark in ("\\", ",", ";"):
        text = text.replace(mark, f"\\{mark}")
    return "\\n".join(text.splitlines())


def _folded(line: str) -> str:
    """No line is longer than 75 bytes; the next begins with a space."""
    pieces, piece = [], ""
    for letter in line:
        if len((piece + letter).encode()) > 74:  # noqa: PLR2004 - with the space in front, 75
            pieces.append(piece)
            piece = ""
        piece += letter
    return "\r\n ".join([*pieces, piece])
