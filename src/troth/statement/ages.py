"""From which age a child's own consent counts, by country and day: GDPR Art. 8, COPPA."""

import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any


def consent_age(country: str, on: date) -> int:
    """The age in full years in `country` on the day `on`; 16, as Art. 8 has it, where nothing else is known."""
    ages = _ages()
    rows = [row for row in ages["countries"].get(country, ()) if row["since"] <= on]
    return int(rows[-1]["age"] if rows else ages["default"])


@cache
def _ages() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("ages.toml").read_text("utf-8"))
