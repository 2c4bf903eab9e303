"""An installation held against its own ledger: first the ledger itself, then every row that its entries tell of."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Protocol

from troth import clock
from troth.collection import evidence as submissions
from troth.consent import evidence as agreements
from troth.consent import evidence_supplements as supplements
from troth.consent import evidence_wishes as wishes
from troth.consent.reads import record_of
from troth.control import evidence_requests as requests
from troth.cookies import evidence as choices
from troth.desk import evidence as desk
from troth.entry import starting
from troth.ledger import append_only, reads
from troth.ledger.counted import Counted
from troth.ledger.evidence import Told, damaged, one_moment, read_through, told
from troth.ledger.lost import Lost, There
from troth.ledger.rebuild import Finding, Progress, Report
from troth.ledger.verify import Verified, verify_store
from troth.sharing import evidence as releases
from troth.statement import evidence as versions
from troth.use import evidence as uses
from troth.vault import evidence as vault
from troth.vault import evidence_corrections as corrections
from troth.vault.correcting import APPEND_ONLY as CORRECTIONS

Stage = Callable[[str], Progress]
_GUARDED = (
    *append_only.LEDGER,
    *versions.APPEND_ONLY,
    *agreements.APPEND_ONLY,
    *uses.APPEND_ONLY,
    *choices.APPEND_ONLY,
    *CORRECTIONS,
    *requests.APPEND_ONLY,
    *desk.APPEND_ONLY,
    *releases.APPEND_ONLY,
)
_ENTRY = re.compile(r"entry ([0-9]+)")


def verified(key: str, remembered: str, stage: Stage) -> Verified:
    """What verification finds, in the store as it stands at this moment; a site may go on meanwhile.

    What is found first hides what would follow from it: a database file that is damaged, then the ledger, then rows.
    """
    with starting.store_readable(*starting.ILLEGIBLE):
        starting.insist_on_restored()
        starting.insist_on_this_release()
        starting.insist_on_begun()
        starting.insist_on_own_keys()
        with one_moment():
            return _verified(key, remembered, stage)


def _verified(key: str, remembered: str, stage: Stage) -> Verified:
    stage("database files")(0, 1)
    if broken := tuple(damaged()):
        return Verified(0, "", 0, broken)
    found = verify_store(reads, key=key, remembered=remembered, progress=stage("entries"))
    report = Report(list(map(_with_record, found.findings)))
    for finding in _guards():
        report.note(finding)
    lost: Counter[str] = Counter()
    if not found.findings:
        for finding in _rows(stage("what entries tell of"), lost):
            report.note(finding)
    return replace(found, findings=report.all(), lost=dict(lost))


def _with_record(finding: Finding) -> Finding:
    """The finding with the record that the entry it is about tells of, if its leaf still leads there."""
    entry = _ENTRY.fullmatch(finding.subject)
    return replace(finding, record=record_of(reads.leaf_at(int(entry[1])))) if entry else finding


def _guards() -> Iterator[Finding]:
    for name in append_only.altered(_GUARDED):
        yield Finding(f"trigger {name}", "This trigger, which keeps rows as they are, is gone, altered or not ours.")


class _Room(Protocol):
    """What holds rows against the entries of its kind."""

    @property
    def kind(self) -> str:
        """The kind of its entries."""

    def held_against(self, entries: Sequence[Told]) -> Iterator[Finding]:
        """What of `entries` has no row, or is not what it says."""

    def left_over(self) -> Iterator[Finding]:
        """Rows that no entry explains."""


def _others(published: versions.Versions, holdings: vault.Holdings) -> tuple[Counted, ...]:
    return (
        *(versions.Turns(kind, published) for kind in versions.TURNS),
        supplements.Supplements(holdings),
        wishes.Wishes(),
        uses.Uses(),
        uses.Tokens(),
        corrections.Corrections(),
        requests.Requests(),
        requests.Answers(),
        choices.Choices(),
        choices.Keepings(),
        choices.Signals(),
        releases.Releases(),
        desk.Posts(),
    )


def _there(published: versions.Versions, holdings: vault.Holdings, others: Sequence[Counted]) -> dict[str, There]:
    rooms = {room.kind: room.there for room in others}
    return {"collected": agreements.there, "published": published.there, "erased": holdings.there, **rooms}


def lost_since(size: int) -> dict[str, int]:
    """Of each kind, how many of the entries from the one at `size` on tell of rows that a restoring lost."""
    holdings = vault.Holdings(clock.now())
    published = versions.Versions()
    lost = Lost(_there(published, holdings, _others(published, holdings)))
    for block, _ in told(lambda _done, _total: None, since=size):
        lost.without(block)
    return dict(lost.counted)


def _rows(progress: Progress, counted: Counter[str]) -> Iterator[Finding]:
    published = versions.Versions()
    holdings = vault.Holdings(clock.now())
    agreed = agreements.Agreements(published, holdings)
    others = _others(published, holdings)
    rooms: tuple[_Room, ...] = (published, agreed, holdings, *others)
    kinds: dict[str, Callable[[Sequence[Told]], Iterator[Finding]]] = {
        **{room.kind: room.held_against for room in rooms},
        "erased": holdings.erased,
        "swept": holdings.swept,
        "restored": holdings.restored,
        "rotated": lambda _entries: iter(()),  # it tells of keys, which stand in no row
    }
    lost = Lost(_there(published, holdings, others))
    for block, strange in told(progress):
        yield from strange
        for kind, entries in groupby(lost.without(block), key=lambda one: one.said.get("kind")):
            held_against = kinds.get(kind) if isinstance(kind, str) else None
            for entry in () if held_against else entries:
                yield Finding(entry.name, f"What {entry.name} tells of is nothing that troth does.")
            if held_against:
                yield from held_against(list(entries))
    counted.update(lost.counted)
    for room in rooms:
        yield from room.left_over()
    yield from read_through("submissions", submissions.altered())
