"""What people read, as values: sections, clauses and facts; and the voice that says them in one language."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from troth.statement.model import Datum, Purpose, Recipient, Statement, say
from troth.statement.words import Words, words


class Fact(NamedTuple):
    """One labelled detail of a clause; `url` where it leads somewhere."""

    label: str
    text: str
    url: str = ""


@dataclass(frozen=True)
class Clause:
    """One promise: its stable id, which is also its anchor, its words, and what keeps it.

    `kept_by` is empty where nothing but the declaration stands behind it. `promise` is its number in the
    list of promises that the tests carry.
    """

    id: str
    text: str
    kept_by: str = ""
    promise: str = ""
    title: str = ""
    facts: tuple[Fact, ...] = ()
    parts: tuple["Clause", ...] = ()


@dataclass(frozen=True)
class Section:
    """A part of the statement with its heading."""

    id: str
    title: str
    clauses: tuple[Clause, ...]


def every(sections: Iterable[Section]) -> Iterator[Clause]:
    """All clauses, those within others included, in reading order."""

    def within(clauses: Iterable[Clause]) -> Iterator[Clause]:
        for clause in clauses:
            yield clause
            yield from within(clause.parts)

    for section in sections:
        yield from within(section.clauses)


class Voice:
    """A statement said in one language. A name that nobody declared is said as it stands."""

    def __init__(self, statement: Statement, language: str) -> None:
        self.statement = statement
        self.language = language
        self.words: Words = words(language)

    def say(self, text: dict[str, str] | None) -> str:
        """A declared text."""
        return say(text, self.language) if text else ""

    def purpose(self, name: str) -> str:
        return self._named(self.statement.purposes, name)

    def purposes(self, names: Iterable[str]) -> str:
        return self.words("list.apart").join(self.purpose(name) for name in names)

    def datum(self, name: str) -> str:
        return self._named(self.statement.data, name)

    def data(self, names: Iterable[str]) -> str:
        return self.words("list.between").join(self.datum(name) for name in names)

    def recipient(self, name: str) -> str:
        return self._named(self.statement.recipients, name)

    def recipients(self, names: Iterable[str]) -> str:
        return self.words("list.between").join(self.recipient(name) for name in names)

    def _named(self, parts: Mapping[str, Datum] | Mapping[str, Purpose] | Mapping[str, Recipient], name: str) -> str:
        part = parts.get(name)
        if part is None:
            return name
        return self.say(part.name if isinstance(part, Recipient) else part.label)

    def by_consent(self, name: str) -> bool:
        """Whether this purpose needs a yes."""
        purpose = self.statement.purposes.get(name)
        return purpose is not None and purpose.basis == "consent"

    def places(self, codes: Iterable[str]) -> str:
        return self.words.listed(self.words.place(code) for code in codes)

    def basis(self, purpose: Purpose) -> str:
        """The legal basis, with its article in each law that the statement follows."""
        if purpose.basis is None:
            return ""
        keys = (f"article.{law}.{purpose.basis}" for law in self.statement.service.laws)
        articles = self.words("list.apart").join(self.words(key) for key in keys if key in self.words)
        said = self.words("basis." + purpose.basis)
        return self.words("basis.with-articles", basis=said, articles=articles) if articles else said

    def kept(self, purpose: Purpose) -> str:
        return self.words.duration(purpose.retention) if purpose.retention else ""


def mailto(email: str) -> str:
    """The address of a mail to `email`."""
    return "mailto:" + email


class Offered(NamedTuple):
    """A choice as one question: its id (``PURPOSE`` or ``PURPOSE.RECIPIENT``), and whom it is about."""

    id: str
    purpose: str
    recipient: str


def offered(statement: Statement, point: str) -> tuple[Offered, ...]:
    """The choices at `point`.

    A purpose declared ``per_recipient`` is a question of its own for each recipient that would get anything.
    """
    here = statement.collection[point]
    found = []
    for name in here.choices:
        purpose = statement.purposes.get(name)
        if purpose is None or not purpose.per_recipient:
            found.append(Offered(name, name, ""))
            continue
        asked = {field for field, served in here.fields().items() if name in served}
        parties = (party for party, one in statement.recipients.items() if asked & {*one.purposes.get(name, ())})
        found += [Offered(f"{name}.{party}", name, party) for party in parties]
    return tuple(found)
