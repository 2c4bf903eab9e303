"""Which safeguards for transfers hold, where, for whom, and from when to when: GDPR Art. 44 to 49 as dated rows."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

Standing = Literal["holds", "lapsed", "unfit"]


@dataclass(frozen=True)
class Framework:
    """One safeguard as one decision made it; an empty set means no restriction."""

    safeguard: str
    since: date
    source: str
    until: date | None = None
    countries: frozenset[str] = frozenset()
    exporters: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()

    def in_force(self, on: date) -> bool:
        """Whether it holds on the day `on`; `until` is the first day on which it does not."""
        return self.since <= on and (self.until is None or on < self.until)

    def reaches(self, country: str, exporter: str, kind: str) -> bool:
        """Whether a controller in `exporter` may rely on it for a recipient of `kind` in `country`."""
        return (
            (not self.countries or country in self.countries)
            and (not self.exporters or exporter in self.exporters)
            and (not self.kinds or kind in self.kinds)
        )


def standing(safeguard: str, country: str, *, exporter: str, kind: str, on: date) -> Standing:
    """How `safeguard` stands on the day `on` for a recipient of `kind` in `country`, sent to from `exporter`.

    `lapsed`: what would reach it is void, over or not yet there. `unfit`: what holds does not reach it.
    """
    rows = [one for one in frameworks() if one.safeguard == safeguard]
    reaching = [one for one in rows if one.reaches(country, exporter, kind)]
    if any(one.in_force(on) for one in reaching):
        return "holds"
    return "unfit" if not reaching and any(one.in_force(on) for one in rows) else "lapsed"


def is_in_eea(country: str) -> bool:
    """Whether the GDPR is the law of `country` itself."""
    return country in _table()["eea"]


@cache
def frameworks() -> tuple[Framework, ...]:
    """The rows of ``frameworks.toml``."""
    return tuple(
        Framework(
            safeguard=row["safeguard"],
            since=row["since"],
            source=row["source"],
            until=row.get("until"),
            countries=_countries(row.get("countries", ())),
            exporters=_countries(row.get("exporters", ())),
            kinds=frozenset(row.get("kinds", ())),
        )
        for row in _table()["framework"]
    )


def _countries(names: Iterable[str]) -> frozenset[str]:
    return frozenset(code for name in names for code in (_table()["eea"] if name == "EEA" else [name]))


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("frameworks.toml").read_text("utf-8"))
