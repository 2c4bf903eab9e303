"""Whether choices, what people keep of them, and signals are those that the ledger tells of."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from troth.clock import rfc3339
from troth.cookies import rules
from troth.cookies.models import Choice, Keeping, Signal
from troth.ledger.append_only import AppendOnly
from troth.ledger.counted import Counted
from troth.ledger.evidence import Reading, Told, insist

APPEND_ONLY = (
    AppendOnly("cookies_choice", "id = NEW.id OR ref = NEW.ref OR (at = NEW.at AND leaf = NEW.leaf)"),
    *(
        AppendOnly(table, "id = NEW.id OR ref = NEW.ref OR leaf = NEW.leaf")
        for table in ("cookies_keeping", "cookies_signal")
    ),
)


class _Choice(NamedTuple):
    ref: str
    service: str
    version: int
    asked: str
    language: str
    choices: Mapping[str, bool]
    gpc: bool
    follows: str
    at: datetime
    leaf: bytes


class _Keeping(NamedTuple):
    ref: str
    person: str
    choice: str
    service: str
    given: bool
    at: datetime
    leaf: bytes


class _Signal(NamedTuple):
    ref: str
    person: str
    service: str
    at: datetime
    leaf: bytes


_choices = Reading(Choice, "leaf", *_Choice._fields)
_keepings = Reading(Keeping, "leaf", *_Keeping._fields)
_signals = Reading(Signal, "leaf", *_Signal._fields)
_Said = Mapping[str, Any] | None
_Stands = list[tuple[Told, _Said]]


class Choices(Counted):
    """Every choice, held against the entries of the kind ``chosen``."""

    kind = "chosen"
    table = Choice

    def _rows(self, entries: Sequence[Told]) -> _Stands:
        found = {leaf: _Choice(*row) for leaf, row in _choices.told_by(entries).items()}
        return [(one, self._stands(found.get(one.leaf))) for one in entries]

    def _stands(self, row: _Choice | None) -> _Said:
        if row is None:
            return None
        insist(dict, row.choices)
        insist(bool, *row.choices.values())
        one = rules.recorded(row)
        facts = {**rules.facts(one.said), "commitment": rules.committed(one)}
        return {"kind": self.kind, "at": rfc3339(row.at), **facts}


class Keepings(Counted):
    """Everything that people keep, or keep no more, held against the entries of the kind ``kept``."""

    kind = "kept"
    table = Keeping

    def _rows(self, entries: Sequence[Told]) -> _Stands:
        found = {row[-1]: _Keeping(*row) for row in _keepings([one.leaf for one in entries])}
        return [(one, _told(self.kind, found.get(one.leaf), rules.keeping_facts)) for one in entries]


class Signals(Counted):
    """Every signal, held against the entries of the kind ``signalled``."""

    kind = "signalled"
    table = Signal

    def _rows(self, entries: Sequence[Told]) -> _Stands:
        found = {row[-1]: _Signal(*row) for row in _signals([one.leaf for one in entries])}
        return [(one, _told(self.kind, found.get(one.leaf), rules.signal_facts)) for one in entries]


def _told(kind: str, row: _Keeping | _Signal | None, facts: Callable[[Any], Mapping[str, Any]]) -> _Said:
    return {"kind": kind, "at": rfc3339(row.at), **facts(row)} if row else None
