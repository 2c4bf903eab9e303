"""Reads a statement file: YAML 1.2 in, a :class:`Statement` and findings with line and column out.

No file makes it raise: what cannot be read is a finding. Aliases are refused, so that a few lines cannot
stand for millions; `NO` stays Norway because only YAML 1.2's core words are booleans.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import MappingEndEvent, MappingStartEvent, SequenceEndEvent, SequenceStartEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from troth.statement.finding import Finding, Place, Where
from troth.statement.model import Statement

MOST_BYTES = 1_000_000
MOST_DEPTH = 12
MOST_FINDINGS = 100


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
        with file.open("rb") as source:
            return loads(source.read(MOST_BYTES + 1))
    except OSError as error:
        return _unreadable(f"cannot be read: {error.strerror}. Check the path and its permissions.")


def loads(source: bytes) -> Loaded:
    """The statement in `source`, UTF-8."""
    if len(source) > MOST_BYTES:
        return _unreadable(f"is larger than {MOST_BYTES:,} bytes. A statement is a few hundred lines.")
    try:
        text = source.decode("utf-8")
    except UnicodeDecodeError as error:
        line = source[: error.start].count(b"\n") + 1
        return _unreadable("is not UTF-8. Save it as UTF-8.", Where(line, 1))
    reader = YAML(typ="safe", pure=True)
    reader.composer.warn_double_anchors = False
    try:
        node = reader.compose(text)
    except RecursionError:
        return Loaded(None, (_too_deep(_deepest(text)),))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return _unreadable(
            f"is not YAML: {error.problem or error.context}.",
            Where(mark.line + 1, mark.column + 1) if mark else Where(1, 1),
        )
    except (YAMLError, ValueError) as error:
        return _unreadable(f"is not YAML: {str(error).splitlines()[0]}.")
    return _validated(node)


def _unreadable(message: str, where: Where = Where(1, 1)) -> Loaded:
    return Loaded(None, (Finding("file-unreadable", f"The file {message}", where=where),))


def _too_deep(where: Where) -> Finding:
    return Finding("file-unreadable", f"The file nests deeper than {MOST_DEPTH} levels.", where=where)


def _deepest(text: str) -> Where:
    """Where the nesting first goes too deep, found without recursion."""
    depth = 0
    for event in YAML(typ="safe", pure=True).parse(text):
        depth += isinstance(event, MappingStartEvent | SequenceStartEvent)
        depth -= isinstance(event, MappingEndEvent | SequenceEndEvent)
        if depth > MOST_DEPTH:
            return Where(event.start_mark.line + 1, event.start_mark.column + 1)
    return Where(1, 1)


def _validated(node: Node | None) -> Loaded:
    reading = _Reading()
    plain = reading.value(node, ())
    if reading.findings:
        return Loaded(None, tuple(reading.findings[:MOST_FINDINGS]), reading.marks, plain)
    if not isinstance(plain, dict):
        return _unreadable("is not a statement: it must be a mapping that begins with `troth: 1`.")
    try:
        statement = Statement.model_validate(plain, strict=False)
    except ValidationError as error:
        loaded = Loaded(None, (), reading.marks, plain)
        return Loaded(
            None, tuple(_misshapen(one, loaded) for one in error.errors()[:MOST_FINDINGS]), reading.marks, plain
        )
    return Loaded(statement, (), reading.marks, plain)


def _misshapen(problem: Any, loaded: Loaded) -> Finding:
    place: Place = tuple(problem["loc"])
    name = ".".join(str(step) for step in place)
    if problem["type"] == "extra_forbidden":
        message = f"`{name}` is not part of a statement. Check its spelling or remove it."
    elif problem["type"] == "missing":
        message = f"`{name}` is missing. A statement needs it."
    else:
        message = f"`{name}` is not well-formed: {problem['msg']}."
    return Finding("file-misshapen", message, place, loaded.where(place))


_NULL = re.compile(r"^(null|Null|NULL|~|)$")
_TRUE = re.compile(r"^(true|True|TRUE)$")
_FALSE = re.compile(r"^(false|False|FALSE)$")
_INTEGER = re.compile(r"^[-+]?[0-9]{1,18}$")


class _Reading:
    """Turns nodes into plain values by the core schema of YAML 1.2, and notes where each stands."""

    def __init__(self) -> None:
        self.marks: dict[Place, Where] = {}
        self.findings: list[Finding] = []

    def value(self, node: Node | None, place: Place) -> Any:
        if node is None:
            return None
        where = self.marks[place] = Where(node.start_mark.line + 1, node.start_mark.column + 1)
        if node.anchor:
            message = "The file uses an anchor or alias (& or *). Write the value out."
            self.findings.append(Finding("file-unreadable", message, place, where))
            return None
        if len(place) > MOST_DEPTH:
            self.findings.append(_too_deep(where))
            return None
        if isinstance(node, MappingNode):
            return self._mapping(node, place)
        if isinstance(node, SequenceNode):
            return [self.value(item, (*place, index)) for index, item in enumerate(node.value)]
        return _scalar(str(node.value), quoted=isinstance(node, ScalarNode) and bool(node.style))

    def _mapping(self, node: MappingNode, place: Place) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, item in node.value:
            name = str(key.value) if isinstance(key, ScalarNode) else ""
            here = (*place, name)
            where = Where(key.start_mark.line + 1, key.start_mark.column + 1)
            if name in found:
                self.findings.append(
                    Finding("file-duplicate-key", f"`{name}` stands twice in the same place. Keep one.", here, where)
                )
            found[name] = self.value(item, here)
            self.marks[here] = where
        return found


def _scalar(text: str, *, quoted: bool) -> Any:
    if quoted:
        return text
    if _NULL.match(text):
        return None
    if _TRUE.match(text) or _FALSE.match(text):
        return bool(_TRUE.match(text))
    return int(text) if _INTEGER.match(text) else text
