"""Whatever is submitted, the rules answer with facts; what they let through is clean."""

from datetime import date
from typing import Any

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.declared import declared, from_plain
from tests.support.statements import minimal
from troth.collection.cards import holds_card_number
from troth.collection.rules import Given, examine, least_age, old_enough
from troth.errors import TrothError
from troth.statement.ages import consent_age
from troth.statement.clause import offered
from troth.statement.compile import compile_statement

TODAY = date(2026, 11, 23)
STATEMENT = declared("infortrend")
COMPILED = compile_statement(STATEMENT)
POINTS = st.sampled_from(list(STATEMENT.collection))
LETTERS = st.text(st.characters(codec=None), max_size=30)
NAMES = st.one_of(st.sampled_from(list(STATEMENT.data)), LETTERS)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | LETTERS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(LETTERS, inner, max_size=3),
    max_leaves=8,
)
CARDS = ("4111111111111111", "5555555555554444", "378282246310005", "6011111111111117", "30569309025904")


def card(start: str, length: int) -> str:
    """A number of `length` digits that begins with `start` and passes the Luhn check."""
    body = start.ljust(length - 1, "0")[: length - 1]
    return next(body + last for last in "0123456789" if _luhn(body + last))


def _luhn(number: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 * (value > 9)
    return total % 10 == 0


@settings(deadline=None, max_examples=300)
@given(POINTS, st.dictionaries(NAMES, JSON, max_size=6), st.dictionaries(NAMES, JSON, max_size=3), LETTERS, LETTERS)
def test_anything_is_answered(
    point: str, fields: dict[str, Any], choices: dict[str, Any], born: str, residence: str
) -> None:
    """No submission makes the rules fail: every problem is one with a code, a status and a clause of the statement."""
    found = examine(Given(point, fields, {}, choices, "en", "", born, residence), STATEMENT, COMPILED, TODAY)
    here = STATEMENT.collection[point].fields()
    for problem in found.problems:
        assert isinstance(problem, TrothError)
        assert (problem.status, bool(problem.clause), bool(problem.message)) == (422, True, True)
        assert problem.field in {*here, "born", "residence", "age", "?"} | {*fields} | {*choices}
    assert found.values.keys() <= here.keys()
    for name, plain in found.values.items():
        assert isinstance(plain, bytes)
        plain.decode()
        assert b"\x00" not in plain
        assert name in fields


@settings(deadline=None)
@given(POINTS, st.data())
def test_no_value_is_repeated_in_a_problem(point: str, data: st.DataObject) -> None:
    """No problem ever holds what was typed."""
    secret = "Quixwood \x00 7744"
    names = list(STATEMENT.collection[point].fields())
    name = data.draw(st.sampled_from(names))
    typed: Any = data.draw(st.sampled_from([secret, [secret], {secret: 5}, {"a": {secret: 1}}, secret * 900]))
    found = examine(Given(point, {name: typed}, {}, {}, "en", "", secret, secret), STATEMENT, COMPILED, TODAY)
    assert found.problems
    assert not [one for one in found.problems if "Quixwood" in str(one.problem()) or "7744" in str(one.problem())]


@given(st.sampled_from(CARDS), st.data())
def test_card_numbers_are_seen_however_parted(number: str, data: st.DataObject) -> None:
    """Digits may be parted anywhere by spaces, dots and dashes, in full-width form, among any words."""
    gaps = st.sampled_from(["", "", " ", "-", ".", "  ", " - ", "–", "\u00a0", "\u2009", "\u200b"])
    parted = number[0] + "".join(data.draw(gaps) + digit for digit in number[1:])
    if data.draw(st.booleans()):
        parted = "".join(chr(ord(one) + 0xFEE0) if one.isascii() and one.isdigit() else one for one in parted)
    words = st.text(st.characters(categories=["L"]), max_size=10)
    assert holds_card_number(f"{data.draw(words)}{parted}{data.draw(words)}")


@pytest.mark.parametrize("around", ["{} 12/28", "{} 123", "7 {}", "2026 {}", "x1 {} 2y", "{}, 00", "no.{}."])
@pytest.mark.parametrize("number", CARDS)
def test_numbers_beside_it_hide_no_card(number: str, around: str) -> None:
    """A day of expiry, a check number or a count beside a card number does not hide it."""
    assert holds_card_number(around.format(number))
    assert holds_card_number(around.format(" ".join(number[at : at + 4] for at in range(0, len(number), 4))))


@pytest.mark.parametrize(
    ("start", "length"),
    [("4", 16), ("4", 19), ("51", 16), ("55", 16), ("2221", 16), ("2720", 16), ("34", 15), ("37", 15), ("6011", 16),
     ("65", 16), ("644", 16), ("62", 16), ("62", 19), ("3528", 16), ("3589", 16), ("300", 14), ("36", 14), ("38", 14)],
)  # fmt: skip
def test_issuers(start: str, length: int) -> None:
    """The ranges of the issuers that people have cards of are known; one digit wrong, and it is no card."""
    number = card(start, length)
    assert holds_card_number(number)
    assert not holds_card_number(number[:-1] + str((int(number[-1]) + 1) % 10))


@given(st.integers(min_value=0, max_value=10**12 - 1))
def test_short_numbers_are_no_cards(number: int) -> None:
    """No number of twelve digits or fewer is a card's: telephone and order numbers are taken."""
    assert not holds_card_number(f"+{number}")


@given(st.sampled_from(CARDS), st.integers(min_value=0, max_value=9), st.booleans())
def test_a_longer_number_is_another_number(number: str, digit: int, before: bool) -> None:
    """Digits that run on without a gap make another number, such as a serial number of twenty digits."""
    long = (str(digit) * 6) + number if before else number + (str(digit) * 6)
    assert not holds_card_number(long)


@given(st.dates(date(1900, 1, 1), TODAY), st.integers(min_value=0, max_value=21))
def test_a_birthday_counts_on_its_day(born: date, least: int) -> None:
    """Somebody turns an age on their birthday; born on 29 February, on 1 March of other years."""
    turned = date(born.year + least, 3, 1) if (born.month, born.day) == (2, 29) and not _leap(born.year + least) \
        else born.replace(year=born.year + least)  # fmt: skip
    assert old_enough(born, least, turned)
    assert not old_enough(born, least, date.fromordinal(turned.toordinal() - 1))


@pytest.mark.parametrize(
    ("country", "least"),
    [("DE", 16), ("FR", 15), ("ES", 14), ("GB", 13), ("US", 13), ("DK", 15), ("TW", 16), ("IN", 18), ("XK", 16)],
)
def test_the_age_by_country(country: str, least: int) -> None:
    """Where consent is asked, the age is that of the country's law; the statement may ask for more, never for less."""
    plain = minimal()
    plain["service"]["minimum_age"] = 13
    plain["children"]["thresholds"] = {"IN": 18}
    statement = from_plain(plain)
    assert least_age("newsletter", country, statement, TODAY) == least
    assert least_age("enquiry", country, statement, TODAY) == 13
    plain["service"]["minimum_age"] = 17
    assert least_age("newsletter", country, from_plain(plain), TODAY) == max(17, least)


def test_the_age_of_its_day() -> None:
    """The table is dated: Denmark's age is 13 before 2024 and 15 from then on."""
    assert consent_age("DK", date(2023, 12, 31)) == 13
    assert consent_age("DK", date(2024, 1, 1)) == 15
    assert consent_age("DK", date(2017, 1, 1)) == 16


def test_a_choice_that_is_left_out_is_no_problem() -> None:
    """Silence is a no at every point, for every choice."""
    for point in STATEMENT.collection:
        found = examine(Given(point, {}, {}, {}, "en", ""), STATEMENT, COMPILED, TODAY)
        assert not {offer.id for offer in offered(STATEMENT, point)} & {one.field for one in found.problems}


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


LOCAL_PARTS = st.one_of(
    st.from_regex(r"[a-zA-Z0-9_+.-]{1,70}", fullmatch=True), st.emails().map(lambda one: one.rpartition("@")[0])
)
DOMAINS = st.sampled_from(
    ["example.com", "EXAMPLE.com", "b\u00fccher.example", "a.b.example.org", "no", "x..com", "a" * 64 + ".com", "test"]
)


@settings(max_examples=300)
@given(LOCAL_PARTS, DOMAINS)
def test_addresses_are_what_the_library_says(local: str, domain: str) -> None:
    """An address is taken or refused, and written, as the library for addresses has it."""
    address = f"{local}@{domain}"
    fields: dict[str, Any] = {"email": address, "message": "x"}
    found = examine(Given("information", fields, {}, {}, "en", ""), STATEMENT, COMPILED, TODAY)
    try:
        said = validate_email(address, check_deliverability=False, strict=True).normalized.encode()
    except EmailNotValidError:
        said = None
    assert found.values.get("email") == said
