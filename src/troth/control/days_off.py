"""The public holidays of a country. They are data that comes with `holidays`; nothing is fetched."""

from datetime import date
from functools import lru_cache
from typing import Final

_YEARS: Final = 2


@lru_cache(64)
def holidays_of(country: str, year: int) -> frozenset[date]:
    """The holidays of `country` in `year` and the next; none where none are known."""
    import holidays  # noqa: PLC0415 - takes six megabytes, and few days pass between two that need it

    years = range(year, year + _YEARS)
    try:
        return frozenset(holidays.country_holidays(country, years=years))
    except NotImplementedError:
        return frozenset()
