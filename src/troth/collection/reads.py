"""What a collection point asks for and must show, by the statement in force."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from troth.collection.errors import NoSuchPoint
from troth.ledger.rules import canonical
from troth.statement import reads as statements
from troth.statement.clause import Offered, offered
from troth.statement.notice import notice, wording_digest
from troth.statement.reads import Published

_REMEMBERED = 512


@dataclass(frozen=True)
class Asking:
    """A point as it asks today: the version in force, what must be shown, and the digest of that wording."""

    point: str
    language: str
    version: Published
    notice: dict[str, Any]
    digest: str
    body: bytes
    offers: tuple[Offered, ...]


def asking(service: str, point: str, language: str, at: datetime) -> Asking:
    """The point `point` in `language` at `at`; raises :class:`NoSuchPoint` for one that is not declared."""
    published = statements.in_force(service, at)
    languages = published.statement.languages
    spoken = next((one for one in languages if one.lower() == language.lower()), languages[0])
    return _asking(published.statement.id, published.number, point, spoken)


@lru_cache(_REMEMBERED)
def _asking(service: str, number: int, point: str, spoken: str) -> Asking:
    published = statements.version(service, number)
    statement = published.statement
    if point not in statement.collection:
        message = "The statement declares no such collection point. All points are listed at /privacy/."
        raise NoSuchPoint(message, clause="collection")
    shown = notice(statement, point, spoken, published.digest)
    return Asking(point, spoken, published, shown, wording_digest(shown), canonical(shown), offered(statement, point))
