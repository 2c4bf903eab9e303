"""Finds payment card numbers in what was typed, however they are written (P45). Pure."""

import re
import unicodedata
from collections.abc import Sequence

_MOST_READ = 20_000  # no field takes more
_LENGTHS = range(14, 20)
_OTHERWISE = (14, 15)  # these are not parted in fours
_ISSUERS = re.compile(
    r"(?:4[0-9]{15}(?:[0-9]{3})?|5[1-5][0-9]{14}|2(?:22[1-9]|2[3-9][0-9]|[3-6][0-9]{2}|7[01][0-9]|720)[0-9]{12}"
    r"|3[47][0-9]{13}|6(?:011|5[0-9]{2}|4[4-9][0-9])[0-9]{12,15}|62[0-9]{14,17}|35(?:2[89]|[3-8][0-9])[0-9]{12}"
    r"|3(?:0[0-5]|[68][0-9])[0-9]{11}|220[0-4][0-9]{12}|(?:60[0-9]{2}|8[12][0-9]{2}|508[0-9])[0-9]{12}"
    r"|(?:50[12][0-9]|5893|6304|67[56][0-9])[0-9]{10,15})"
)
_GROUP = re.compile("[0-9]+")
_RUN = re.compile(r"[0-9]+(?:[\W_]{1,4}[0-9]+)*")
_DIGITS = re.compile(r"[\W_]*[0-9][0-9\W_]*")


def holds_card_number(text: str) -> bool:
    """Whether `text` holds digits of an issuer's range and length that pass the Luhn check (ISO/IEC 7812).

    They may be parted, in another script's digits, and beside other numbers such as the day the card expires.
    """
    if len(text) < _LENGTHS[0] and text.isascii():
        return False
    return any(_run_holds_one(run.group()) for run in _RUN.finditer(_plain(text)))


def parted(texts: Sequence[str]) -> int | None:
    """At which of `texts` a card number begins that goes on in its neighbours, each nothing but digits; None for none.

    Only where it is parted as on a card, so that a serial number beside an order number is rarely taken for one.
    """
    pieces = ["".join(_GROUP.findall(plain)) if _DIGITS.fullmatch(plain) else "" for plain in map(_plain, texts)]
    for first, piece in enumerate(pieces):
        number, in_fours = piece, len(piece) % 4 == 0
        for following in pieces[first + 1 :]:
            if not piece or not following or len(number) > _LENGTHS[-1]:
                break
            number, in_fours = number + following, in_fours and len(following) % 4 == 0
            if (in_fours or len(number) in _OTHERWISE) and _is_one(number):
                return first
    return None


def _plain(text: str) -> str:
    """`text` with every digit as one of 0 to 9, and without marks and joiners that may part them unseen."""
    text = text[:_MOST_READ]
    if text.isascii():
        return text
    return "".join(_seen(letter) for letter in text)


def _seen(letter: str) -> str:
    """What `letter` says in digits, itself if it says none, and nothing if nobody sees it."""
    if letter.isascii() or letter.isalpha():
        return letter
    if unicodedata.category(letter) in ("Cf", "Mn", "Me"):
        return ""
    return str(unicodedata.decimal(letter, unicodedata.normalize("NFKD", letter)))


def _run_holds_one(run: str) -> bool:
    """Whether groups of digits in `run` are a card number when neighbours are read as one."""
    digits = "".join(_GROUP.findall(run))
    if len(digits) < _LENGTHS[0]:
        return False
    starts, ends, at = [], set[int](), 0
    for group in _GROUP.finditer(run):
        starts.append(at)
        at += len(group.group())
        ends.add(at)
    return any(
        start + length in ends and _is_one(digits[start : start + length]) for start in starts for length in _LENGTHS
    )


def _is_one(number: str) -> bool:
    return bool(_ISSUERS.fullmatch(number)) and _luhn(number)


def _luhn(digits: str) -> bool:
    doubled = (sum(divmod(int(digit) * 2, 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0
