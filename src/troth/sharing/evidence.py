"""Whether releases are those that the ledger tells of: every way out is counted there."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from troth.clock import rfc3339
from troth.ledger.append_only import AppendOnly
from troth.ledger.counted import Counted
from troth.ledger.evidence import Reading, Told, insist
from troth.ledger.rules import JSON, sha256_hex
from troth.sharing.models import Release

APPEND_ONLY = (AppendOnly("sharing_release", "id = NEW.id OR ref = NEW.ref OR leaf = NEW.leaf"),)


class _Release(NamedTuple):
    ref: str
    service: str
    first: date
    last: date
    by: list[str]
    epsilon: int
    recipient: str
    body: bytes
    digest: str
    at: datetime
    leaf: bytes


_releases = Reading(Release, "leaf", *_Release._fields)


def facts(row: Any) -> dict[str, JSON]:
    """What the entry of a release says: everything but the table, of which it has the digest."""
    return {
        "reference": row.ref, "service": row.service, "first": str(row.first), "last": str(row.last),
        "by": list(row.by), "epsilon": row.epsilon, "recipient": row.recipient, "digest": row.digest,
    }  # fmt: skip


class Releases(Counted):
    """Every release, held against the entries of the kind ``released``."""

    kind = "released"
    table = Release

    def _rows(self, entries: Sequence[Told]) -> list[tuple[Told, Mapping[str, Any] | None]]:
        rows = {row[-1]: _Release(*row) for row in _releases([one.leaf for one in entries])}
        return [(one, self._stands(rows.get(one.leaf))) for one in entries]

    def _stands(self, row: _Release | None) -> Mapping[str, Any] | None:
        if row is None:
            return None
        insist(list, row.by)
        return {**facts(row), "digest": sha256_hex(row.body), "kind": self.kind, "at": rfc3339(row.at)}
