"""Putting right what is wrong: looked at, held against the statement it was given under, and told to who had it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from troth.collection.rules import Given, corrected
from troth.consent.reads import recorded
from troth.control import asking, telling
from troth.control.errors import AddressStays
from troth.control.moving import address_of
from troth.control.owned import File
from troth.errors import TrothError
from troth.ledger.rules import sha256_hex
from troth.ledger.work import unit_of_work
from troth.statement import reads as statements
from troth.statement.model import Datum, Statement
from troth.use.actions import open_own
from troth.vault import correcting
from troth.vault.errors import NoSuchValue
from troth.vault.reads import sealed_values
from troth.vault.uploads import SealedUpload, keeping


@dataclass(frozen=True)
class Place:
    """Where a value stands that is to be put right: everything that its record holds, opened for its person."""

    person: str
    service: str
    record: str
    field: str
    point: str
    version: int
    language: str
    given: Mapping[str, bytes]
    was: str

    @property
    def statement(self) -> Statement:
        """The statement that it was given under."""
        return statements.version(self.service, self.version).statement

    @property
    def datum(self) -> Datum:
        """What is declared of the field."""
        return self.statement.data[self.field]

    @property
    def typed(self) -> str:
        """The value as somebody would type it; nothing for a file."""
        return "" if self.datum.input == "file" else _typed(self.given[self.field], self.datum)


def place(person: str, record: str, field: str, *, service: str, language: str, at: datetime) -> Place:
    """Opens a record of `person` so that one value of it can be put right; :class:`NoSuchValue` if it is not theirs."""
    values = open_own(person, "correct", service=service, by="person", at=at, record=record).plain.get(person, {})
    given = {name: plain for name, each in values.items() for _, plain in each}
    if field not in given:
        message = "Nothing of yours is held in this place any more. Look at your data again."
        raise NoSuchValue(message)
    agreed = recorded(record).agreed
    was = sha256_hex(sealed_values(record).get(field, b""))
    found = Place(person, service, record, field, agreed.point, agreed.version, language, given, was)
    if field == address_of(record):
        message = "You are found by this address. Ask for a code to the new one, and it is put right everywhere."
        raise AddressStays(message, field=field)
    return found


def correct(one: Place, typed: str, upload: SealedUpload | None, *, at: datetime) -> list[TrothError]:
    """Puts what was typed, or a file, in the place of the value; answers what is wrong with it, if anything is.

    What is the same stays, and no entry tells of it. Whoever had the value is to be told.
    """
    statement = one.statement
    fields: dict[str, Any] = {
        name: _typed(plain, statement.data[name])
        for name, plain in one.given.items()
        if name != one.field and statement.data[name].input != "file"
    }
    files = {one.field: upload} if upload and one.datum.input == "file" else {}
    if one.datum.input != "file":
        fields[one.field] = typed
    given = Given(one.point, fields, files, {}, one.language, "")  # type: ignore[arg-type] # its size may be None
    found = corrected(given, statement, one.field)
    if found.problems:
        return found.problems
    plain, file = (upload.described(), upload.sealing.ref) if upload and files else (found.values[one.field], "")
    if plain != one.given[one.field]:
        with keeping(files):
            _keep(one, plain, file, at)
    return []


@unit_of_work
def _keep(one: Place, plain: bytes, file: str, at: datetime) -> None:
    correcting.correct(
        one.person, [correcting.Correct(one.record, one.field, plain, one.was, file)], by="person", at=at
    )
    telling.queue(one.person, [(one.record, one.field)], at=at)
    asking.fulfilled(one.person, "correct", service=one.service, through=asking.OWN_PAGE, at=at)


def _typed(plain: bytes, datum: Datum) -> str:
    text = plain.decode()
    if datum.input != "diagnostics":
        return text
    return "\n".join(f"{name}: {detail}" for name, detail in json.loads(text).items())


def file_of(person: str, record: str, field: str, *, service: str, at: datetime) -> File:
    """The description of a file of `person`, opened for them."""
    values = open_own(person, "access", service=service, by="person", at=at, record=record).plain.get(person, {})
    plain, agreed = dict(values.get(field, ())).get(record), recorded(record).agreed if values else None
    declared = statements.version(service, agreed.version).statement.data if agreed else {}
    if plain is None or declared[field].input != "file":
        message = "Nothing of yours is held in this place any more. Look at your data again."
        raise NoSuchValue(message)
    return File.described(plain)
