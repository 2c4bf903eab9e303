"""Fills the installation that ``TROTH_DATA`` names with visits of a year, and times the report of a month."""

import json
import random
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from statistics import median

import django

django.setup()

from django.db import connection  # noqa: E402 - after the installation is known

from troth.entry.service import prepare  # noqa: E402
from troth.ledger.rows import Insertion  # noqa: E402
from troth.ledger.work import unit_of_work  # noqa: E402
from troth.visits.models import Seen, Unsettled, Word  # noqa: E402
from troth.visits.stores import DIMENSIONS, Question, store  # noqa: E402

SERVICE, DAYS, FIRST = "site", 365, date(2025, 11, 1)
_ASKED = Question(SERVICE, date(2026, 9, 1), date(2026, 9, 30))
_ROUNDS = 9
# How many pages, referrers and so on there are; most visits are of few of them.
_VARIETY = {"page": 5000, "referrer": 2000, "country": 120, "isp": 3000, "browser": 8, "element": 40}
_insert = Insertion(
    Seen, "service", "day", "hour", "page", "referrer", "country", "isp", "prefix", "browser", "element", "visitor",
    "person",
)  # fmt: skip
_marks = Insertion(Unsettled, "service", "day", "times")


def _words() -> dict[str, list[int]]:
    named = [SERVICE, *(f"{name} {number}" for name, many in _VARIETY.items() for number in range(many))]
    Word.objects.bulk_create([Word(text=word) for word in named], batch_size=900)
    numbers = dict(Word.objects.values_list("text", "pk"))
    return {"service": [numbers[SERVICE]], **{
        name: [numbers[f"{name} {number}"] for number in range(many)] for name, many in _VARIETY.items()
    }}  # fmt: skip


def _visits(words: dict[str, list[int]], day: date, many: int, chance: random.Random) -> Iterator[tuple[object, ...]]:
    service, at = words["service"][0], day.isoformat()
    pick = {name: (numbers, len(numbers)) for name, numbers in words.items()}

    def some(name: str) -> int:
        numbers, size = pick[name]
        return numbers[int(size * chance.random() ** 4)]

    for number in range(many):
        visitor = (number // 4).to_bytes(16, "big")  # four pages each
        element = some("element") if number % 25 == 0 else 0
        yield (service, at, number % 24, some("page"), some("referrer"), some("country"), some("isp"), 0,
               some("browser"), element, visitor, "")  # fmt: skip


@unit_of_work
def _kept(words: dict[str, list[int]], day: date, many: int, chance: random.Random) -> None:
    _insert(list(_visits(words, day, many, chance)))
    _marks([(words["service"][0], day.isoformat(), 1)])


def _report(many: int) -> float:
    """Asks for everything that is counted of a month, and answers how long that took."""
    begun = time.perf_counter()
    counts = [store().counts(_ASKED._replace(by=(name,))) for name in DIMENSIONS]
    totals = [store().totals(_ASKED), store().totals(_ASKED._replace(by=("element",)))]
    took = time.perf_counter() - begun
    assert totals[0].visits + totals[1].visits == many
    assert sum(one.visits for one in counts[1]) == totals[0].visits
    return took


def main() -> None:
    """Fills, settles, asks."""
    many = int(sys.argv[1])
    prepare()
    chance, words = random.Random(1), _words()  # noqa: S311 - made-up visits
    begun = time.perf_counter()
    for day in range(DAYS):
        _kept(words, FIRST + timedelta(days=day), many // DAYS, chance)
    filled = time.perf_counter() - begun
    begun = time.perf_counter()
    store().settle()
    settled = time.perf_counter() - begun
    took = [_report(many // DAYS * 30) for _ in range(_ROUNDS)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM visits_counted")
        (rows,) = cursor.fetchone()
    said = {"report": 1000 * median(took), "day": 1000 * settled / DAYS, "filled": filled, "counts": rows}
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main()
