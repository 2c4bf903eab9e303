"""Everything that is held of a person, opened for that person, as it goes into a package."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from troth.clock import rfc3339
from troth.consent import reads as consent
from troth.consent.errors import NotYet
from troth.consent.told import agreements_of, wishes_of
from troth.control import asked, history, package
from troth.control.clocks import Asked
from troth.cookies import reads as cookies
from troth.statement import reads as statements
from troth.statement.model import Statement, say
from troth.use.actions import open_own
from troth.use.reads import uses_of
from troth.vault.files import unsealed
from troth.visits import joined as visits

RIGHTS: Final[tuple[Asked, ...]] = ("portability", "copy", "access")
_PATIENCE, _PAUSE = 60.0, 0.05
_README: Final = Path(__file__).with_name("readme")


@dataclass(frozen=True)
class Part:
    """One file of a package."""

    name: str
    pieces: Iterator[bytes]


@dataclass(frozen=True)
class _Sent:
    """A file that the person sent, where it stands sealed, and where it goes."""

    path: str
    ref: str
    key: bytes


class Gathered:
    """What is held of a person at `at`. Their values are in memory, the files that they sent are not."""

    def __init__(self, person: str, service: str, language: str, at: datetime) -> None:
        self.person, self.service, self.at = person, service, at
        self._language = language
        self._sent: list[_Sent] = []
        self._inputs: list[tuple[str, str]] = []
        self._plain = self._opened()
        self._receipts: list[Any] = []
        self._said = self._all()
        self._events = history.events_of(person)

    def __len__(self) -> int:
        """How many files the package has at most, its manifest apart."""
        return 14 + len(self._sent) + len(self._events)

    def parts(self) -> Iterator[Part]:
        """Each file of the package but its manifest."""
        for name, content in self._written():
            if content:
                yield Part(name, iter([content]))
        for sent in self._sent:
            yield Part(sent.path, unsealed(sent.ref, sent.key))
        for event in self._events:
            yield Part(f"receipts/{event.kind}-{event.leaf[:16]}.json", iter([package.written(self._proved(event))]))

    def _opened(self) -> dict[str, dict[str, bytes]]:
        """The values by record and field."""
        rights = statements.in_force(self.service, self.at).statement.rights
        right = next((one for one in RIGHTS if one in rights), RIGHTS[0])
        opened = open_own(self.person, str(right), service=self.service, by="person", at=self.at)
        found: dict[str, dict[str, bytes]] = {}
        for field, values in opened.plain.get(self.person, {}).items():
            for record, plain in values:
                found.setdefault(record, {})[field] = plain
        return found

    def _all(self) -> dict[str, Any]:
        return {
            "$schema": package.SCHEMA,
            "person": self.person,
            "service": self.service,
            "made": rfc3339(self.at),
            "records": [self._record(one.record) for one in agreements_of(self.person)],
            "supplements": [
                self._supplement(one) for one in consent.supplements_of(self.person) if one.ref in self._plain
            ],
            "wishes": [
                {"wish": one.wish, "about": one.about, "given": one.given, "number": one.number, "by": one.by,
                 "at": rfc3339(one.at), "entry": one.leaf.hex()}
                for one in wishes_of(self.person)
            ],
            "uses": [
                {"at": rfc3339(one.at), "purpose": one.purpose, "fields": sorted(one.fields),
                 "recipient": one.recipient, "country": one.country, "by": one.by, "entry": one.entry}
                for one in uses_of(self.person)
            ],
            "requests": [
                {"request": one.ref, "asked": one.asked, "words": asked.words_of(one.ref),
                 "door": one.door, "law": one.law, "at": rfc3339(one.at), "due": one.due.isoformat(),
                 "state": one.state, "entry": one.leaf}
                for one in asked.requests_of(self.person)
            ],
            "browsers": [
                {"choice": one.ref, "at": rfc3339(one.at), "version": one.version, "language": one.language,
                 "choices": one.choices, "gpc": one.gpc, "entry": one.leaf.hex()}
                for kept in cookies.kept_by(self.person, self.service)
                for one in kept.choices
            ],
            "visits": [
                {"at": rfc3339(one.at), "page": one.page, "referrer": one.referrer, "element": one.element or "",
                 "country": one.country, "isp": one.isp, "network": one.prefix, "browser": one.browser,
                 "visitor": one.visitor.hex()}
                for one in visits.joined(self.person)
            ],
        }  # fmt: skip

    def _record(self, record: str) -> dict[str, Any]:
        recorded = consent.recorded(record)
        agreed = recorded.agreed
        statement = statements.version(agreed.service, agreed.version).statement
        self._receipts.append(json.loads(recorded.receipt))
        return {
            "record": record,
            "point": agreed.point,
            "title": say(statement.collection[agreed.point].title, self._language),
            "given": rfc3339(agreed.at),
            "language": agreed.language,
            "version": agreed.version,
            "statement": agreed.statement,
            "values": [self._value(statement, record, *one) for one in sorted(self._plain.get(record, {}).items())],
            "choices": dict(agreed.choices),
            "entry": recorded.leaf.hex(),
        }

    def _supplement(self, one: consent.Supplemented) -> dict[str, Any]:
        statement = statements.version(one.service, one.version).statement
        declared = statement.supplements[one.name]
        return {
            "record": one.record, "source": say(declared.source, self._language), "purpose": declared.purpose,
            "at": rfc3339(one.at), "until": rfc3339(one.until), "entry": one.leaf.hex(),
            "value": self._value(statement, one.ref, one.field, self._plain[one.ref][one.field]),
        }  # fmt: skip

    def _value(self, statement: Statement, record: str, field: str, plain: bytes) -> dict[str, Any]:
        datum = statement.data[field]
        value: dict[str, Any] = {"field": field, "label": say(datum.label, self._language), "term": datum.term}
        if datum.input != "file":
            self._inputs.append((datum.input, plain.decode()))
            return {**value, "value": plain.decode()}
        told = json.loads(plain)
        path = f"files/{record}-{field}{_ending(told['name'])}"
        self._sent.append(_Sent(path, told["file"], bytes.fromhex(told["key"])))
        return {**value, "file": {"name": told["name"], "type": told["type"], "size": told["size"], "path": path}}

    def _written(self) -> Iterator[tuple[str, bytes]]:
        said = self._said
        yield "README.txt", (_README / "en.txt").read_bytes()
        yield "README.zh-Hant.txt", (_README / "zh-Hant.txt").read_bytes()
        yield package.NAME, package.written(said)
        yield package.SCHEMA, package.written(package.schema())
        yield "consents.jsonld", package.written(self._receipts)
        yield "contact.vcf", package.card(self._inputs)
        values = [
            {**record, **value, "value": value.get("value", value.get("file", {}).get("path", ""))}
            for record in said["records"]
            for value in record["values"]
        ]
        yield "values.csv", package.table(values, ["given", "point", "title", "field", "label", "value", "record"])
        choices = [
            {**record, "choice": choice, "yes": "yes" if yes else "no"}
            for record in said["records"]
            for choice, yes in record["choices"].items()
        ]
        yield "choices.csv", package.table(choices, ["given", "point", "choice", "yes", "record"])
        yield "wishes.csv", package.table(said["wishes"], ["at", "wish", "about", "given", "number", "by", "entry"])
        uses = ["at", "purpose", "fields", "recipient", "country", "by", "entry"]
        yield "uses.csv", package.table(said["uses"], uses)
        added = [{**one, "field": one["value"]["field"], "value": one["value"]["value"]} for one in said["supplements"]]
        yield "supplements.csv", package.table(added, ["at", "record", "field", "value", "source", "purpose", "until"])
        requests = ["at", "asked", "words", "door", "law", "due", "state", "request", "entry"]
        yield "requests.csv", package.table(said["requests"], requests)
        browsers = ["at", "choices", "gpc", "version", "language", "choice", "entry"]
        yield "browsers.csv", package.table(said["browsers"], browsers)
        seen = ["at", "page", "referrer", "element", "country", "isp", "network", "browser", "visitor"]
        yield "visits.csv", package.table(said["visits"], seen)

    def _proved(self, event: history.Event) -> dict[str, Any]:
        """The receipt of an entry, which may have to wait a moment for its place."""
        end = time.monotonic() + _PATIENCE
        while (receipt := history.receipt_of(self.person, event)) is None:
            if time.monotonic() > end:
                message = "The ledger has not given this entry its place yet. Ask again in a second."
                raise NotYet(message)
            time.sleep(_PAUSE)
        return receipt


def _ending(name: str) -> str:
    """The ending of a file's name, if it is one that says a type and nothing else."""
    ending = Path(name).suffix.lower()
    return ending if ending[1:].isalnum() and ending.isascii() and len(ending) < 7 else ""  # noqa: PLR2004 - as .jpeg
