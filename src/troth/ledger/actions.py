"""Writes to the ledger: an entry is appended inside the unit of work it tells of, and placed soon after."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import connection

from troth import clock
from troth.ledger import note, rules, tiles
from troth.ledger.errors import EntryTooLarge, LedgerDamaged
from troth.ledger.key import signing_key
from troth.ledger.models import Checkpoint, Pending, Tile
from troth.ledger.rows import Insertion
from troth.ledger.rules import JSON
from troth.ledger.work import insist_on_unit, unit_of_work

BATCH = 10_000
_add_pending = Insertion(Pending, "data", "leaf", unless_there=True)
_ONE_SEQUENCER = 0x74726F7468  # PostgreSQL's advisory lock: any number that only the sequencer uses

_PLACE = """
    INSERT INTO ledger_entry ("index", data, leaf)
    SELECT %s + row_number() OVER (ORDER BY id) - 1, data, leaf
    FROM (
        SELECT id, data, leaf FROM ledger_pending
        WHERE NOT EXISTS (
            SELECT 1 FROM ledger_entry AS placed
            WHERE substr(placed.data, 8, 24) = substr(ledger_pending.data, 8, 24) AND placed.leaf = ledger_pending.leaf
        )
        ORDER BY id LIMIT %s
    ) AS batch
    ORDER BY id
    RETURNING "index", leaf
"""
_LEAVE = """
    DELETE FROM ledger_pending WHERE (substr(data, 8, 24), leaf) IN (
        SELECT substr(data, 8, 24), leaf FROM ledger_entry WHERE "index" >= %s
    )
"""
_LEAVE_TWICE_APPENDED = """
    DELETE FROM ledger_pending
    WHERE EXISTS (
        SELECT 1 FROM ledger_entry AS placed
        WHERE substr(placed.data, 8, 24) = substr(ledger_pending.data, 8, 24) AND placed.leaf = ledger_pending.leaf
    )
"""


def append(kind: str, facts: Mapping[str, JSON], *, at: datetime) -> bytes:
    """Keeps an entry with the unit of work it belongs to, and returns its leaf hash. `facts` names no person.

    The very same entry twice stands once: what must be counted carries a reference of its own.
    """
    return append_written([_entry(kind, facts, clock.rfc3339(at))])[0]


def append_written(data: Sequence[bytes]) -> list[bytes]:
    """The same for entries that :func:`stencil` wrote."""
    insist_on_unit()
    for one in data:
        if len(one) > tiles.MOST_ENTRY_BYTES:
            message = f"This entry would take {len(one):,} bytes of the ledger; {tiles.MOST_ENTRY_BYTES:,} is the most."
            raise EntryTooLarge(message)
    leaves = rules.leaf_hashes(data)
    _add_pending(list(zip(data, leaves, strict=True)))
    return leaves


def stencil(kind: str, facts: Mapping[str, JSON], blanks: Mapping[str, str]) -> rules.Stencil:
    """Writes entries of one kind that differ in ``at`` (RFC 3339) and in those of their `facts` that are `blanks`."""
    return rules.Stencil(_entry(kind, facts, blanks["at"]), blanks)


def _entry(kind: str, facts: Mapping[str, JSON], at: str) -> bytes:
    if facts.keys() & {"kind", "at"}:
        message = "`kind` and `at` of an entry are not facts of the caller's."
        raise ValueError(message)
    if any(name < "at" for name in facts):
        message = "`at` comes first in an entry, which is found by it. Give the fact another name."
        raise ValueError(message)
    return rules.canonical({"kind": kind, "at": at, **facts})


@unit_of_work
def sequence() -> int:
    """Gives every pending entry its place, signs the size and root reached, and says how many were placed.

    The first time it also signs the empty log. It refuses to sign anything that the last checkpoint contradicts.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_SEQUENCER])
    key = signing_key()
    before = _last(key)
    start = size = before.size if before else 0
    edge = _edge(before) if before else []
    while leaves := _placed(size):
        done = tiles.integrate(size, edge, leaves)
        write_tiles(done.written)
        size, edge = done.size, done.edge
    with connection.cursor() as cursor:
        cursor.execute(_LEAVE_TWICE_APPENDED)
    if size > start or not before:
        reached = note.Checkpoint(key.name, size, tiles.edge_root(edge))
        Checkpoint.objects.create(size=size, note=key.sign(reached.text), at=clock.now())
    return size - start


def _last(key: note.SigningKey) -> note.Checkpoint | None:
    newest = Checkpoint.objects.order_by("-size").first()
    return note.Checkpoint.open(newest.note, key.verifier) if newest else None


def _edge(before: note.Checkpoint) -> list[bytes]:
    edge = []
    for place in tiles.edge_of(before.size):
        held = Tile.objects.filter(level=place.level, number=place.number).values_list("hashes", flat=True).first()
        edge.append(bytes(held or b""))
    if tiles.edge_root(edge) != before.root:
        message = f"The stored tiles do not give the root of checkpoint {before.size}. Run `troth verify`."
        raise LedgerDamaged(message)
    return edge


def _placed(size: int) -> list[bytes]:
    with connection.cursor() as cursor:
        cursor.execute(_PLACE, [size, BATCH])
        rows = sorted((index, bytes(leaf)) for index, leaf in cursor.fetchall())
        cursor.execute(_LEAVE, [size])
    return [leaf for _, leaf in rows]


def write_tiles(written: Iterable[tuple[tiles.Tile, bytes]]) -> None:
    """Writes tiles, new ones and those that grew, within the unit of work that they grow in."""
    insist_on_unit()
    Tile.objects.bulk_create(
        [Tile(level=tile.level, number=tile.number, hashes=held) for tile, held in written],
        update_conflicts=True,
        unique_fields=["level", "number"],
        update_fields=["hashes"],
    )
