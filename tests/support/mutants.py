"""Statements with something changed at random: left out, put in another's place, of another kind, misspelt."""

import copy
import json
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tests.support.statements import TODAY, as_file
from troth.statement.checks import check
from troth.statement.loader import loads
from troth.statement.model import Statement

Plain = dict[str, Any]
Choose = Callable[[Sequence[Any]], Any]
Steps = tuple[Any, ...]

OTHERS: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 16, 10**17, 10**30, 1.5, "", " ", "x", "X", "TBD", "\u202e", "\x00", "a\nb",
    "é" * 6000,
    "en", "TW", "XX", "US", "P1Y", "P0D", "P999Y9999M9999D", "2006-01-02", "9999-12-31", "0001-01-01", "dpv:Purpose",
    "pd:Name", "consent", "legitimate-interest", "file", "choice", "newsletter", "email", "constructor", "items",
    "self",
    "http://[", "https://example.com", "javascript:alert(1)", "a@b.c", "<script>", "{{ x }}", "%(x)s", "{x}", "../..",
    [], {}, [None], [[]], ["a", "a"], ["email"], ["newsletter"], {"en": "Words."}, {"en": "Words.",
     "zh-Hant": "文字。"},
    {"": "Words."}, {"tlh": "Words."}, {"a": {"b": {"c": {}}}}, {"email": ["newsletter"]}, {"items": []},
)  # fmt: skip


def places(plain: Any, at: Steps = ()) -> Iterator[Steps]:
    """Every place in `plain` but the whole."""
    inside = plain.items() if isinstance(plain, dict) else enumerate(plain) if isinstance(plain, list) else ()
    for step, value in inside:
        yield (*at, step)
        yield from places(value, (*at, step))


def mutant(plain: Plain, choose: Choose) -> Plain:
    """`plain` with one thing changed."""
    made = copy.deepcopy(plain)
    all_ = list(places(made))
    *path, step = choose(all_)
    here = _at(made, path)
    match choose(("other", "other", "leave out", "copy", "name", "twice")):
        case "leave out":
            del here[step]
        case "copy":
            here[step] = copy.deepcopy(_at(made, choose(all_)))
        case "name" if isinstance(here, dict):
            here[str(choose(OTHERS))] = here.pop(step)
        case "twice" if isinstance(here, list):
            here.append(copy.deepcopy(here[step]))
        case _:
            here[step] = copy.deepcopy(choose(OTHERS))
    return made


def whole(plain: Plain) -> Statement | None:
    """The statement that `plain` declares, if `troth check` finds no error in it."""
    loaded = loads(as_file(plain))
    wrong = any(one.severity == "error" for one in check(loaded, today=TODAY))
    return None if wrong else loaded.statement


def whole_mutant(plain: Plain, seed: int, changes: int) -> tuple[Plain, int]:
    """`plain` after `changes` tries to change it, each kept where the statement stays whole; and how many were."""
    choose, kept = random.Random(seed).choice, 0  # noqa: S311 - the same in every run
    for _ in range(changes):
        tried = mutant(plain, choose)
        if tried != plain and whole(tried):
            plain, kept = tried, kept + 1
    return plain, kept


def _at(plain: Any, path: Sequence[Any]) -> Any:
    for step in path:
        plain = plain[step]
    return plain


def text(plain: Plain) -> str:
    """`plain` as a file."""
    return json.dumps(plain, ensure_ascii=False, indent=1)
