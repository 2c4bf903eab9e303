"""Reads a statement file: YAML 1.2 in, a :class:`Statement` and findings with line and column out.

No file makes it raise, and none keeps it busy: it reads event by event and stops at the first that goes too far. What
cannot be read is a finding. Aliases are refused, so that a few lines cannot stand for millions; `NO` stays Norway
because only YAML 1.2's core words are booleans.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from errno import EINVAL
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from troth.statement.finding import Finding, Place, Where, said
from troth.statement.letters import no_text, shown
from troth.statement.model import Statement

# The longest example has 45,000 bytes, 2,900 parts, and six levels.
MOST_BYTES = 300_000
MOST_PARTS = 20_000
MOST_DEPTH = 12
MOST_FINDINGS = 100
LONGEST_NAME = 200


@dataclass(frozen=True)
class Loaded:
    """What a file said: the statement if its shape holds, what is wrong, and where each part stands."""

    statement: Statement | None
    findings: tuple[Finding, ...] = ()
    marks: dict[Place, Where] = field(default_factory=dict)
    plain: Any = None

    def where(self, place: Place) -> Where:
        """Line and column of `place`, or of its nearest ancestor that stands in the file."""
        while place not in self.marks and place:
            place = place[:-1]
        return self.marks.get(place, Where(1, 1))


def load(file: Path) -> Loaded:
    """The statement in `file`."""
    try:
        return loads(read(file))
    except OSError as error:
        return _unreadable(f"cannot be read: {error.strerror}. Check the path and its permissions.")


def read(file: Path) -> bytes:
    """What stands in `file`, no more of it than shows that it is too large; raises ``OSError`` for what is no file."""
    if file.exists() and not file.is_file():
        raise OSError(EINVAL, "It is a directory or a device", str(file))
    with file.open("rb") as source:
        return source.read(MOST_BYTES + 1)


@lru_cache(4)  # who publishes asks three times of one file, and of the one in force
def loads(source: bytes) -> Loaded:
    """The statement in `source`, UTF-8."""
    if len(source) > MOST_BYTES:
        return _unreadable(f"is larger than {MOST_BYTES:,} bytes. A statement is a few hundred lines.")
    try:
        text = source.decode("utf-8")
    except UnicodeDecodeError as error:
        return _unreadable("is not UTF-8. Save it as UTF-8.", _end(source[: error.start].decode("utf-8")))
    reading = _Reading(text)
    plain = reading.whole()
    if reading.findings:
        return Loaded(None, tuple(reading.findings), reading.marks, plain)
    if not isinstance(plain, dict):
        return _unreadable("is not a statement: it must be a mapping that begins with `troth: 1`.")
    return _shaped(Loaded(None, (), reading.marks, plain))


def _unreadable(message: str, where: Where = Where(1, 1)) -> Loaded:
    return Loaded(None, (Finding("file-unreadable", f"The file {message}", where=where),))


def _end(text: str) -> Where:
    """Where the next character after `text` stands."""
    lines = re.split(r"\r\n|\n|\r", text)
    return Where(len(lines), len(lines[-1].lstrip("\ufeff")) + 1)


def _shaped(loaded: Loaded) -> Loaded:
    """`loaded` with its statement, or with what is wrong with its shape."""
    try:
        # As JSON, where lists are lists, days are texts, and nothing else is taken for what it is not.
        statement = Statement.model_validate_json(json.dumps(loaded.plain), strict=True)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)[:MOST_FINDINGS]
        return Loaded(None, tuple(_misshapen(one, loaded) for one in problems), loaded.marks, loaded.plain)
    return Loaded(statement, (), loaded.marks, loaded.plain)


def _misshapen(problem: Any, loaded: Loaded) -> Finding:
    place: Place = tuple(problem["loc"])
    name = said(place)
    if problem["type"] == "extra_forbidden":
        message = f"`{name}` is not part of a statement. Check its spelling or remove it."
    elif problem["type"] == "missing":
        message = f"`{name}` is missing. A statement needs it."
    else:
        message = f"`{name}` is not well-formed: {problem['msg']}."
    return Finding("file-misshapen", message, place, loaded.where(place))


_NULL = re.compile(r"(null|Null|NULL|~|)")
_TRUE = re.compile(r"(true|True|TRUE)")
_FALSE = re.compile(r"(false|False|FALSE)")
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")


class _Stop(Exception):
    """The file goes too far to be read on."""


class _Reading:
    """Turns the events of a file into plain values by the core schema of YAML 1.2, and notes where each stands."""

    def __init__(self, text: str) -> None:
        self.marks: dict[Place, Where] = {}
        self.findings: list[Finding] = []
        self._text = text
        self._events: Iterator[Any] = YAML(typ="safe", pure=True).parse(text)
        self._parts = 0
        self._where = Where(1, 1)

    def whole(self) -> Any:
        """Everything that the file says, as far as it can be read."""
        plain = None
        try:
            for document, _ in enumerate(self._documents()):
                if document:
                    self._stop("holds a second document. Keep one.")
                plain = self._value(next(self._events), ())
        except _Stop as stop:
            self._unreadable(str(stop))
        except ReaderError as error:
            self._where = _end(self._text[: error.position])
            self._unreadable("holds a control character. Remove it.")
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self._where = self._at(mark) if mark else self._where
            self._unreadable(f"is not YAML: {_short(error.problem or error.context)}.")
        except (YAMLError, ValueError, OverflowError) as error:
            self._unreadable(f"is not YAML: {_short(error)}.")
        return plain

    def _documents(self) -> Iterator[Any]:
        return (event for event in self._events if isinstance(event, DocumentStartEvent))

    def _at(self, mark: Any) -> Where:
        return Where(mark.line + 1, mark.column + 1)

    def _unreadable(self, message: str, place: Place = ()) -> None:
        self.findings.append(Finding("file-unreadable", f"The file {message}", place, self._where))

    def _stop(self, message: str) -> None:
        raise _Stop(message)

    def _value(self, event: Any, place: Place) -> Any:
        self._part(event, place)
        self.marks[place] = self._where
        if isinstance(event, MappingStartEvent):
            return self._mapping(place)
        if isinstance(event, SequenceStartEvent):
            return self._list(place)
        if isinstance(event, AliasEvent):
            return None
        return _scalar(self._clean(event.value, place, lines=True), quoted=bool(event.style))

    def _part(self, event: Any, place: Place) -> None:
        """Counts a part, and finds what no part of a statement may have."""
        self._where = self._at(event.start_mark)
        self._parts += 1
        if len(self.findings) >= MOST_FINDINGS:
            self._stop("is not read further: too much of it is wrong.")
        if self._parts > MOST_PARTS:
            self._stop(f"has more than {MOST_PARTS:,} names and values. A statement has a few thousand.")
        if len(place) > MOST_DEPTH:
            self._stop(f"nests deeper than {MOST_DEPTH} levels.")
        if event.anchor:
            self._unreadable("uses an anchor or alias (& or *). Write the value out.", place)
        if getattr(event, "tag", None):
            self._unreadable("uses a tag (!). Write the value without it.", place)

    def _mapping(self, place: Place) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(self._events), MappingEndEvent):
            name = self._name(event, place)
            where, here = self._where, (*place, name)
            if name in found:
                self._twice(name, here)
            found[name] = self._value(next(self._events), here)
            self.marks[here] = where
        return found

    def _name(self, event: Any, place: Place) -> str:
        if not isinstance(event, ScalarEvent):
            self._value(event, (*place, ""))
            self._where = self._at(event.start_mark)
            self._unreadable("has a list, a mapping or an alias where a name belongs. Write a name.", place)
            return ""
        self._part(event, place)
        name = self._clean(event.value, place, lines=False)
        if len(name) > LONGEST_NAME:
            self._unreadable(f"has a name longer than {LONGEST_NAME} characters. Shorten it.", place)
        return name[:LONGEST_NAME]

    def _list(self, place: Place) -> list[Any]:
        found: list[Any] = []
        names = set[str]()
        while not isinstance(event := next(self._events), SequenceEndEvent):
            here = (*place, len(found))
            found.append(self._value(event, here))
            if isinstance(event, ScalarEvent):
                if event.value in names:
                    self._twice(shown(event.value), here)
                names.add(event.value)
        return found

    def _twice(self, name: str, here: Place) -> None:
        message = f"`{said((name,))}` stands twice in the same place. Keep one."
        self.findings.append(Finding("file-duplicate-key", message, here, self._where))

    def _clean(self, text: str, place: Place, *, lines: bool) -> str:
        """`text` without what is no text. JSON writes rare characters as two halves: those are put together."""
        whole = text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        wrong = no_text(whole, lines=lines)
        if wrong:
            message = f"`{said(place)}` holds U+{ord(wrong):04X}, which nobody sees or which no text has. Remove it."
            self.findings.append(Finding("text-hidden", message, place, self._where))
        return shown(whole, lines=lines) if wrong else whole


def _short(problem: object) -> str:
    """The first line of what the YAML library says, fit to be printed."""
    return said((shown(str(problem).partition("\n")[0]),))


def _scalar(text: str, *, quoted: bool) -> Any:
    if quoted:
        return text
    if _NULL.fullmatch(text):
        return None
    if _TRUE.fullmatch(text) or _FALSE.fullmatch(text):
        return bool(_TRUE.fullmatch(text))
    return int(text) if _INTEGER.fullmatch(text) else text
