"""The statement as values: every section of ``statement.yaml``, typed and immutable.

Shape is checked here; sense is checked in :mod:`troth.statement.checks`. Names refer to each other by
plain strings, so that a name nobody declared is a finding with its line and not a crash.
"""

import re
from contextlib import suppress
from datetime import date
from typing import Annotated, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

ANY_LANGUAGE = ""
_PERIOD = r"P([0-9]{1,3}Y([0-9]{1,4}M)?([0-9]{1,4}D)?|[0-9]{1,4}M([0-9]{1,4}D)?|[0-9]{1,4}W|[0-9]{1,4}D)"


class Kind:
    """Marks a text as a proper name, which may stand untranslated, or as prose, which may not."""

    def __init__(self, kind: Literal["name", "prose"]) -> None:
        self.kind = kind


def _by_language(value: object) -> object:
    if not isinstance(value, str | dict):
        raise PydanticCustomError("text", "it is a text, in quotes if it is a number, or a text for each language")
    return {ANY_LANGUAGE: value} if isinstance(value, str) else value


def _as_a_day(value: object) -> object:
    if not isinstance(value, str):
        return value
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        with suppress(ValueError):
            return date.fromisoformat(value)
    raise PydanticCustomError("day", "it is no day; a day is written as YYYY-MM-DD")


_Text = Annotated[
    dict[str, Annotated[str, StringConstraints(max_length=5000)]],
    BeforeValidator(_by_language, json_schema_input_type=str | dict[str, str]),
]
Name = Annotated[_Text, Kind("name")]
Prose = Annotated[_Text, Kind("prose")]
Short = Annotated[str, StringConstraints(max_length=200)]
Day = Annotated[date, BeforeValidator(_as_a_day)]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Language = Literal["en", "zh-Hant"]
Term = Annotated[str, StringConstraints(pattern=r"^[a-z-]+:[A-Za-z0-9-]+$", max_length=100)]
Duration = Annotated[str, StringConstraints(pattern=rf"^{_PERIOD}$", max_length=20)]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)]
_SITE = r"https?://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?"
Url = Annotated[str, StringConstraints(pattern=rf"^{_SITE}([/?#][^\s\\]*)?$", max_length=500)]
Origin = Annotated[str, StringConstraints(pattern=rf"^{_SITE}$", max_length=200)]

Basis = Literal["consent", "contract", "legal-obligation", "vital-interest", "public-task", "legitimate-interest"]
Input = Literal[
    "text",
    "name",
    "email",
    "phone",
    "address",
    "country",
    "choice",
    "multiline",
    "url",
    "number",
    "date",
    "diagnostics",
    "file",
    "payment-reference",
]
FileType = Literal["pdf", "png", "jpeg", "text", "zip", "docx"]
Right = Literal["access", "copy", "correct", "erase", "restrict", "object", "portability", "withdraw", "complain"]
Safeguard = Literal["adequacy", "scc", "bcr", "dpf", "safe-harbor", "privacy-shield"]
Never = Literal["sell", "rent", "lease", "automated-decisions", "store-card-numbers", "third-party-cookies"]
VisitField = Literal[
    "isp", "country", "address-prefix", "date", "time", "page", "referrer", "browser", "element", "visitor"
]


class Part(BaseModel):
    """A part of the statement: nothing undeclared, nothing changed after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Contact(Part):
    name: Name | None = None
    email: Email
    address: Name | None = None


class Controller(Part):
    """Who answers for the statement: GDPR Art. 13(1)(a) and (b), Taiwan PDPA Art. 8(1)."""

    name: Name
    address: Name
    country: Country
    email: Email
    phone: Short | None = None
    officer: Contact | None = None
    representative: Contact | None = None


class Service(Part):
    """The site that the statement is about."""

    name: Name
    url: Url
    audience: Literal["general", "business", "children"]
    minimum_age: Annotated[int, Field(ge=0, le=21)] | None = None
    laws: tuple[Literal["gdpr", "tw-pdpa", "ca-ccpa"], ...] = ("gdpr",)
    automated_decisions: Prose | None = None


class Datum(Part):
    """One kind of information: what it is called, how it is typed in, how delicate it is."""

    label: Prose
    term: Term
    input: Input
    hint: Prose | None = None
    options: dict[Id, Prose] = {}
    accept: tuple[FileType, ...] = ()
    max_length: Annotated[int, Field(ge=1, le=20_000)] | None = None
    autocomplete: Short | None = None
    sensitivity: Literal["ordinary", "sensitive", "special"] = "ordinary"


class Purpose(Part):
    """Why information is used, on what basis, and for how long."""

    label: Prose
    text: Prose
    term: Term
    basis: Basis | None = None
    interest: Prose | None = None
    obligation: Prose | None = None
    retention: Duration | None = None
    question: Prose | None = None
    separate: bool = False
    per_recipient: bool = False


class Point(Part):
    """A collection point: which fields it asks for, what each serves, which choices it offers."""

    title: Prose
    intro: Prose
    required: dict[Id, tuple[Id, ...]] = {}
    optional: dict[Id, tuple[Id, ...]] = {}
    choices: tuple[Id, ...] = ()
    without: Prose | None = None
    age: bool = False
    embed: tuple[Origin, ...] = ()

    def fields(self) -> dict[str, tuple[str, ...]]:
        """Every field with the purposes it serves, required ones first, in the declared order."""
        return {**self.required, **self.optional}


class Visits(Part):
    fields: tuple[VisitField, ...]
    purposes: tuple[Id, ...]
    retention: Duration
    statistics: Literal["staff", "public"] = "staff"
    join: Id | None = None


CHOICES: Final = "choices"
"""Under this name a cookie is declared that keeps what a visitor chose."""


class Cookie(Part):
    kind: Literal["cookie", "local-storage", "session-storage"] = "cookie"
    host: Short = "self"
    purpose: Id | None = None
    data: Prose
    lifetime: Annotated[str, StringConstraints(pattern=rf"^(session|{_PERIOD})$")] | None = None
    exempt: Prose | None = None
    consent: Id | None = None


class Mail(Part):
    category: Annotated[Literal["service", "promotional", "change"], Field(alias="class")]
    purpose: Id
    text: Prose


class Agreement(Part):
    kind: Literal["processing", "confidentiality", "scc", "bcr", "joint", "partner"]
    signed: Day
    expires: Day | None = None
    confidential: bool = False


class Recipient(Part):
    """Who may be given information: for each purpose, exactly which fields."""

    name: Name
    kind: Literal["affiliate", "processor", "partner", "authority"]
    country: Country
    purposes: dict[Id, tuple[Id, ...]]
    agreement: Agreement | None = None
    consideration: Prose | None = None


class Transfer(Part):
    """Under which safeguard information may go to a country, and since and until when."""

    safeguard: Safeguard
    valid_from: Day
    valid_to: Day | None = None
    essential: bool = False
    reason: Prose | None = None
    copy_at: Prose


class Supplement(Part):
    """Information added from elsewhere to complete one transaction (it dies with that transaction)."""

    field: Id
    source: Name
    purpose: Id
    point: Id


class Children(Part):
    text: Prose
    thresholds: dict[Country, Annotated[int, Field(ge=0, le=21)]] = {}


class Link(Part):
    label: Name
    url: Url


class Changes(Part):
    notice: Duration
    channels: tuple[Literal["notice", "mail"], ...]


class Authority(Part):
    name: Name
    url: Url
    country: Country


class Complaints(Part):
    email: Email
    post: Name
    answer_within: Duration
    authority: Authority | None = None


class Measure(Part):
    term: Term
    text: Prose


class Statement(Part):
    """A whole privacy statement, as declared in one file."""

    troth: Literal[1]
    id: Id
    languages: tuple[Language, ...] = Field(min_length=1)
    controller: Controller
    service: Service
    stored_in: tuple[Country, ...] = Field(min_length=1)
    data: dict[Id, Datum]
    purposes: dict[Id, Purpose]
    collection: dict[Id, Point]
    visits: Visits | None = None
    cookies: dict[Short, Cookie] = {}
    mail: dict[Id, Mail] = {}
    recipients: dict[Id, Recipient] = {}
    transfers: dict[Country, Transfer] = {}
    supplements: dict[Id, Supplement] = {}
    never: tuple[Never, ...] = ()
    rights: dict[Right, Prose]
    children: Children | None = None
    links: dict[Id, Link] = {}
    changes: Changes
    complaints: Complaints | None = None
    security: tuple[Measure, ...] = ()

    def of_kind(self, term: str) -> tuple[str, ...]:
        """The purposes that are of this kind, by their term in the vocabulary."""
        return tuple(name for name, purpose in self.purposes.items() if purpose.term == term)


def say(text: dict[str, str], language: str) -> str:
    """`text` in `language`; where it has no such language, as it stands for all or in its first one."""
    return text.get(language) or text.get(ANY_LANGUAGE) or next(iter(text.values()), "")
