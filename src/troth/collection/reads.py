"""What a collection point asks for and must show, by the statement in force."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from troth.collection.errors import NoSuchPoint
from troth.consent.rules import Shown
from troth.ledger.rules import canonical
from troth.statement import reads as statements
from troth.statement.clause import offered
from troth.statement.notice import notice, wording_digest
from troth.statement.reads import Published

_REMEMBERED = 512
_latest: dict[str, int] = {}


@dataclass(frozen=True)
class Asking:
    """A point as it asks today: the version in force, the notice that must be shown, and what is recorded of it."""

    version: Published
    notice: dict[str, Any]
    shown: Shown

    @property
    def point(self) -> str:
        return self.shown.point

    @property
    def language(self) -> str:
        return self.shown.language

    @property
    def digest(self) -> str:
        """The digest of the wording, which a submission names."""
        return self.shown.wording


def asking(service: str, point: str, language: str, at: datetime) -> Asking:
    """The point `point` in `language` at `at`; raises :class:`NoSuchPoint` for one that is not declared."""
    _latest[service] = number = statements.number_in_force(service, at)
    return _spoken(service, number, point, language)


def asking_as_shown(service: str, point: str, language: str, shown: str, at: datetime) -> Asking:
    """The same for a submission, which names the digest of what was `shown`.

    If that is what was asked last, no question to the database is needed: whether the version is in force still is
    asked once more, for many submissions together, when they are kept.
    """
    number = _latest.get(service)
    if number is not None:
        last = _spoken(service, number, point, language)
        if last.digest == shown:
            return last
    return asking(service, point, language, at)


def _spoken(service: str, number: int, point: str, language: str) -> Asking:
    languages = statements.version(service, number).statement.languages
    spoken = next((one for one in languages if one.lower() == language.lower()), languages[0])
    return _asking(service, number, point, spoken)


@lru_cache(_REMEMBERED)
def _asking(service: str, number: int, point: str, spoken: str) -> Asking:
    published = statements.version(service, number)
    statement = published.statement
    if point not in statement.collection:
        message = "The statement declares no such collection point. All points are listed at /privacy/."
        raise NoSuchPoint(message, clause="collection")
    made = notice(statement, point, spoken, published.digest)
    shown = Shown(
        service=service,
        point=point,
        statement=published.digest,
        version=number,
        language=spoken,
        wording=wording_digest(made),
        body=canonical(made),
        countries=tuple(one["code"] for one in made["countries"]),
        offers=offered(statement, point),
    )
    return Asking(published, made, shown)
