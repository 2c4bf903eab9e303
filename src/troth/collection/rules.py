"""Which submissions the statement allows. Pure: the statement, what was given and the day come in."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Protocol

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from troth.collection import errors
from troth.collection.cards import holds_card_number, parted
from troth.errors import TrothError
from troth.ledger.rules import canonical
from troth.statement.ages import consent_age
from troth.statement.clause import offered
from troth.statement.compile import Compiled
from troth.statement.countries import country_codes
from troth.statement.letters import no_text, says_nothing
from troth.statement.model import Datum, FileType, Statement, say

LENGTHS = {
    "text": 200, "name": 200, "email": 254, "phone": 40, "address": 500, "country": 2, "choice": 60,
    "multiline": 5000, "url": 500, "number": 20, "date": 10, "payment-reference": 64,
}  # fmt: skip
DIAGNOSTICS, DIAGNOSTIC_LENGTH = 50, 500
MOST_PROBLEMS = 100
OLDEST = 130
_FREE = ("text", "name", "address", "multiline", "payment-reference")


class Upload(Protocol):
    """A file that was uploaded and sealed."""

    head: bytes
    size: int | None
    name: str | None
    content_type: str | None
    digest: str

    @property
    def too_large(self) -> bool: ...


@dataclass(frozen=True)
class Given:
    """What came through a door, before anybody looked at it."""

    point: str
    fields: Mapping[str, object]
    files: Mapping[str, Upload]
    choices: Mapping[str, object]
    language: str
    shown: str
    born: str = ""
    residence: str = ""
    key: str = ""


@dataclass
class Examined:
    """Plain values by field, ready to seal, and every problem found."""

    values: dict[str, bytes] = field(default_factory=dict)
    problems: list[TrothError] = field(default_factory=list)


def examine(given: Given, statement: Statement, compiled: Compiled, today: date) -> Examined:
    """Holds a submission against the statement: all problems at once, up to a hundred, in the order of the form."""
    found = Examined()
    found.problems += undeclared(given, statement)
    found.problems += card_numbers(given, statement)
    if statement.collection[given.point].age:
        found.problems += _age(given, statement, today)
    masks = compiled.points[given.point]
    for name in statement.collection[given.point].fields():
        required = bool(masks.required & compiled.fields.bit(name))
        _field(found, given, statement, name, required=required)
    for offer in offered(statement, given.point):
        if not isinstance(given.choices.get(offer.id, False), bool):
            message = "A choice is yes or no. Send true or false."
            clause = f"collection.{given.point}.choice.{offer.id}"
            found.problems.append(errors.Mistyped(message, clause=clause, field=offer.id))
    del found.problems[MOST_PROBLEMS:]
    return found


def corrected(given: Given, statement: Statement, name: str) -> Examined:
    """The same for one field of a submission that is to be put right; the other fields are as they stand."""
    found = Examined(problems=card_numbers(given, statement))
    _field(found, given, statement, name, required=True)
    return found


def undeclared(given: Given, statement: Statement) -> list[TrothError]:
    """One problem for each field, file or choice that the point does not declare (P05)."""
    point = statement.collection[given.point]
    fields = point.fields()
    names = [
        name
        for name, value in given.fields.items()
        if name not in fields or (statement.data[name].input == "file" and value != "")
    ]
    names += [name for name in given.files if name not in fields or statement.data[name].input != "file"]
    offers = {offer.id for offer in offered(statement, given.point)}
    names += [name for name in given.choices if name not in offers]
    if not point.age and (given.born or given.residence):
        names.append("age")
    message = "The statement does not declare this at this point, so it is not taken. Leave it out."
    return [
        errors.NotDeclared(message, clause=f"collection.{given.point}", field=declared_name(name)) for name in names
    ]


def declared_name(name: str) -> str:
    """A name fit to be repeated in an error: names are not free text."""
    return name if re.fullmatch(r"(?!.*\d{4})[A-Za-z][A-Za-z0-9._-]{0,59}", name) else "?"


def card_numbers(given: Given, statement: Statement) -> list[TrothError]:
    """One problem for each value that holds a payment card number, or the first part of one (P45)."""
    message = "This looks like a payment card number. Card numbers are never taken here; nothing was kept. Remove it."
    texts = [(name, text) for name, value in given.fields.items() for text in _texts(value)]
    texts += [(name, f"{one.name or ''}\n{one.content_type or ''}") for name, one in given.files.items()]
    named = {name: None for name, text in texts if holds_card_number(text)}
    named |= dict.fromkeys(_parted_cards(given, statement))
    return [errors.CardNumber(message, clause="never.store-card-numbers", field=declared_name(name)) for name in named]


def _parted_cards(given: Given, statement: Statement) -> Iterator[str]:
    """Fields that go on in the next one, or whose details go on in each other, as a card number."""
    filled = [name for name in statement.collection[given.point].fields() if given.fields.get(name)]
    inputs = {name: statement.data[name].input for name in filled}
    at = parted([str(given.fields[name]) if inputs[name] in _FREE else "" for name in filled])
    if at is not None:
        yield filled[at]
    for name in filled:
        if inputs[name] == "diagnostics":
            details = _details(given.fields[name])
            names, values = [one[0] for one in details], [one[1] for one in details]
            if {parted(texts) for texts in (names, values, [text for one in details for text in one])} != {None}:
                yield name


def _texts(value: object) -> list[str]:
    found, waiting = [], [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Mapping):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, list):
            waiting += one
        else:
            found.append(str(one))
    return found


def old_enough(born: date, least: int, today: date) -> bool:
    """Whether somebody born on `born` has turned `least` by `today`."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day)) >= least


def _age(given: Given, statement: Statement, today: date) -> list[TrothError]:
    born = _as_day(given.born)
    if born is None or old_enough(born, OLDEST, today):
        message = "Your date of birth is needed here, as YYYY-MM-DD. It is checked and not kept."
        return [errors.Missing(message, clause="children", field="born")]
    if given.residence not in country_codes():
        message = "The country you live in is needed here. It is checked and not kept."
        return [errors.Missing(message, clause="children", field="residence")]
    least = least_age(given.point, given.residence, statement, today)
    if born <= today and old_enough(born, least, today):
        return []
    message = "This page is for people of {age} and older. Nothing you typed was kept."
    return [errors.UnderAge(message, clause="children", field="born", age=least)]


def least_age(point: str, residence: str, statement: Statement, today: date) -> int:
    """The age from which somebody living in `residence` may use this point (GDPR Art. 8 where it asks consent)."""
    least = statement.service.minimum_age or 0
    if not statement.collection[point].choices:
        return least
    declared = statement.children.thresholds if statement.children else {}
    return max(least, declared.get(residence) or consent_age(residence, today))


def _field(found: Examined, given: Given, statement: Statement, name: str, *, required: bool) -> None:
    datum = statement.data[name]
    clause = f"collection.{given.point}.{name}"
    label = say(datum.label, given.language)
    if datum.input == "file":
        value: object = given.files.get(name)
    else:
        value = given.fields.get(name)
        value = "" if isinstance(value, str) and says_nothing(value) else value
    if value in (None, "") or (value == {} and datum.input == "diagnostics"):
        if required:
            message = "{label} is needed here. Fill it in and send again."
            found.problems.append(errors.Missing(message, clause=clause, field=name, label=label))
        return
    try:
        found.values[name] = _KINDS.get(datum.input, _text)(value, datum, given)
    except _Wrong as wrong:
        found.problems.append(wrong.kind(wrong.message, clause=clause, field=name, label=label, **wrong.values))


def found_elsewhere(point: str, name: str, text: str, statement: Statement) -> bytes:
    """What was found elsewhere for a field, examined as if it were typed at the point; raises the first problem."""
    given, found = Given(point, {name: text}, {}, {}, statement.languages[0], ""), Examined()
    found.problems += card_numbers(given, statement)
    _field(found, given, statement, name, required=True)
    if found.problems:
        raise found.problems[0]
    return found.values[name]


class _Wrong(Exception):
    def __init__(self, message: str, kind: type[TrothError] = errors.Mistyped, **values: str | int) -> None:
        super().__init__(message)
        self.message, self.kind, self.values = message, kind, values


def _text(value: object, datum: Datum, _given: Given) -> bytes:
    most = datum.max_length or LENGTHS[datum.input]
    if not isinstance(value, str):
        raise _Wrong("{label} is text. Send it as text.")
    text = value.replace("\r\n", "\n")  # browsers count the end of a line as one character and send two
    if len(text) > most or len(text := unicodedata.normalize("NFC", text.strip())) > most:
        raise _Wrong("{label} is longer than {most} characters. Shorten it.", errors.TooLong, most=most)
    _insist_on_text(text, lines=datum.input in ("multiline", "address"))
    return text.encode()


def _insist_on_text(value: str, *, lines: bool = False) -> None:
    if no_text(value, lines=lines):
        raise _Wrong("{label} holds characters that are not text. Type it again.")


# What the library leaves as it is, letter by letter.
_LOCAL_PART = re.compile(r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*")
_LONGEST_LOCAL_PART = 64


def _email(value: object, datum: Datum, given: Given) -> bytes:
    text = _text(value, datum, given).decode()
    local, _, domain = text.rpartition("@")
    try:
        if len(local) <= _LONGEST_LOCAL_PART and _LOCAL_PART.fullmatch(local):
            text = f"{local}@{_domain(domain)}"
            if len(text) <= LENGTHS["email"]:
                return text.encode()
        return validate_email(text, check_deliverability=False, strict=True).normalized.encode()
    except EmailNotValidError as error:
        raise _Wrong("{label} is not an e-mail address. It looks like name@example.com.") from error


@lru_cache(1024)
def _domain(domain: str) -> str:
    """A domain as the library writes it; most people's is one of a few, and asking takes longer than all the rest."""
    return validate_email(f"a@{domain}", check_deliverability=False, strict=True).normalized[2:]


# Letters stand for digits in some countries, so that words beside a number would become part of it.
_PHONE = re.compile(r"(?i)(tel:)?[\W\d_]*((ext|extn|extension|x)[\W\d_]*)?")
# Address books put marks of direction around a number.
_MARKS = dict.fromkeys([*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)])


def _phone(value: object, datum: Datum, given: Given) -> bytes:
    """In the form of E.164, with the extension behind it where there is one."""
    text = _text(value.translate(_MARKS) if isinstance(value, str) else value, datum, given).decode()
    region = given.fields.get("country")
    try:
        number = phonenumbers.parse(text, region if isinstance(region, str) else None)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not _PHONE.fullmatch(text) or not phonenumbers.is_possible_number(number):
        raise _Wrong("{label} is not a telephone number. Begin with + and the country's code.")
    extension = f";ext={number.extension}" if number.extension else ""
    return f"{phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)}{extension}".encode()


def _country(value: object, _datum: Datum, _given: Given) -> bytes:
    if not isinstance(value, str) or value not in country_codes():
        raise _Wrong("{label} is not a country. Send its two-letter code, as in ISO 3166.")
    return value.encode()


def _choice(value: object, datum: Datum, _given: Given) -> bytes:
    if not isinstance(value, str) or value not in datum.options:
        raise _Wrong("{label} is not one of the choices. Choose one of them.")
    return value.encode()


_WEB_ADDRESS = re.compile(r"(?i)https?://([^\s/?#@:\\]+)(?::([0-9]{1,5}))?(?:[/?#][^\s\\]*)?")
_MOST_PORT = 65_535


def _url(value: object, datum: Datum, given: Given) -> bytes:
    text = _text(value, datum, given)
    parts = _WEB_ADDRESS.fullmatch(text.decode())
    if parts and int(parts[2] or 0) <= _MOST_PORT:
        with suppress(EmailNotValidError):  # a site's name is one that mail could go to
            _domain(parts[1])
            return text
    raise _Wrong("{label} is not a web address. It looks like https://example.com/.")


def _number(value: object, datum: Datum, given: Given) -> bytes:
    text = _text(str(value) if isinstance(value, int) and not isinstance(value, bool) else value, datum, given)
    if not re.fullmatch(rb"\d{1,9}(\.\d{1,4})?", text):
        raise _Wrong("{label} is not a number. Use digits, and a point for decimals.")
    return text


def _date(value: object, datum: Datum, given: Given) -> bytes:
    day = _as_day(_text(value, datum, given).decode())
    if day is None:
        raise _Wrong("{label} is not a date. It looks like 2026-01-31.")
    return day.isoformat().encode()


def _as_day(text: str) -> date | None:
    """The day that `text` names as YYYY-MM-DD; the standard's other forms, such as week days, nobody types."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text else None


def _diagnostics(value: object, _datum: Datum, _given: Given) -> bytes:
    """Named details: an object of short texts, or lines of ``name: value``."""
    if isinstance(value, str):
        _insist_on_text(value, lines=True)
        if not all(":" in line for line in value.splitlines() if line.strip()):
            raise _Wrong("{label} has a line without a colon. Write one detail a line, as name: value.")
    elif not isinstance(value, Mapping) or not all(isinstance(item, str) for pair in value.items() for item in pair):
        raise _Wrong("{label} is a list of named details. Send an object of texts.")
    details = _details(value)
    if len(details) > DIAGNOSTICS or any(len(item) > DIAGNOSTIC_LENGTH for pair in details for item in pair):
        raise _Wrong("{label} is longer than {most} details. Shorten it.", errors.TooLong, most=DIAGNOSTICS)
    for pair in details:
        _insist_on_text("".join(pair))
    named = dict(details)
    if len(named) < len(details) or "" in named:
        raise _Wrong("{label} has a detail without a name, or a name twice. Give each detail one name.")
    return canonical(dict(named))


def _details(value: object) -> list[tuple[str, str]]:
    """Names and details, of an object or of lines ``name: value``."""
    if isinstance(value, Mapping):
        return [(str(name), str(detail)) for name, detail in value.items()]
    lines = [line.partition(":") for line in str(value).splitlines() if line.strip()]
    return [(name.strip(), detail.strip()) for name, _, detail in lines]


def _file(value: object, datum: Datum, _given: Given) -> bytes:
    upload: Upload = value  # type: ignore[assignment]
    _insist_on_text(f"{upload.name or ''}{upload.content_type or ''}")
    if not upload.size:
        raise _Wrong("{label} is empty. Choose another file.")
    if upload.too_large:
        raise _Wrong("{label} is too large. Ten megabytes are the most.", errors.TooLong)
    if not any(_SIGNATURES[kind](upload.head) for kind in datum.accept):
        raise _Wrong("{label} is not of an accepted type: {types}.", types=", ".join(datum.accept))
    return b""


_CONTROLS = frozenset(range(0x20)) - frozenset(b"\t\n\r\x1b\x0c")


def _is_text(head: bytes) -> bool:
    return all(byte not in _CONTROLS for byte in head)


_SIGNATURES: dict[FileType, Callable[[bytes], bool]] = {
    "pdf": lambda head: head.startswith(b"%PDF-"),
    "png": lambda head: head.startswith(b"\x89PNG\r\n\x1a\n"),
    "jpeg": lambda head: head.startswith(b"\xff\xd8\xff"),
    "zip": lambda head: head.startswith(b"PK\x03\x04"),
    "docx": lambda head: head.startswith(b"PK\x03\x04"),
    "text": _is_text,
}
_KINDS: dict[str, Callable[[object, Datum, Given], bytes]] = {
    "email": _email, "phone": _phone, "country": _country, "choice": _choice, "url": _url, "number": _number,
    "date": _date, "diagnostics": _diagnostics, "file": _file,
}  # fmt: skip
