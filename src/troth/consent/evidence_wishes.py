"""Whether wishes still are what the ledger says was wished."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from troth.clock import rfc3339
from troth.consent import rules, wishes
from troth.consent.models import Wish
from troth.ledger.counted import Counted
from troth.ledger.evidence import Reading, Told


class _Wish(NamedTuple):
    ref: str
    person: str
    service: str
    version: int
    kind: str
    about: str
    given: bool
    number: int
    by: str
    follows: int
    at: datetime
    leaf: bytes


_wishes = Reading(Wish, "leaf", *_Wish._fields)


class Wishes(Counted):
    """Every wish, held against the entries of the kind ``wished``."""

    kind = "wished"
    table = Wish

    def _rows(self, entries: Sequence[Told]) -> list[tuple[Told, Mapping[str, Any] | None]]:
        found = {row[-1]: _Wish(*row) for row in _wishes([one.leaf for one in entries])}
        return [(one, self._stands(found.get(one.leaf))) for one in entries]

    def _stands(self, wish: _Wish | None) -> Mapping[str, Any] | None:
        if wish is None:
            return None
        facts = wishes.facts(wish, service=wish.service, version=wish.version, by=wish.by, follows=wish.follows)
        told = rules.committed_wish(wish.person, wish.ref)
        return {**facts, "kind": self.kind, "at": rfc3339(wish.at), "commitment": told}
