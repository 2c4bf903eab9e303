"""What the log has published and what it keeps, as values."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Count, Max, QuerySet, Sum
from django.db.models.functions import Length

from troth.ledger import note, rules, tiles
from troth.ledger.errors import LedgerDamaged
from troth.ledger.key import signing_key
from troth.ledger.models import Checkpoint, Entry, Pending, Tile

_CHUNK = 4096

# Written out because a proof is to take less than a millisecond, and verification to be as fast as hashing allows.
_PLACE_AND_NEWEST = """
    SELECT "index", (SELECT note FROM ledger_checkpoint ORDER BY size DESC LIMIT 1)
    FROM ledger_entry WHERE substr(data, 8, 24) = %s AND leaf = %s
"""
_PLACED = 'SELECT "index", data FROM ledger_entry WHERE substr(data, 8, 24) = %s AND leaf = %s'
_WHICH = """
    WITH asked (at, leaf) AS (VALUES %s)
    SELECT asked.leaf FROM asked JOIN %s AS found
    ON substr(found.data, 8, 24) = asked.at AND found.leaf = asked.leaf
"""
_ENTRIES = 'SELECT "index", data, leaf FROM ledger_entry WHERE "index" >= %s AND "index" < %s ORDER BY "index"'
_WITH = {
    "sqlite": 'SELECT "index", data FROM ledger_entry WHERE instr(data, %s) > 0 ORDER BY "index"',
    "postgresql": 'SELECT "index", data FROM ledger_entry WHERE position(%s in data) > 0 ORDER BY "index"',
}
_TILES = "SELECT level, number, hashes FROM ledger_tile WHERE "


@dataclass(frozen=True)
class Placed:
    """An entry at its place."""

    index: int
    data: bytes


def verifier_key() -> str:
    """The key that outsiders verify checkpoints with, in note format."""
    return str(signing_key().verifier)


def checkpoint() -> str:
    """The newest signed checkpoint; empty when none was published."""
    return Checkpoint.objects.order_by("-size").values_list("note", flat=True).first() or ""


def size() -> int:
    """How many entries the newest checkpoint covers."""
    return Checkpoint.objects.aggregate(size=Max("size"))["size"] or 0


def stands(size: int) -> bool:
    """Whether a checkpoint of this size was published."""
    return Checkpoint.objects.filter(size=size).exists()


def waiting() -> bool:
    """Whether entries wait for their place."""
    return Pending.objects.exists()


def waiting_since() -> datetime | None:
    """Since when the entry waits that has waited longest; None when none does."""
    data = Pending.objects.order_by("id").values_list("data", flat=True).first()
    if data is None:
        return None
    try:
        return datetime.fromisoformat(json.loads(_bytes(data))["at"])
    except (ValueError, TypeError, KeyError) as error:
        message = "What waits for its place is no entry of this log. Run `troth verify`."
        raise LedgerDamaged(message) from error


@dataclass(frozen=True)
class Figures:
    """How many entries have their place, how many wait for it, and when a size was last signed."""

    entries: int
    waiting: int
    signed: datetime | None


def figures() -> Figures:
    """How far the log has come."""
    newest = Checkpoint.objects.order_by("-size").values_list("size", "at").first()
    entries, signed = newest or (0, None)
    return Figures(entries, Pending.objects.count(), signed)


def placed(leaf: bytes, at: str) -> Placed | None:
    """The entry with this leaf hash that says it is of this time, once it has its place."""
    with connection.cursor() as cursor:
        cursor.execute(_PLACED, [at.encode(), leaf])
        found = cursor.fetchone()
    return Placed(found[0], _bytes(found[1])) if found else None


def which_are_placed(entries: Sequence[tuple[bytes, str]]) -> set[bytes]:
    """The leaves, of these with their times, whose entries have their place."""
    return _which(entries, "ledger_entry")


def which_stand(entries: Sequence[tuple[bytes, str]]) -> set[bytes]:
    """The same with those that wait for their place."""
    return which_are_placed(entries) | _which(entries, "ledger_pending")


def _which(entries: Sequence[tuple[bytes, str]], table: str) -> set[bytes]:
    if not entries:
        return set()
    asked = ", ".join(["(%s, %s)"] * len(entries))
    with connection.cursor() as cursor:
        cursor.execute(_WHICH % (asked, table), [part for leaf, at in entries for part in (at.encode(), leaf)])
        return {_bytes(leaf) for (leaf,) in cursor.fetchall()}


def proof(leaf: bytes, at: str) -> str | None:
    """That this entry is in the log of the newest checkpoint, as ``.tlog-proof`` text; none while it waits."""
    with connection.cursor() as cursor:
        cursor.execute(_PLACE_AND_NEWEST, [at.encode(), leaf])
        found = cursor.fetchone()
    if not found:
        return None
    index, signed = found
    spans = rules.inclusion_spans(index, note.Checkpoint.parse(signed.rpartition("\n\n")[0] + "\n").size)
    nodes = _nodes(tiles.tiles_for(spans))
    return note.Proof(index, tuple(rules.subtree(start, stop, nodes) for start, stop in spans), signed).text


def _nodes(needed: set[tuple[int, int]]) -> rules.Nodes:
    held: dict[tuple[int, int], bytes] = {}
    if needed:
        anyone = " OR ".join(["level = %s AND number = %s"] * len(needed))
        with connection.cursor() as cursor:
            cursor.execute(_TILES + anyone, [part for place in needed for part in place])
            held = {(level, number): hashes for level, number, hashes in cursor.fetchall()}
    if len(held) < len(needed):
        message = "A tile that this proof needs is missing. Run `troth verify`."
        raise LedgerDamaged(message)
    return tiles.nodes_in(lambda level, number: held[level, number])


def hash_tile(level: int, number: int, width: int) -> bytes | None:
    """The first `width` hashes of a tile; none beyond what the newest checkpoint covers."""
    if not 1 <= width <= tiles.width_at(level, number, size()):
        return None
    return stored_tile(level, number)[: width * rules.HASH_BYTES]


def entry_bundle(number: int, width: int) -> bytes | None:
    """The first `width` entries of a bundle; none beyond what the newest checkpoint covers, or with a gap."""
    if not 1 <= width <= tiles.width_at(0, number, size()):
        return None
    start = number * tiles.TILE_WIDTH
    rows = stored(start, start + width)
    return tiles.bundle(data for _, data, _ in rows) if len(rows) == width else None


def entries(start: int, stop: int) -> Iterator[tuple[int, bytes]]:
    """Index and data of the placed entries from `start` to `stop`, never more than a chunk of them in memory."""
    for at in range(start, stop, _CHUNK):
        for index, data, _leaf in stored(at, min(stop, at + _CHUNK)):
            yield index, data


def entries_with(part: bytes) -> list[tuple[int, bytes]]:
    """Index and data of the entries in which `part` stands, looked for through all of the log."""
    with connection.cursor() as cursor:
        cursor.execute(_WITH[connection.vendor], [part])
        return [(index, _bytes(data)) for index, data in cursor.fetchall()]


# What follows is for verification: it shows rows as they stand, trusted by nobody.


def stored(start: int, stop: int) -> list[tuple[int, bytes, bytes]]:
    """Index, data and leaf hash of the entries from `start` to `stop` as they stand, in order."""
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES, [start, stop])
        rows = cursor.fetchall()
    sound = all(type(data) is bytes is type(leaf) for _, data, leaf in rows)
    return rows if sound else _plain(rows)


def leaf_at(index: int) -> bytes:
    """The hash that the tiles have of the entry at `index`; empty when they have none."""
    number, slot = divmod(index, tiles.TILE_WIDTH)
    return stored_tile(0, number)[slot * rules.HASH_BYTES : (slot + 1) * rules.HASH_BYTES]


def stored_tile(level: int, number: int) -> bytes:
    """A tile as it stands; empty when there is none."""
    return stored_tiles(level, number, number + 1).get(number, b"")


def stored_tiles(level: int, start: int, stop: int) -> dict[int, bytes]:
    """The tiles of a level from `start` to `stop` as they stand."""
    rows = Tile.objects.filter(level=level, number__gte=start, number__lt=stop)
    return {number: _bytes(hashes) for number, hashes in rows.values_list("number", "hashes")}


def stored_checkpoints() -> Iterator[tuple[int, str]]:
    """Every checkpoint that was published: the size it is stored under, and its note."""
    after: int | None = None
    while page := list(_checkpoints_after(after).values_list("size", "note")[:_CHUNK]):
        yield from ((size, _text(note)) for size, note in page)
        after = page[-1][0]


def _checkpoints_after(size: int | None) -> QuerySet[Checkpoint]:
    rows = Checkpoint.objects.order_by("size")
    return rows if size is None else rows.filter(size__gt=size)


def stored_pending() -> Iterator[tuple[int, bytes, bytes]]:
    """Number, data and leaf hash of every entry that waits for its place."""
    after = 0
    waiting = Pending.objects.order_by("id").values_list("id", "data", "leaf")
    while page := list(waiting.filter(id__gt=after)[:_CHUNK]):
        yield from _plain(page)
        after = page[-1][0]


def extent() -> tuple[int, int, int]:
    """One past the highest index that stands, how many entries and how many hashes of tiles there are."""
    found = Entry.objects.aggregate(top=Max("index"), count=Count("index"))
    hashes = Tile.objects.aggregate(total=Sum(Length("hashes")))["total"] or 0
    return (-1 if found["top"] is None else found["top"]) + 1, found["count"], hashes // rules.HASH_BYTES


def _plain(rows: Sequence[tuple[int, object, object]]) -> list[tuple[int, bytes, bytes]]:
    return [(number, _bytes(data), _bytes(leaf)) for number, data, leaf in rows]


def _bytes(value: object) -> bytes:
    """`value`, unless it is not bytes: SQLite lets anything stand in a column, and that is no entry."""
    return value if isinstance(value, bytes) else b""


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
