"""Whether corrections are those that the ledger tells of."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from troth.clock import rfc3339
from troth.ledger.counted import Counted
from troth.ledger.evidence import Reading, Told
from troth.vault.correcting import committed
from troth.vault.models import Correction


class _Correction(NamedTuple):
    id: int
    ref: str
    person: str
    record: str
    field: str
    digest: str
    by: str
    at: datetime
    leaf: bytes


_by_leaf = Reading(Correction, "leaf", *_Correction._fields)
_by_record = Reading(Correction, "record", *_Correction._fields)


def digests(records: Collection[str]) -> dict[tuple[str, str], str]:
    """What was sealed last, by its digest, in the place of what was given: by record and field."""
    rows = sorted(_Correction(*row) for row in _by_record(records))
    return {(row.record, row.field): row.digest for row in rows}


class Corrections(Counted):
    """Every correction, held against the entries of the kind ``corrected``."""

    kind = "corrected"
    table = Correction

    def _rows(self, entries: Sequence[Told]) -> list[tuple[Told, Mapping[str, Any] | None]]:
        found = {row[-1]: _Correction(*row) for row in _by_leaf([one.leaf for one in entries])}
        return [(one, self._stands(found.get(one.leaf))) for one in entries]

    def _stands(self, row: _Correction | None) -> Mapping[str, Any] | None:
        if row is None:
            return None
        told = committed(row.ref, row.person, row.record, row.field, row.digest)
        return {"kind": self.kind, "at": rfc3339(row.at), "by": row.by, "field": row.field, "commitment": told}
