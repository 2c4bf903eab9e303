"""What the ledger says of requests and answers, and the receipts that show it. Pure."""

from collections.abc import Collection
from typing import Any, Final

from troth.clock import rfc3339
from troth.ledger.rules import JSON, canonical, commitment, sha256_hex

EXTENDED, CLOSED = "extended", "closed"
WHY_LONGER: Final = ("complex", "many")
WHY_REFUSED: Final = ("unfounded", "excessive", "not-identified", "obliged", "not-ours", "nothing-held")
OUTCOMES: Final[dict[str, Collection[str]]] = {"done": ("",), "refused": WHY_REFUSED}


def asked_facts(row: Any) -> dict[str, JSON]:
    """What the entry of a request says in clear: never whose it is."""
    return {
        "reference": row.ref, "service": row.service, "right": row.asked, "door": row.door, "by": row.by,
        "law": row.law, "due": row.due.isoformat(), "longest": row.longest.isoformat(),
    }  # fmt: skip


def answered_facts(row: Any, asked: str, law: str) -> dict[str, JSON]:
    """What the entry of an answer says in clear: to which request, and what came of it."""
    return {
        "reference": row.request, "right": asked, "law": law, "step": row.step, "due": row.due.isoformat(),
        "outcome": row.outcome, "reason": row.reason, "by": row.by,
    }  # fmt: skip


def words(kind: str, facts: dict[str, JSON], person: str, at: Any) -> dict[str, JSON]:
    """The receipt of such an entry: what it says, and whose it is."""
    return {
        "@type": f"urn:troth:{kind}",
        "dpv:hasDataSubject": f"urn:troth:person:{person}",
        "at": rfc3339(at),
        **facts,
    }


def opening(words: dict[str, JSON], person: str, ref: str) -> dict[str, JSON]:
    """What the entry's commitment stands for, as a receipt has it. References cannot be guessed."""
    return {"salt": ref.encode().hex(), "record": {"person": person, "receipt": sha256_hex(canonical(words))}}


def committed(words: dict[str, JSON], person: str, ref: str) -> str:
    """What stands in the entry for whose it is."""
    return commitment(ref.encode(), {"person": person, "receipt": sha256_hex(canonical(words))})
