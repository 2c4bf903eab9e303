"""The words of W3C's Data Privacy Vocabulary 2.3: which exist, what they are kinds of, which were retired.

Read from the vendored extract in ``dpv/`` on first use. Its SHA-256 is pinned here and compared by a test,
so that the vocabulary changes only on purpose.
"""

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

TERMS_SHA256 = "79106e4153bd20935927f4e8bbdced05408a920af05ceeb6fb43e5d67457956d"
RETIRED_SHA256 = "8764e0195806e3fb61eff24289df6b08b9639e3f49003aeaeb32e4604a64627c"
TERMS_FILE = Path(__file__).with_name("dpv") / "terms-2.3.csv"
RETIRED_FILE = Path(__file__).with_name("dpv") / "retired.csv"

PREFIXES = {
    "dpv": "https://w3id.org/dpv#",
    "pd": "https://w3id.org/dpv/pd#",
    "tech": "https://w3id.org/dpv/tech#",
    "loc": "https://w3id.org/dpv/loc#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "legal-tw": "https://w3id.org/dpv/legal/tw#",
    "legal-us": "https://w3id.org/dpv/legal/us#",
}


class Retired(NamedTuple):
    """A term that a release dropped, and the one that took its place, if any did."""

    since: str
    replaced_by: str


def iri(curie: str) -> str:
    """The full IRI of `curie`, whose prefix must be one of :data:`PREFIXES`."""
    prefix, _, name = curie.partition(":")
    return PREFIXES[prefix] + name


def is_known(term: str) -> bool:
    """Whether the vocabulary has `term` today."""
    return term in _parents()


def is_a(term: str, family: str) -> bool:
    """Whether `term` is `family`, is typed as one, or is narrower than one."""
    parents, seen, open_ = _parents(), set[str](), [term]
    while open_:
        here = open_.pop()
        if here == family:
            return True
        if here not in seen:
            seen.add(here)
            open_.extend(parents.get(here, ()))
    return False


@cache
def retired() -> dict[str, Retired]:
    """Terms of earlier releases that are no longer there."""
    with RETIRED_FILE.open(encoding="utf-8", newline="") as rows:
        return {row["term"]: Retired(row["since"], row["replaced_by"]) for row in csv.DictReader(rows)}


@cache
def _parents() -> dict[str, tuple[str, ...]]:
    with TERMS_FILE.open(encoding="utf-8", newline="") as rows:
        return {row["term"]: (*row["type"].split(), *row["broader"].split()) for row in csv.DictReader(rows)}
