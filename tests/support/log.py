"""Somebody who knows how a ledger is kept, at work on its rows."""

import json
from itertools import count

from tests.support.tampering import Ask
from troth.ledger import note, rules, tiles
from troth.ledger.rules import JSON


def leaves(ask: Ask) -> list[bytes]:
    """The hash of every entry as it stands."""
    return [rules.leaf_hash(bytes(data)) for (data,) in ask('SELECT data FROM ledger_entry ORDER BY "index"')]


def exchange(ask: Ask, one: int, two: int) -> None:
    """Lets two entries change places."""
    for at, to in ((one, -1), (two, one), (-1, two)):
        ask('UPDATE ledger_entry SET "index" = %s WHERE "index" = %s', to, at)


def rewrite(ask: Ask, index: int, **facts: JSON) -> bytes:
    """Makes the entry at `index` say something else; answers its new leaf."""
    ((data,),) = ask('SELECT data FROM ledger_entry WHERE "index" = %s', index)
    changed = rules.canonical({**json.loads(bytes(data)), **facts})
    leaf = rules.leaf_hash(changed)
    ask('UPDATE ledger_entry SET data = %s, leaf = %s WHERE "index" = %s', changed, leaf, index)
    return leaf


def rebuild(ask: Ask) -> None:
    """Makes the tree anew over the entries as they stand."""
    ask("DELETE FROM ledger_tile")
    for tile, hashes in tiles.integrate(0, [], leaves(ask)).written:
        values = (tile.level, tile.number, hashes)
        ask("INSERT INTO ledger_tile (level, number, hashes) VALUES (%s, %s, %s)", *values)


def sign_anew(ask: Ask, key: note.SigningKey) -> None:
    """Signs every checkpoint anew, over the entries as they stand."""
    standing = leaves(ask)
    for (size,) in ask("SELECT size FROM ledger_checkpoint"):
        signed = key.sign(note.Checkpoint(key.name, size, rules.root(standing[:size])).text)
        ask("UPDATE ledger_checkpoint SET note = %s WHERE size = %s", signed, size)


def cut(ask: Ask, size: int) -> None:
    """Cuts the log off at `size`: entries, tiles and checkpoints."""
    ask('DELETE FROM ledger_entry WHERE "index" >= %s', size)
    ask("DELETE FROM ledger_checkpoint WHERE size > %s", size)
    rebuild(ask)


def unplace(ask: Ask, checkpoints: int = 2) -> None:
    """Lets the entries under the newest checkpoints wait again, as if the sequencer had not come to them yet."""
    sizes = sorted(size for (size,) in ask("SELECT size FROM ledger_checkpoint"))
    back = sizes[-1 - checkpoints]
    waiting = ask('SELECT data, leaf FROM ledger_entry WHERE "index" >= %s ORDER BY "index"', back)
    cut(ask, back)
    for number, (data, leaf) in zip(count(1_000_000), waiting, strict=False):
        ask("INSERT INTO ledger_pending (id, data, leaf) VALUES (%s, %s, %s)", number, bytes(data), bytes(leaf))
