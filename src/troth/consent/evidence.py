"""Whether agreements still say what the ledger says: each entry of a submission is held against its rows."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time
from functools import lru_cache
from itertools import groupby, islice
from typing import Any, Final, NamedTuple

from troth.clock import rfc3339
from troth.consent import rules
from troth.consent.models import Agreement, Choice, Wording
from troth.ledger import reads as ledger
from troth.ledger.append_only import AppendOnly
from troth.ledger.evidence import Reading, Told, insist, read_each, read_through, span
from troth.ledger.rebuild import Finding
from troth.ledger.rules import commitment, sha256_hex
from troth.statement.clause import offered
from troth.statement.evidence import Versions
from troth.statement.reads import Published
from troth.vault.evidence import Given, Holdings, Shelf

APPEND_ONLY = (
    AppendOnly("consent_agreement", "record = NEW.record OR (at = NEW.at AND leaf = NEW.leaf)"),
    AppendOnly("consent_choice", "id = NEW.id"),
    AppendOnly(
        "consent_supplement",
        "id = NEW.id OR ref = NEW.ref OR leaf = NEW.leaf OR (record = NEW.record AND name = NEW.name)",
    ),
    AppendOnly("consent_wish", "id = NEW.id OR ref = NEW.ref OR leaf = NEW.leaf"),
    # The same words are offered again with each submission, and stay as they are.
    AppendOnly("consent_wording", "digest = NEW.digest AND body <> NEW.body"),
)
_AT_ONCE: Final = 1000

Chosen = tuple[str, str]


class _Agreement(NamedTuple):
    record: str
    person: str
    service: str
    point: str
    statement: str
    version: int
    language: str
    wording: str
    at: datetime
    digests: dict[str, str]
    receipt: str
    leaf: bytes


class _Choice(NamedTuple):
    record: str
    person: str
    service: str
    at: datetime
    purpose: str
    recipient: str
    given: bool


_agreements = Reading(Agreement, "leaf", *_Agreement._fields)
_leaves = Reading(Agreement, "leaf", "leaf")
_choices = Reading(Choice, "record", *_Choice._fields)


def there(entries: Sequence[Told]) -> set[bytes]:
    """The leaves of those of `entries` of which there is an agreement, made when they say so."""
    return {leaf for (leaf,) in _leaves([one.leaf for one in entries], span(entries))}


class _Rows:
    """What stands for some entries of submissions."""

    def __init__(self, entries: Sequence[Told]) -> None:
        self.entries = entries
        self.agreements = {leaf: _Agreement(*row) for leaf, row in _agreements.told_by(entries).items()}
        for row in self.agreements.values():
            insist(dict, row.digests)
            insist(str, *row.digests.values())
        persons = {row.record: row.person for row in self.agreements.values()}
        self.shelf = Shelf(persons)
        self.choices: dict[str, list[_Choice]] = defaultdict(list)
        for plain in _choices(list(persons)):
            self.choices[plain[0]].append(_Choice(*plain))


class _Declared:
    """What the statement of the time declares of a point: its choices, its fields, which are files, which find."""

    def __init__(self, published: Published, point: str) -> None:
        statement = published.statement
        self._compiled, self._point = published.compiled, point
        self.digest = published.digest
        self.languages = statement.languages
        self.offers = {(offer.purpose, offer.recipient) for offer in offered(statement, point)}
        self.inputs = {field: statement.data[field].input for field in statement.collection[point].fields()}
        self.files = {field for field, put in self.inputs.items() if put == "file"}
        self._ends: dict[tuple[int, datetime], datetime] = {}

    def could_be(self, said: Mapping[str, Any]) -> bool:
        """Whether an entry can say this of the point."""
        known = said["statement"] == self.digest and said["language"] in self.languages
        return known and set(said["fields"]) <= self.inputs.keys() and set(_by_party(said["choices"])) == self.offers

    def address(self, fields: Collection[str]) -> str | None:
        """Which of the fields given finds the person: the first that is an address (decision 0010)."""
        return next((field for field, put in self.inputs.items() if put == "email" and field in fields), None)

    def ends(self, one: "_Agreement", choices: Mapping[Chosen, Any]) -> dict[str, datetime]:
        """When the time of each value is over."""
        chosen = self._compiled.purposes.mask(purpose for (purpose, _), given in choices.items() if given)
        day = datetime.combine(one.at.date(), time.min, one.at.tzinfo)
        found = {}
        for field in one.digests:
            purposes = self._compiled.served(self._point, field, chosen)
            # Periods are counted in days, months and years: reckoned once for each day.
            if (purposes, day) not in self._ends:
                self._ends[purposes, day] = self._compiled.keep_until(purposes, day)
            found[field] = self._ends[purposes, day] + (one.at - day)
        return found


class Agreements:
    """Every submission, held against the entries of the kind ``collected``."""

    kind = "collected"

    def __init__(self, versions: Versions, holdings: Holdings) -> None:
        self._versions = versions
        self._holdings = holdings
        self._agreements = self._choices = 0
        self._declarations: dict[tuple[str, int, str], _Declared] = {}
        # Many where a point has many optional fields: each choice of them has a pattern of its own.
        self._wordings = frozenset(Wording.objects.values_list("digest", flat=True))
        self._untold = set(self._wordings)
        self._pattern = lru_cache(64)(_pattern)

    def held_against(self, entries: Sequence[Told]) -> Iterator[Finding]:
        """What of `entries` has no agreement, or is not what it says."""
        for rows in read_each(_Rows, entries):
            if isinstance(rows, Finding):
                yield rows
                continue
            for entry in rows.entries:
                agreement = rows.agreements.get(entry.leaf)
                if agreement is None:
                    yield Finding(entry.name, f"What {entry.name} tells of is not there: its agreement is gone.")
                else:
                    yield from self._submission(entry, agreement, rows)

    def _submission(self, entry: Told, one: _Agreement, rows: _Rows) -> Iterator[Finding]:
        choices = rows.choices[one.record]
        self._agreements += 1
        self._choices += len(choices)
        self._untold -= {one.wording, one.receipt}
        altered = [*_facts(entry, one), *_chosen(entry, one, choices), *self._words(entry, one)]
        yield from altered
        salt = rows.shelf.salt(one.person, one.record)
        if salt and commitment(salt, self._opened(one)) != entry.said.get("commitment"):
            message = f"What {entry.name} commits to was changed: whose it is, what was sealed, or the receipt."
            yield Finding(entry.name, message, record=one.record)
        declared = self._declared(one.service, one.version, one.point)
        given = Given(entry.name, one.record, one.person, one.at, one.digests, {}, (), None)
        if declared and not altered and declared.could_be(entry.said):
            ends = declared.ends(one, _by_party(entry.said["choices"]))
            given = replace(given, ends=ends, files=declared.files, address=declared.address(one.digests))
        elif not altered:
            message = f"What {entry.name} tells of was not declared in version {one.version}, or there is none such."
            yield Finding(entry.name, message, record=one.record)
        yield from self._holdings.given(given, rows.shelf)

    def _opened(self, one: _Agreement) -> dict[str, Any]:
        agreed, pattern = rules.Agreed(*one[:10], choices={}), self._pattern(one.receipt)
        receipt = rules.receipt(pattern, agreed) if type(pattern) is bytes else b""
        return rules.opened_record(agreed, sha256_hex(receipt))

    def _declared(self, service: str, version: int, point: str) -> _Declared | None:
        """The point as it was declared; None if there is no such version, or it cannot be read."""
        place = service, version, point
        if place not in self._declarations:
            published = self._versions.published.get((service, version))
            if published is None or point not in published.statement.collection:
                return None
            self._declarations[place] = _Declared(published, point)
        return self._declarations[place]

    def _words(self, entry: Told, one: _Agreement) -> Iterator[Finding]:
        if not {one.wording, one.receipt} <= self._wordings:
            yield Finding(entry.name, f"The words that were shown for {entry.name} are gone.", record=one.record)

    def left_over(self) -> Iterator[Finding]:
        """Agreements, choices and wordings that no entry explains; and what all of it says of persons."""
        yield from read_through("wordings", self._altered_wordings())
        if Agreement.objects.count() != self._agreements:
            yield from read_through("agreements", _untold_agreements())
        if Choice.objects.count() != self._choices:
            yield from read_through("choices", _untold_choices())
        yield from read_through("persons", self._people())

    def _altered_wordings(self) -> Iterator[Finding]:
        for digest, body in Wording.objects.values_list("digest", "body").iterator(_AT_ONCE):
            if type(body) is not bytes or sha256_hex(body) != digest:
                yield Finding(f"wording {digest}", "These words are not the ones that people were shown or given.")
            elif digest in self._untold:
                yield Finding(f"wording {digest}", "These words were shown to nobody whose agreement is recorded.")

    def _people(self) -> Iterator[Finding]:
        rows = Agreement.objects.order_by("person").values_list(
            "person", "at", "service", "version", "point", "digests"
        )
        grouped = groupby(rows.iterator(_AT_ONCE), key=lambda row: row[0])
        people = ((person, self._seen(list(own))) for person, own in grouped)
        while some := dict(islice(people, _AT_ONCE)):
            yield from self._holdings.people(some)

    def _seen(self, rows: list[Any]) -> tuple[set[datetime], bool]:
        """When somebody's submissions were made, and whether an address came with any."""
        addressed = any(self._address(service, version, point, names) for _, _, service, version, point, names in rows)
        return {row[1] for row in rows}, addressed

    def _address(self, service: str, version: int, point: str, digests: Mapping[str, str]) -> bool:
        declared = self._declared(service, version, point)
        return declared is None or declared.address(digests) is not None


def _pattern(digest: str) -> object:
    return Wording.objects.filter(digest=digest).values_list("body", flat=True).first()


def _facts(entry: Told, one: _Agreement) -> Iterator[Finding]:
    stands = {
        "at": rfc3339(one.at),
        "service": one.service,
        "point": one.point,
        "statement": one.statement,
        "language": one.language,
        "shown": one.wording,
        "fields": sorted(one.digests),
    }
    for fact, value in stands.items():
        if entry.said.get(fact) != value:
            message = f"The agreement of {entry.name} was changed: its {fact}."
            yield Finding(entry.name, message, str(entry.said.get(fact)), str(value), one.record)


def _chosen(entry: Told, one: _Agreement, rows: Sequence[_Choice]) -> Iterator[Finding]:
    said = entry.said.get("choices")
    stand = {(row.purpose, row.recipient): row.given for row in rows}
    bound = all(row[:4] == (one.record, one.person, one.service, one.at) for row in rows)
    if not isinstance(said, dict) or not bound or len(rows) != len(stand) or _by_party(said) != stand:
        message = f"The agreement of {entry.name} was changed: its choices."
        yield Finding(entry.name, message, record=one.record)


def _by_party(choices: Mapping[str, Any]) -> dict[Chosen, Any]:
    """Choices by purpose and recipient, as rows hold them."""
    return {(name.partition(".")[0], name.partition(".")[2]): given for name, given in choices.items()}


def _untold_agreements() -> Iterator[Finding]:
    rows = Agreement.objects.values_list("record", "leaf", "at").iterator(_AT_ONCE)
    while some := list(islice(rows, _AT_ONCE)):
        told = ledger.which_stand([(bytes(leaf), rfc3339(at)) for _, leaf, at in some])
        for record in (record for record, leaf, _ in some if leaf not in told):
            yield Finding("agreements", "No entry of the ledger tells of this agreement.", record=record)


def _untold_choices() -> Iterator[Finding]:
    rows = Choice.objects.values_list("record", flat=True).iterator(_AT_ONCE)
    while some := list(islice(rows, _AT_ONCE)):
        bound = set(Agreement.objects.filter(record__in=some).values_list("record", flat=True))
        for record in (record for record in some if record not in bound):
            yield Finding("choices", "This choice belongs to no agreement.", record=record)
