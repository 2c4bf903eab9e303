"""Which characters are no text, because nobody sees them or because they turn what others see around.

Refused are control characters, halves of characters, what stands where bytes were no text, marks that reverse the
order of reading (U+202A to U+202E, U+2066 to U+2069), invisible operators and tags, the byte order mark, and code
points that are no characters. Joiners and marks that scripts and emoji need (U+200B to U+200F) are text, and so are
rare characters that Unicode does not know yet or leaves to private use: there are people who have them in their names.
"""

import re

_LINES = "\t\n\r\u2028\u2029"
_NONE = "".join(f"{chr(plane | 0xFFFE)}{chr(plane | 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
_HIDDEN = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2061-\u206f\ufeff\ufff9-\ufffb\ufffd"
    f"\ufdd0-\ufdef\U000e0001\U000e0020-\U000e007f{_NONE}"
)
_BLANK = re.compile(r"[\s\u00ad\u061c\u115f\u1160\u200b-\u200f\u2060\u2800\u3164\uffa0]*")
_IN_LINES = re.compile(f"[{_HIDDEN}]")
_IN_ONE_LINE = re.compile(f"[{_HIDDEN}{_LINES}]")


def no_text(said: str, *, lines: bool = False) -> str:
    """The first character of `said` that is no text, or nothing. The ends of `lines` are text where there are lines."""
    found = (_IN_LINES if lines else _IN_ONE_LINE).search(said)
    return found.group() if found else ""


def shown(said: str, *, lines: bool = False) -> str:
    """`said` with U+FFFD for each character that is no text: fit to be printed and stored."""
    return (_IN_LINES if lines else _IN_ONE_LINE).sub("\ufffd", said)


def says_nothing(said: str) -> bool:
    """Whether `said` is nothing but white space, joiners and letters that have no form."""
    return bool(_BLANK.fullmatch(said))
