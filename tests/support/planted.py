"""Visits of months that are over, as if a site had counted them then."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import count
from typing import NamedTuple

from tests.support.site import Running
from tests.support.tampering import connected

SERVICE = "synology-2006"
PAGES = {"/": 9, "/products/": 6, "/privacy/": 3, "/collect/support/": 2}
COUNTRIES = {"TW": 8, "DE": 5, "US": 4, "JP": 2}
_NAMES = ("service", "page", "referrer", "country", "isp", "prefix", "browser", "element")


class Planted(NamedTuple):
    """A visit that was."""

    day: date
    page: str
    country: str = "TW"
    visitor: int = 0
    referrer: str = ""
    isp: str = "Example Net"
    element: str = ""


def month_before(day: date, months: int = 1) -> date:
    """The first day of the month that was so many months before."""
    first = day.replace(day=1)
    for _ in range(months):
        first = (first - timedelta(days=1)).replace(day=1)
    return first


def busy(first: date) -> Iterator[Planted]:
    """A month of many visits, among them few from one place and few to one page."""
    numbers, day = count(1), first
    while day.month == first.month:
        for page, pages in PAGES.items():
            for country, countries in COUNTRIES.items():
                for _ in range(pages * countries // 6 + (day.weekday() < 5)):  # fewer on weekends
                    referrer = "search.example" if countries % 2 else ""
                    yield Planted(day, page, country, next(numbers), referrer)
        yield Planted(day, "/", "TW", next(numbers), element="download-brochure")
        day += timedelta(days=1)
    for visitor in range(3):
        yield Planted(first, "/collect/career/", "IS", 10**6 + visitor, isp="Rare Net")
    yield Planted(first, "/", "IS", 10**6 + 9, isp="Rare Net")


def plant(site: Running, visits: Iterable[Planted]) -> None:
    """Puts visits into the rows of a site."""
    visits = list(visits)
    words = {SERVICE: 1}
    for one in visits:
        for word in (one.page, one.country, one.referrer, one.isp, one.element):
            words.setdefault(word, len(words) + 1)
    words[""] = 0
    with connected(site.directory) as ask:
        for word, number in words.items():
            if word:
                ask("INSERT INTO visits_word (id, text) VALUES (%s, %s)", 10**6 + number, word)
        numbers = {word: number and 10**6 + number for word, number in words.items()}
        for start in range(0, len(visits), 500):
            some = visits[start : start + 500]
            row = "(" + ", ".join(["%s"] * 12) + ")"
            names = f"{', '.join(_NAMES)}, day, hour, visitor, person"
            ask(
                f"INSERT INTO visits_seen ({names}) VALUES {', '.join([row] * len(some))}",
                *(value for one in some for value in _row(one, numbers)),
            )
        service = numbers[SERVICE]
        for day in sorted({one.day for one in visits}):
            ask("INSERT INTO visits_unsettled (service, day, times) VALUES (%s, %s, 1)", service, day.isoformat())


def _row(one: Planted, numbers: dict[str, int]) -> tuple[object, ...]:
    named = (SERVICE, one.page, one.referrer, one.country, one.isp, "", "", one.element)
    visitor = one.visitor.to_bytes(16, "big")
    return (*(numbers[word] for word in named), one.day.isoformat(), 0, visitor, "")
