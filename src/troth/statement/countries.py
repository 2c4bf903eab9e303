"""ISO 3166-1 countries from pycountry's own tables, read without loading the library."""

import gettext
import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path


@cache
def country_names() -> dict[str, str]:
    """English names by two-letter code; where a country has a short name, that."""
    rows = json.loads((_home() / "databases" / "iso3166-1.json").read_bytes())["3166-1"]
    return {row["alpha_2"]: str(row.get("common_name", row["name"])) for row in rows}


@cache
def country_names_in(locale: str) -> dict[str, str]:
    """The same names in the language of `locale`, such as ``zh_TW``."""
    translated = gettext.translation("iso3166-1", _home() / "locales", languages=[locale])
    return {code: translated.gettext(name) for code, name in country_names().items()}


def country_codes() -> frozenset[str]:
    """Every assigned two-letter code."""
    return frozenset(country_names())


def _home() -> Path:
    library = find_spec("pycountry")
    if library is None or library.origin is None:
        raise ModuleNotFoundError(name="pycountry")
    return Path(library.origin).parent
