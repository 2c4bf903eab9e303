"""Where sights are judged: what the statement in force declares, and which addresses are pages for everybody."""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Final

from django.conf import settings
from django.urls import Resolver404, resolve
from django.utils import translation

from troth.statement.reads import Published, in_force, version
from troth.visits.actions import agrees
from troth.visits.steps import Ground

Who = Callable[[str, datetime], str | None]
# Rooms all of whose pages are of one person, or of staff.
_PERSONAL: Final = ("troth.control.", "troth.mail.", "troth.desk.")
_NAMED: Final = frozenset({"point", "link", "number", "old", "new"})


def ground(who: Who, at: datetime) -> Ground | None:
    """What holds at `at`; None where the statement in force declares no visits."""
    published = in_force(settings.TROTH_SERVICE, at)
    declared = published.statement.visits
    if declared is None:
        return None
    asked: dict[str, str | None] = {}

    def once(token: str) -> str | None:
        if token not in asked:
            person = who(token, at)
            asked[token] = person if person and agrees(person, settings.TROTH_SERVICE, declared.join, at=at) else None
        return asked[token]

    own, number = settings.TROTH_URL, published.number
    origins = frozenset({own, *settings.TROTH_ORIGINS})
    return Ground(settings.TROTH_SERVICE, declared, own, origins, lambda path: _why_no_page(path, number), once)


@lru_cache(4096)
def _why_no_page(path: str, number: int) -> str:
    """Why nobody counts this address while version `number` is in force: it is no page, or one of a single person."""
    published = version(settings.TROTH_SERVICE, number)
    with translation.override(translation.get_language_from_path(path) or settings.LANGUAGE_CODE):
        try:
            door = resolve(path)
        except Resolver404:
            return "no-page"
    if door.func.__module__.startswith(_PERSONAL) or not _NAMED.issuperset(door.kwargs):
        return "personal"
    return "" if all(_stands(name, said, published) for name, said in door.kwargs.items()) else "no-page"


def _stands(name: str, said: str | int, published: Published) -> bool:
    if isinstance(said, int):
        return said <= published.number
    declared = published.statement.collection if name == "point" else published.statement.links
    return said in declared
