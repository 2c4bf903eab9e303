"""Whether requests and answers still are what the ledger says was asked and answered."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from troth.clock import rfc3339
from troth.control import entries
from troth.control.models import Answer, Request
from troth.ledger.append_only import AppendOnly
from troth.ledger.counted import Counted
from troth.ledger.evidence import Reading, Told
from troth.ledger.rules import JSON

APPEND_ONLY = (
    AppendOnly("control_request", "id = NEW.id OR ref = NEW.ref OR leaf = NEW.leaf"),
    AppendOnly("control_answer", "id = NEW.id OR (request = NEW.request AND step = NEW.step) OR leaf = NEW.leaf"),
)


class _Request(NamedTuple):
    ref: str
    person: str
    service: str
    asked: str
    door: str
    by: str
    law: str
    due: date
    longest: date
    at: datetime
    leaf: bytes

    def facts(self) -> dict[str, JSON]:
        """What its entry says in clear."""
        return entries.asked_facts(self)


class _Answer(NamedTuple):
    request: str
    step: str
    due: date
    outcome: str
    reason: str
    by: str
    at: datetime
    leaf: bytes


_requests = Reading(Request, "leaf", *_Request._fields)
_by_ref = Reading(Request, "ref", *_Request._fields)
_answers = Reading(Answer, "leaf", *_Answer._fields)


class Requests(Counted):
    """Every request, held against the entries of the kind ``requested``."""

    kind = "requested"
    table = Request

    def _rows(self, entries: Sequence[Told]) -> list[tuple[Told, dict[str, Any] | None]]:
        rows = {row[-1]: _Request(*row) for row in _requests([one.leaf for one in entries])}
        return [(one, _said(self.kind, rows.get(one.leaf))) for one in entries]


class Answers(Counted):
    """Every answer, held against the entries of the kind ``answered``."""

    kind = "answered"
    table = Answer

    def _rows(self, entries: Sequence[Told]) -> list[tuple[Told, dict[str, Any] | None]]:
        rows = {row[-1]: _Answer(*row) for row in _answers([one.leaf for one in entries])}
        requests = {row.request for row in rows.values()}
        asked = {row[0]: _Request(*row) for row in _by_ref(requests)}
        return [(one, _answered(rows.get(one.leaf), asked)) for one in entries]


def _said(kind: str, row: _Request | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return _whole(kind, row.facts(), row, row.ref, row.at)


def _answered(row: _Answer | None, asked: dict[str, _Request]) -> dict[str, Any] | None:
    request = asked.get(row.request) if row else None
    if row is None or request is None:
        return None
    return _whole("answered", entries.answered_facts(row, request.asked, request.law), request, row.request, row.at)


def _whole(kind: str, facts: dict[str, JSON], request: _Request, ref: str, at: datetime) -> dict[str, Any]:
    committed = entries.committed(entries.words(kind, facts, request.person, at), request.person, ref)
    return {"kind": kind, "at": rfc3339(at), **facts, "commitment": committed}
