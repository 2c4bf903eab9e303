"""The tree of the ledger: RFC 6962 and RFC 9162 hashing, proofs and their verification; canonical JSON.

A *node* is a whole subtree ``(height, number)``: it stands over the ``2**height`` entries that begin at
``number * 2**height``. Proofs are made by asking a :data:`Nodes` for the hashes of whole subtrees, so the same
code makes them from a list of hashes and from tiles.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final, TypeAlias

JSON: TypeAlias = str | int | bool | Sequence["JSON"] | Mapping[str, "JSON"] | None
Nodes: TypeAlias = Callable[[int, int], bytes]

HASH_BYTES: Final = 32
_PLAIN: Final = frozenset((str, int, bool, type(None)))
EMPTY_ROOT: Final = sha256(b"").digest()


def canonical(value: JSON) -> bytes:
    """The one way `value` is written as JSON: keys by code point, no white space, UTF-8.

    What two programs may write differently is refused with ``TypeError``: fractions, keys that are not text.
    Text that UTF-8 cannot hold is refused with ``ValueError``.
    """
    _refuse_ambiguous(value)
    return _written(value).encode()


_written = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def _refuse_ambiguous(value: JSON) -> None:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if type(one) in _PLAIN:
            continue
        if isinstance(one, dict):
            if not all(isinstance(key, str) for key in one):
                message = "Every key of a canonical object is text."
                raise TypeError(message)
            waiting += one.values()
        elif isinstance(one, list | tuple):
            waiting += one
        elif not isinstance(one, str | int):
            message = f"Canonical JSON has no {type(one).__name__}."
            raise TypeError(message)


class Stencil:
    """Canonical JSON in which a few texts differ each time: the rest of it is written once.

    `written` has, in place of each of those texts, what `blanks` names it by: something that stands nowhere else.
    """

    def __init__(self, written: bytes, blanks: Mapping[str, str]) -> None:
        named = {blank.encode(): name for name, blank in blanks.items()}
        pieces = re.split(b"(" + b"|".join(map(re.escape, named)) + b")", written)
        self._pieces = pieces
        self._names = [named[blank] for blank in pieces[1::2]]

    def filled(self, **said: str) -> bytes:
        """The whole of it with what is `said` by name: references, digests and such, in which nothing is escaped."""
        texts = {name: text.encode() for name, text in said.items()}
        pieces = self._pieces.copy()
        pieces[1::2] = [texts[name] for name in self._names]
        return b"".join(pieces)


def each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object in which each name stands once; of two, another reader might take the other: a `ValueError`."""
    found = dict(pairs)
    if len(found) != len(pairs):
        message = "A name stands twice in the same object."
        raise ValueError(message)
    return found


def _no_json(constant: str) -> None:
    """Refuses NaN and the infinities, which Python writes and JSON does not know."""
    raise ValueError(constant)


# Made once: making it takes as long as reading something short.
_decoded = json.JSONDecoder(object_pairs_hook=each_once, parse_constant=_no_json).decode


def parsed(sent: bytes) -> Any:
    """What is `sent` as JSON in UTF-8, each name once; a ``ValueError`` or ``RecursionError`` for anything else."""
    return _decoded(sent.decode())


def is_canonical(data: bytes) -> bool:
    """Whether `data` is JSON in the one way to write it."""
    try:
        return canonical(json.loads(data)) == data
    except (TypeError, ValueError, RecursionError):
        return False


def sha256_hex(data: bytes) -> str:
    """SHA-256 of `data` in hexadecimal."""
    return sha256(data).hexdigest()


def commitment(salt: bytes, record: Mapping[str, JSON]) -> str:
    """What an entry says in place of `record`: without the salt, nobody can guess the record from it."""
    return commitment_to(salt, canonical(record))


def commitment_to(salt: bytes, written: bytes) -> str:
    """The same for a record that is already written as canonical JSON."""
    return sha256_hex(salt + written)


def leaf_hash(data: bytes) -> bytes:
    """The hash of an entry (RFC 6962, 2.1)."""
    return sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash over two subtrees (RFC 6962, 2.1)."""
    return sha256(b"\1" + left + right).digest()


def leaf_hashes(entries: Iterable[bytes]) -> list[bytes]:
    """The hash of each entry, in a loop as tight as Python allows."""
    return [sha256(b"\0" + data).digest() for data in entries]


def parents(hashes: Sequence[bytes]) -> list[bytes]:
    """The nodes over each pair of `hashes`; an odd last one has none."""
    return [sha256(b"\1" + left + right).digest() for left, right in zip(hashes[::2], hashes[1::2], strict=False)]


def root(hashes: Sequence[bytes]) -> bytes:
    """The Merkle tree hash over `hashes` in order. An odd last one moves up alone: it is never doubled."""
    if not hashes:
        return EMPTY_ROOT
    row = list(hashes)
    while len(row) > 1:
        row = parents(row) + row[len(row) & ~1 :]
    return row[0]


def nodes_of(hashes: Sequence[bytes]) -> Nodes:
    """The whole subtrees over a list of leaf hashes."""
    return lambda height, number: root(hashes[number << height : (number + 1) << height])


def cover(start: int, stop: int) -> list[tuple[int, int]]:
    """The fewest nodes, left to right, that stand over the entries from `start` to `stop`.

    `start` is where a subtree of the tree begins.
    """
    nodes = []
    while start < stop:
        height = (stop - start).bit_length() - 1
        nodes.append((height, start >> height))
        start += 1 << height
    return nodes


def subtree(start: int, stop: int, nodes: Nodes) -> bytes:
    """The hash of the subtree over the entries from `start` to `stop`."""
    if start == stop:
        return EMPTY_ROOT
    return join([nodes(*node) for node in cover(start, stop)])


def join(peaks: Sequence[bytes]) -> bytes:
    """The hash over whole subtrees of falling height, left to right."""
    joined = peaks[-1]
    for peak in reversed(peaks[:-1]):
        joined = node_hash(peak, joined)
    return joined


def inclusion_spans(index: int, size: int) -> list[tuple[int, int]]:
    """The subtrees ``(start, stop)`` whose hashes prove entry `index` in a tree of `size` (RFC 9162, 2.1.3.1)."""
    if not 0 <= index < size:
        message = f"A tree of {size} entries has no entry {index}."
        raise ValueError(message)
    spans, start, stop = [], 0, size
    while stop - start > 1:
        middle = start + _split(stop - start)
        if index < middle:
            spans.append((middle, stop))
            stop = middle
        else:
            spans.append((start, middle))
            start = middle
    return spans[::-1]


def consistency_spans(old: int, new: int) -> list[tuple[int, int]]:
    """The subtrees whose hashes prove that a tree of `new` extends the one of `old` (RFC 9162, 2.1.4.1)."""
    if not 0 <= old <= new:
        message = f"A tree of {new} entries does not extend one of {old}."
        raise ValueError(message)
    if old in (0, new):
        return []
    spans, start, stop = [], 0, new
    while old != stop:
        middle = start + _split(stop - start)
        if old <= middle:
            spans.append((middle, stop))
            stop = middle
        else:
            spans.append((start, middle))
            start = middle
    if start:
        spans.append((start, stop))
    return spans[::-1]


def _split(size: int) -> int:
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_proof(index: int, size: int, nodes: Nodes) -> list[bytes]:
    """The hashes that prove entry `index` in the tree of `size`, from its sibling up."""
    return [subtree(start, stop, nodes) for start, stop in inclusion_spans(index, size)]


def consistency_proof(old: int, new: int, nodes: Nodes) -> list[bytes]:
    """The hashes that prove that the tree of `new` extends the tree of `old`."""
    return [subtree(start, stop, nodes) for start, stop in consistency_spans(old, new)]


def includes(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `proof` shows `leaf` at `index` in the tree of `size` with `root` (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size or not _all_hashes(proof):
        return False
    here, last, joined = index, size - 1, leaf
    for sibling in proof:
        if not last:
            return False
        if here & 1 or here == last:
            joined = node_hash(sibling, joined)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            joined = node_hash(joined, sibling)
        here, last = here >> 1, last >> 1
    return not last and joined == root


def extends(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether `proof` shows that the tree of `new` begins with the tree of `old` (RFC 9162, 2.1.4.2)."""
    if not 0 <= old <= new or not _all_hashes(proof):
        return False
    if old == new:
        return not proof and old_root == new_root
    if not old:
        return not proof and old_root == EMPTY_ROOT
    return _extends_further(old, old_root, new, new_root, proof)


def _extends_further(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    path = proof if old & (old - 1) else [old_root, *proof]
    if not path:
        return False
    here, last = old - 1, new - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    first = second = path[0]
    for sibling in path[1:]:
        if not last:
            return False
        if here & 1 or here == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            second = node_hash(second, sibling)
        here, last = here >> 1, last >> 1
    return not last and first == old_root and second == new_root


def _all_hashes(proof: Sequence[bytes]) -> bool:
    return all(len(one) == HASH_BYTES for one in proof)
