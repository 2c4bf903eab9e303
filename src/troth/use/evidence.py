"""Whether uses and tokens are those that the ledger tells of."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.db.models import Sum
from django.db.models.functions import Length

from troth.clock import rfc3339
from troth.ledger.append_only import AppendOnly
from troth.ledger.counted import Counted
from troth.ledger.evidence import Reading, Told, insist
from troth.ledger.rebuild import Finding
from troth.ledger.rules import JSON, commitment, sha256_hex
from troth.use.models import REF, Crowd, Token, Use, Used

APPEND_ONLY = (
    AppendOnly("use_use", "id = NEW.id OR ref = NEW.ref OR leaf = NEW.leaf"),
    AppendOnly("use_used", "id = NEW.id"),
    AppendOnly("use_crowd", "id = NEW.id OR (use = NEW.use AND first = NEW.first)"),
    AppendOnly("use_token", "id = NEW.id OR (ref = NEW.ref AND ended = NEW.ended) OR leaf = NEW.leaf"),
)
_AT_ONCE: Final = 1000


def committed(ref: str, persons: Sequence[str]) -> str:
    """What the entry of a use commits to: whose values were opened. References cannot be guessed."""
    return commitment(ref.encode(), {"persons": sha256_hex("\n".join(persons).encode())})


def token_facts(token: Any) -> dict[str, JSON]:
    """What the entry of a token says: everything but the token."""
    return {
        "reference": token.ref, "ended": token.ended, "digest": bytes(token.digest).hex(),
        "purposes": list(token.purposes), "recipient": token.recipient, "expires": rfc3339(token.expires),
    }  # fmt: skip


class _Use(NamedTuple):
    id: int
    ref: str
    service: str
    purpose: str
    recipient: str
    country: str
    fields: dict[str, int]
    persons: int
    by: str
    at: datetime
    leaf: bytes


class _Token(NamedTuple):
    ref: str
    ended: bool
    digest: bytes
    purposes: list[str]
    recipient: str
    expires: datetime
    at: datetime
    leaf: bytes


_uses = Reading(Use, "leaf", *_Use._fields)
_tokens = Reading(Token, "leaf", *_Token._fields)


class Tokens(Counted):
    """Every token, held against the entries of the kind ``token``."""

    kind = "token"
    table = Token

    def _rows(self, entries: Sequence[Told]) -> list[tuple[Told, Mapping[str, Any] | None]]:
        rows = {row[-1]: _Token(*row) for row in _tokens([one.leaf for one in entries])}
        return [(one, self._stands(rows.get(one.leaf))) for one in entries]

    def _stands(self, row: _Token | None) -> Mapping[str, Any] | None:
        return {**token_facts(row), "kind": self.kind, "at": rfc3339(row.at)} if row else None


class Uses(Counted):
    """Every use and those it was of, held against the entries of the kind ``used``."""

    kind = "used"
    table = Use

    def __init__(self) -> None:
        super().__init__()
        self._persons = 0

    def _rows(self, entries: Sequence[Told]) -> list[tuple[Told, Mapping[str, Any] | None]]:
        rows = {row[-1]: _Use(*row) for row in _uses([one.leaf for one in entries])}
        for row in rows.values():
            insist(dict, row.fields)
        persons: dict[int, list[str]] = defaultdict(list)
        numbers = [row.id for row in rows.values()]
        for use, person in Used.objects.filter(use__in=numbers).order_by("pk").values_list("use", "person"):
            insist(str, person)
            persons[use].append(person)
        for use, first, refs in (
            Crowd.objects.filter(use__in=numbers).order_by("pk").values_list("use", "first", "refs")
        ):
            insist(str, first, refs)
            crowd = [refs[start : start + REF] for start in range(0, len(refs), REF)]
            # What a person is found by is what is committed to.
            persons[use] += crowd if crowd[:1] == [first] else [""]
        return [(one, self._stands(rows.get(one.leaf), persons)) for one in entries]

    def _count(self, stands: Mapping[str, Any]) -> None:
        super()._count(stands)
        self._persons += stands["persons"]

    def _stands(self, row: _Use | None, persons: Mapping[int, list[str]]) -> Mapping[str, Any] | None:
        if row is None:
            return None
        of = persons.get(row.id, [])
        stands = {name: value for name, value in row._asdict().items() if name not in ("id", "ref", "leaf")}
        kept = {"kind": self.kind, "at": rfc3339(row.at), "reference": row.ref, "persons": len(of)}
        return (
            {**stands, **kept, "commitment": committed(row.ref, of)} if len(of) == row.persons else {**stands, **kept}
        )

    def _untold(self) -> Iterator[Finding]:
        yield from super()._untold()
        crowds = Crowd.objects.aggregate(letters=Sum(Length("refs")))["letters"] or 0
        there = Used.objects.count() + crowds // REF
        if there != self._persons:
            message = "There are other persons beside uses than the ledger tells of."
            yield Finding("use_used", message, str(self._persons), str(there))
