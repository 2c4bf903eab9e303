"""Everything that the ledger has of one person, and what opens each entry for them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from troth.clock import rfc3339
from troth.consent import reads as consent
from troth.consent import told as said
from troth.consent.rules import supplement_opened
from troth.control import entries
from troth.control.models import Answer, Request
from troth.cookies import reads as cookies
from troth.ledger import reads as ledger
from troth.ledger import tiles
from troth.use import told as uses
from troth.use.reads import uses_of
from troth.vault.correcting import corrections_of
from troth.vault.correcting import opening as correction_opening


class Event(NamedTuple):
    """An entry of the ledger that is about a person: of which kind, when, and what it says of use to them."""

    at: datetime
    kind: str
    leaf: str
    said: Mapping[str, Any]


def events_of(person: str) -> list[Event]:
    """Every entry about `person`, the newest first."""
    kinds = (_given, _wished, _used, _asked, _corrected, _supplemented, _browsed)
    return sorted((one for kind in kinds for one in kind(person)), key=lambda one: (one.at, one.leaf), reverse=True)


def _given(person: str) -> list[Event]:
    return [
        Event(one.at, "collected", one.leaf.hex(), {"point": one.point, "version": one.version, "record": one.record})
        for one in said.agreements_of(person)
    ]


def _wished(person: str) -> list[Event]:
    return [Event(one.at, "wished", one.leaf.hex(), one._asdict()) for one in said.wishes_of(person)]


def _used(person: str) -> list[Event]:
    return [
        Event(one.at, "used", one.entry, {**one._asdict(), "right": one.purpose.removeprefix("right.")})
        if one.purpose.startswith("right.")
        else Event(one.at, "used", one.entry, one._asdict())
        for one in uses_of(person)
    ]


def _corrected(person: str) -> list[Event]:
    return [Event(one.at, "corrected", one.leaf.hex(), one._asdict()) for one in corrections_of(person)]


def _supplemented(person: str) -> list[Event]:
    return [Event(one.at, "supplemented", one.leaf.hex(), vars(one)) for one in consent.supplements_of(person)]


def _browsed(person: str) -> list[Event]:
    return [Event(one.at, one.kind, one.leaf.hex(), one._asdict()) for one in cookies.said_of(person)]


def _asked(person: str) -> list[Event]:
    rows = {row.ref: row for row in Request.objects.filter(person=person)}
    asked = [Event(row.at, "requested", bytes(row.leaf).hex(), entries.asked_facts(row)) for row in rows.values()]
    answered = [
        Event(one.at, "answered", bytes(one.leaf).hex(), entries.answered_facts(one, row.asked, row.law))
        for one in Answer.objects.filter(request__in=rows)
        for row in [rows[one.request]]
    ]
    return [*asked, *answered]


def path_of(event: Event) -> str:
    """Where in the log an entry is found: the bundle that ends with it; empty while it waits for its place."""
    placed = ledger.placed(bytes.fromhex(event.leaf), rfc3339(event.at))
    if placed is None:
        return ""
    number, slot = divmod(placed.index, tiles.TILE_WIDTH)
    return f"/log/{tiles.bundle_path(number, slot + 1)}"


def receipt_of(person: str, event: Event) -> dict[str, Any] | None:
    """The receipt of one of a person's entries, for ``troth verify --receipt``; None until it has its place."""
    if event.kind == "collected":
        return consent.receipt(event.said["record"])
    leaf, at = bytes.fromhex(event.leaf), rfc3339(event.at)
    proof, placed = ledger.proof(leaf, at), ledger.placed(leaf, at)
    if proof is None or placed is None:
        return None
    words, opening = _opened(person, event, leaf)
    return {
        "receipt": words, "entry": placed.data.decode(), "proof": proof, "vkey": ledger.verifier_key(),
        "opening": opening,
    }  # fmt: skip


def _opened(person: str, event: Event, leaf: bytes) -> tuple[Any, dict[str, Any]]:
    """What the receipt says in words, and the opening of its entry's commitment."""
    if event.kind in ("requested", "answered"):
        words = entries.words(event.kind, dict(event.said), person, event.at)
        return words, entries.opening(words, person, event.said["reference"])
    if event.kind == "wished":
        opening = {"salt": event.said["ref"].encode().hex(), "record": {"person": person}}
    elif event.kind == "corrected":
        opening = correction_opening(person, event.said)
    elif event.kind in ("kept", "signalled"):
        opening = cookies.opening(person, cookies.Said(**event.said))
    elif event.kind == "supplemented":
        one = consent.Supplemented(**event.said)
        opening = {"salt": one.ref.encode().hex(), "record": supplement_opened(person, one)}
    else:
        opening = uses.opening(leaf, person) or {}
    return opening["record"], opening
