"""Which submissions the statement allows. Pure: the statement, what was given and the day come in."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from troth.collection import errors
from troth.errors import TrothError
from troth.ledger.rules import canonical
from troth.statement.ages import consent_age
from troth.statement.clause import offered
from troth.statement.compile import Compiled
from troth.statement.countries import country_codes
from troth.statement.model import Datum, FileType, Statement, say

LENGTHS = {
    "text": 200, "name": 200, "email": 254, "phone": 40, "address": 500, "country": 2, "choice": 60,
    "multiline": 5000, "url": 500, "number": 20, "date": 10, "payment-reference": 64,
}  # fmt: skip
DIAGNOSTICS, DIAGNOSTIC_LENGTH = 50, 500


class Upload(Protocol):
    """A file that was uploaded and sealed."""

    head: bytes
    size: int | None
    name: str | None
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
    """Holds a submission against the statement: all problems at once, in the order of the form."""
    found = Examined()
    found.problems += undeclared(given, statement)
    found.problems += card_numbers(given)
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


def card_numbers(given: Given) -> list[TrothError]:
    """One problem for each value that holds a payment card number (P45)."""
    message = "This looks like a payment card number. Card numbers are never taken here; nothing was kept. Remove it."
    texts = [(name, text) for name, value in given.fields.items() for text in _texts(value)]
    texts += [(name, upload.name or "") for name, upload in given.files.items()]
    named = {name: None for name, text in texts if holds_card_number(text)}
    return [errors.CardNumber(message, clause="never.store-card-numbers", field=declared_name(name)) for name in named]


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


_GROUP = re.compile(r"\d+")
_GAP = re.compile(r"[\W_]{0,4}")
_LONGEST = 19
_MOST_READ = 20_000  # no field takes more
_ISSUERS = re.compile(
    r"^(?:4\d{15}(?:\d{3})?|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}"
    r"|6(?:011|5\d\d|4[4-9]\d)\d{12,15}|62\d{14,17}|35(?:2[89]|[3-8]\d)\d{12}|3(?:0[0-5]|[68]\d)\d{11}"
    r"|220[0-4]\d{12}|(?:60\d\d|8[12]\d\d|508\d)\d{12}|(?:50[12]\d|5893|6304|67[56]\d)\d{10,15})$"
)


def holds_card_number(text: str) -> bool:
    """Whether `text` holds digits of an issuer's range and length that pass the Luhn check (ISO/IEC 7812).

    They may be parted, in another script's digits, and beside other numbers such as the day the card expires.
    """
    shown = unicodedata.normalize("NFKD", text[:_MOST_READ])
    letters = (letter for letter in shown if unicodedata.category(letter) not in ("Cf", "Mn", "Me"))
    plain = "".join(str(unicodedata.decimal(letter, letter)) for letter in letters)
    return any(_ISSUERS.match(number) and _luhn(number) for number in _numbers(plain))


def _numbers(plain: str) -> Iterator[str]:
    """Every number that neighbouring groups of digits make when they are read as one."""
    groups = list(_GROUP.finditer(plain))
    for at, first in enumerate(groups):
        digits, end = first.group(), first.end()
        yield digits
        for following in groups[at + 1 : at + _LONGEST]:
            if len(digits) >= _LONGEST or not _GAP.fullmatch(plain, end, following.start()):
                break
            digits, end = digits + following.group(), following.end()
            yield digits


def _luhn(digits: str) -> bool:
    doubled = (sum(divmod(int(digit) * 2, 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


def old_enough(born: date, least: int, today: date) -> bool:
    """Whether somebody born on `born` has turned `least` by `today`."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day)) >= least


def _age(given: Given, statement: Statement, today: date) -> list[TrothError]:
    try:
        born = date.fromisoformat(given.born)
    except ValueError:
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
        value = value.strip() if isinstance(value, str) else value
    if value is None or value in ("", {}):
        if required:
            message = "{label} is needed here. Fill it in and send again."
            found.problems.append(errors.Missing(message, clause=clause, field=name, label=label))
        return
    try:
        found.values[name] = _KINDS.get(datum.input, _text)(value, datum, given)
    except _Wrong as wrong:
        found.problems.append(wrong.kind(wrong.message, clause=clause, field=name, label=label, **wrong.values))


class _Wrong(Exception):
    def __init__(self, message: str, kind: type[TrothError] = errors.Mistyped, **values: str | int) -> None:
        super().__init__(message)
        self.message, self.kind, self.values = message, kind, values


def _text(value: object, datum: Datum, _given: Given) -> bytes:
    most = datum.max_length or LENGTHS[datum.input]
    if not isinstance(value, str):
        raise _Wrong("{label} is text. Send it as text.")
    if len(value) > most:
        raise _Wrong("{label} is longer than {most} characters. Shorten it.", errors.TooLong, most=most)
    _insist_on_text(value, "\n\r\t" if datum.input in ("multiline", "address") else "")
    return unicodedata.normalize("NFC", value).encode()


def _insist_on_text(value: str, allowed: str = "") -> None:
    if any(letter not in allowed and _is_no_text(letter) for letter in value):
        raise _Wrong("{label} holds characters that are not text. Type it again.")


def _is_no_text(letter: str) -> bool:
    """Whether `letter` is a control character, half of one, or stands where bytes were no text."""
    return letter == "\ufffd" or unicodedata.category(letter) in ("Cc", "Cs")


def _email(value: object, datum: Datum, given: Given) -> bytes:
    text = _text(value, datum, given).decode()
    try:
        return validate_email(text, check_deliverability=False).normalized.encode()
    except EmailNotValidError as error:
        raise _Wrong("{label} is not an e-mail address. It looks like name@example.com.") from error


def _phone(value: object, datum: Datum, given: Given) -> bytes:
    text = _text(value, datum, given).decode()
    region = given.fields.get("country")
    try:
        number = phonenumbers.parse(text, region if isinstance(region, str) else None)
    except phonenumbers.NumberParseException as error:
        raise _Wrong("{label} is not a telephone number. Begin with + and the country's code.") from error
    if not phonenumbers.is_possible_number(number):
        raise _Wrong("{label} is not a telephone number. Begin with + and the country's code.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164).encode()


def _country(value: object, _datum: Datum, _given: Given) -> bytes:
    if not isinstance(value, str) or value not in country_codes():
        raise _Wrong("{label} is not a country. Send its two-letter code, as in ISO 3166.")
    return value.encode()


def _choice(value: object, datum: Datum, _given: Given) -> bytes:
    if not isinstance(value, str) or value not in datum.options:
        raise _Wrong("{label} is not one of the choices. Choose one of them.")
    return value.encode()


def _url(value: object, datum: Datum, given: Given) -> bytes:
    text = _text(value, datum, given)
    if not re.fullmatch(rb"https?://[^\s/]+\.[^\s/]+(/\S*)?", text):
        raise _Wrong("{label} is not a web address. It looks like https://example.com/.")
    return text


def _number(value: object, datum: Datum, given: Given) -> bytes:
    text = _text(str(value) if isinstance(value, int) and not isinstance(value, bool) else value, datum, given)
    if not re.fullmatch(rb"\d{1,9}(\.\d{1,4})?", text):
        raise _Wrong("{label} is not a number. Use digits, and a point for decimals.")
    return text


def _date(value: object, datum: Datum, given: Given) -> bytes:
    text = _text(value, datum, given)
    try:
        return date.fromisoformat(text.decode()).isoformat().encode()
    except ValueError as error:
        raise _Wrong("{label} is not a date. It looks like 2026-01-31.") from error


def _diagnostics(value: object, _datum: Datum, _given: Given) -> bytes:
    """Named details: an object of short texts, or lines of ``name: value``."""
    if isinstance(value, str):
        pairs = [line.partition(":") for line in value.splitlines() if line.strip()]
        if not all(mark for _, mark, _ in pairs):
            raise _Wrong("{label} has a line without a colon. Write one detail a line, as name: value.")
        value = {name.strip(): detail.strip() for name, _, detail in pairs}
    if not isinstance(value, Mapping) or not all(isinstance(item, str) for pair in value.items() for item in pair):
        raise _Wrong("{label} is a list of named details. Send an object of texts.")
    if len(value) > DIAGNOSTICS or any(len(item) > DIAGNOSTIC_LENGTH for pair in value.items() for item in pair):
        raise _Wrong("{label} is longer than {most} details. Shorten it.", errors.TooLong, most=DIAGNOSTICS)
    for pair in value.items():
        _insist_on_text("".join(pair))
    return canonical(dict(value))


def _file(value: object, datum: Datum, _given: Given) -> bytes:
    upload: Upload = value  # type: ignore[assignment]
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
