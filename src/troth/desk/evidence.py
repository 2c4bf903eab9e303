"""Whether posts at the desk are those that the ledger tells of."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from troth.clock import rfc3339
from troth.desk.models import Post
from troth.ledger.append_only import AppendOnly
from troth.ledger.counted import Counted
from troth.ledger.evidence import Reading, Told
from troth.ledger.rules import JSON

APPEND_ONLY = (AppendOnly("desk_post", "id = NEW.id OR (ref = NEW.ref AND ended = NEW.ended) OR leaf = NEW.leaf"),)


def facts(post: Any) -> dict[str, JSON]:
    """What the entry of a post says: all of it. It names a job, and nobody."""
    return {"reference": post.ref, "ended": post.ended, "name": post.name, "may": list(post.may)}


class _Post(NamedTuple):
    ref: str
    ended: bool
    name: str
    may: list[str]
    at: datetime
    leaf: bytes


_posts = Reading(Post, "leaf", *_Post._fields)


class Posts(Counted):
    """Every post, held against the entries of the kind ``post``."""

    kind = "post"
    table = Post

    def _rows(self, entries: Sequence[Told]) -> list[tuple[Told, Mapping[str, Any] | None]]:
        rows = {row[-1]: _Post(*row) for row in _posts([one.leaf for one in entries])}
        return [(one, self._stands(rows.get(one.leaf))) for one in entries]

    def _stands(self, row: _Post | None) -> Mapping[str, Any] | None:
        return {**facts(row), "kind": self.kind, "at": rfc3339(row.at)} if row else None
