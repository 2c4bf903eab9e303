"""Whether a text differs from another by typos alone: letters that were mistyped, never what it says.

Somebody says that it is a typo; here is only held against it what could not be one. Better a typo is published as a
change than a change as a typo. Pure.
"""

import re
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any, Final

from troth.statement.facets import facets
from troth.statement.finding import Place
from troth.statement.model import Statement

_HAN: Final = "\u2e80-\u9fff\uf900-\ufaff"
_WORDS: Final = re.compile(rf"[{_HAN}]|[^\W{_HAN}]+|[^\w\s]")
_NUMBER: Final = re.compile(r"\d(?:[\d.,:/-]*\d)?")
_SHORT, _LONG, _MOST_HAN = 4, 8, 2
# Whatever turns, limits or widens what is promised; it neither comes, goes nor becomes another one.
_BEARS: Final = frozenset(
    re.findall(
        r"\w+",
        "all always and any anybody anyone can cannot could every except few if least less may might more most must"
        " never no nobody none nor not nothing only or ought shall should some unless until will with without would"
        " day days month months year years one two three four five six seven eight nine ten hundred thousand half",
    )
)
_BEARS_HAN: Final = frozenset(
    "不未無非勿別沒否免禁僅只須應得可必能會將或和與及除若全每各任皆均至多少前後內外起止年月日週天一二三四五六七八九十百千萬兩零半"
)
_TURNING: Final = ("un", "in", "im", "il", "ir", "dis", "non", "mis", "anti")


def beyond_typos(old: Statement, new: Statement) -> tuple[Place, ...]:
    """Every place of which `new` says something else than `old` but for typos, in any language."""
    before, after = facets(old, old.languages[0]), facets(new, old.languages[0])
    found = []
    for place in dict.fromkeys([*after, *before]):
        was, now = before.get(place), after.get(place)
        if was and now and (was.value == now.value or (was.kind == "wording" and _mistyped(was.value, now.value))):
            continue
        found.append(place)
    return tuple(found)


def _mistyped(old: Any, new: Any) -> bool:
    if not isinstance(old, dict) or not isinstance(new, dict) or old.keys() != new.keys():
        return False
    return all(is_typo(old[language], new[language]) for language in old)


def is_typo(old: str, new: str) -> bool:
    """Whether `new` says what `old` says, but for letters, marks and spaces that were mistyped."""
    if _NUMBER.findall(old) != _NUMBER.findall(new):
        return False
    before, after = _WORDS.findall(old.lower()), _WORDS.findall(new.lower())
    if _bearing(before) != _bearing(after):
        return False
    other, han = 0, 0
    for step, start, stop, begin, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if step == "equal":
            continue
        gone, come = before[start:stop], after[begin:end]
        if not _alike(gone, come) and not _twice(before, start, stop, come):
            return False
        other += 1
        han += sum(one >= "\u2e80" and one.isalpha() for one in (*gone, *come))
    return han <= 2 * _MOST_HAN and other * 10 <= max(len(before), 10)


def _bearing(words: Sequence[str]) -> Counter[str]:
    return Counter(
        word
        for number, word in enumerate(words)
        if word in _BEARS or word in _BEARS_HAN or (word == "t" and words[number - 1] in ("'", "’"))
    )


def _twice(words: Sequence[str], start: int, stop: int, come: Sequence[str]) -> bool:
    """Whether a word that stood twice stands once."""
    gone = list(words[start:stop])
    return not come and gone in (list(words[start - len(gone) : start]), list(words[stop : stop + len(gone)]))


def _alike(gone: Sequence[str], come: Sequence[str]) -> bool:
    """Whether the same words stand here, but for what was mistyped."""
    was, now = ("".join(one for one in words if one[0].isalnum()) for words in (gone, come))
    if was == now:
        return True  # marks, spaces, capitals
    if re.search(f"[{_HAN}]", was + now):
        return len(was) == len(now)
    short, long = sorted((was, now), key=len)
    if any(long == turned + short for turned in _TURNING):
        return False
    if sorted(was) == sorted(now):
        return len(was) > 1
    if len(short) < _SHORT:
        return False
    return _steps(was, now) <= (2 if len(short) >= _LONG else 1)


def _steps(was: str, now: str) -> int:
    """How many letters were left out, added or mistaken (Levenshtein)."""
    row = list(range(len(now) + 1))
    for number, letter in enumerate(was, 1):
        above, row[0] = row[0], number
        for place, other in enumerate(now, 1):
            above, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, above + (letter != other))
    return row[-1]
