"""No blank is left open: nothing in square brackets, no TBD, no dotted line. Works on any YAML, whole or not."""

import re
from collections.abc import Iterator

from troth.statement.checks.fault import Fault
from troth.statement.finding import Place, said

LONGEST_SHOWN = 60

# Each alternative is one way in which templates mark what is still to be written. A link `[here](https://…)`,
# a mail address in angle brackets and a reference such as `[1]` are none. Nothing is tried twice (`*+`), so that
# no text takes long.
_BLANK = re.compile(
    r"""
      [\[［] (?: (?! [\[\]［］\n] ) [\W\d_] )*+ [^\W\d_] [^\[\]［］\n]*+ [\]］] (?!\()
    | (?<!\w) < [^\W\d_] [^<>@\n]*+ > (?!\w)
    | \{\{ [^{}\n]*+ \}\}
    | \b (?: TBD | TBC | TODO | FIXME | X{3,} ) \b
    | (?i: \b lorem [ ] ipsum \b )
    | _{3,}
    | \?{3,}
    | ○{2,}
    | 待補 | 待填 | 待定
    """,
    re.VERBOSE,
)


def blanks(plain: object, place: Place = ()) -> Iterator[Fault]:
    """Every string in `plain` that is empty, says nothing, or holds the mark of something still to be written."""
    if isinstance(plain, dict):
        for key, item in plain.items():
            yield from _blank(str(key), (*place, key))
            yield from blanks(item, (*place, key))
    elif isinstance(plain, list):
        for index, item in enumerate(plain):
            yield from blanks(item, (*place, index))
    elif isinstance(plain, str):
        yield from _blank(plain, place)


def _blank(text: str, place: Place) -> Iterator[Fault]:
    name = said(place)
    if not any(sign.isalnum() for sign in text):
        yield Fault("blank", f"`{name}` is empty. Write it, or leave the entry out.", place)
    elif mark := _BLANK.search(text):
        shown = mark.group()[:LONGEST_SHOWN]
        yield Fault("blank", f"`{name}` still has the blank `{shown}`. Write what belongs there.", place)
