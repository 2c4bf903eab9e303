"""The words in which troth itself speaks: ``en.toml`` and ``zh-Hant.toml``, same keys, same blanks to fill."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from troth.statement.countries import country_names, country_names_in

LANGUAGES = ("en", "zh-Hant")
_LOCALES = {"zh-Hant": "zh_TW"}
_UNITS = {"Y": "year", "M": "month", "W": "week", "D": "day"}


class Words:
    """The words of one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._said = dict(_flat(tomllib.loads(Path(__file__).with_name(f"{language}.toml").read_text("utf-8"))))

    def __call__(self, key: str, /, **values: object) -> str:
        """The sentence called `key` with `values` in its blanks."""
        return self.sentence(key).format(**values)

    def sentence(self, key: str) -> str:
        """The sentence called `key` with its blanks open."""
        return self._said[key]

    def __contains__(self, key: str) -> bool:
        return key in self._said

    def keys(self) -> Iterable[str]:
        """Every sentence there is, by its dotted name."""
        return self._said.keys()

    def listed(self, items: Iterable[str]) -> str:
        """Several things in one phrase: "a, b and c"."""
        *others, last = [item for item in items if item] or [""]
        if not others:
            return last
        return self("list.last", others=self("list.between").join(others), last=last)

    def duration(self, period: str) -> str:
        """An ISO 8601 period in words: ``P1Y6M`` is "1 year and 6 months"."""
        parts = [(int(count), _UNITS[unit]) for count, unit in re.findall(r"(\d+)([YMWD])", period)]
        return self("duration.between").join(
            self("duration.one." + unit if count == 1 else "duration.many." + unit, count=count)
            for count, unit in parts
        )

    def day(self, day: date) -> str:
        """A day as people write it."""
        return self("day.form", day=day.day, month=self(f"day.month.{day.month}"), year=day.year)

    def country(self, code: str) -> str:
        """The name of the country with this ISO 3166-1 code; the code itself where there is no such country."""
        locale = _LOCALES.get(self.language)
        names = country_names_in(locale) if locale else country_names()
        return names.get(code, code)

    def place(self, code: str) -> str:
        """The country as it stands in a sentence: "in the United States"."""
        form = "country.with-article" if code in self("country.articles").split() else "country.plain"
        return self(form, country=self.country(code))


@cache
def words(language: str) -> Words:
    """The words of `language`; English where troth does not speak it."""
    return Words(language if language in LANGUAGES else LANGUAGES[0])


def country_name(code: str, language: str) -> str:
    """The name of a country in `language`."""
    return words(language).country(code)


def _flat(table: Mapping[str, Any], above: str = "") -> Iterable[tuple[str, str]]:
    for name, item in table.items():
        if isinstance(item, dict):
            yield from _flat(item, f"{above}{name}.")
        else:
            yield above + name, item
