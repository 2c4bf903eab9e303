"""What comes is dropped for a reason that has a name; nobody fills the store, or the memory, with what they make up."""

import json
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.beacons import FIREFOX
from tests.support.declared import declared
from tests.support.source import ROOT
from troth.visits.rules import Sight, Visit
from troth.visits.salt import Salt
from troth.visits.steps import (
    MOST_ELEMENTS,
    MOST_FROM_A_PREFIX,
    MOST_HOSTS,
    MOST_PAGES,
    STEPS,
    Bounds,
    Draft,
    Ground,
    visit,
)

OWN, OTHER = "http://site.example", "https://shop.example"
VISITS = declared("synology-2006").visits
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
MILLION = 1_000_000


@pytest.fixture
def ground() -> Ground:
    assert VISITS
    return Ground("site", VISITS, OWN, frozenset({OWN, OTHER}), lambda _page: "", lambda _token: None)


def sight(address: str = "127.0.0.1", at: datetime = NOON, origin: str = OTHER, **said: str) -> Sight:
    body = json.dumps({"kind": "view", "page": "/", **said}).encode()
    return Sight(at.timestamp(), address, FIREFOX, "", origin, body)


def kept(found: Visit | str) -> Visit:
    assert isinstance(found, Visit), found
    return found


def test_a_flood_from_one_network_is_not_listened_to(ground: Ground) -> None:
    """However many addresses it has; others are heard meanwhile, and it is again in the next minute."""
    bounds, sent = Bounds(), MOST_FROM_A_PREFIX + 500
    outcomes: Counter[str] = Counter()
    for number in range(sent):
        found = visit(sight(f"192.0.2.{number % 256}"), ground, bounds)
        outcomes[found if isinstance(found, str) else "kept"] += 1
    assert outcomes == {"kept": MOST_FROM_A_PREFIX, "flood": 500}
    for number in range(sent):
        visit(sight(f"2001:db8:7:{number:x}::1"), ground, bounds)
    assert visit(sight("2001:db8:7:ffff::9"), ground, bounds) == "flood"
    kept(visit(sight("192.0.3.1"), ground, bounds))
    kept(visit(sight("192.0.2.1", NOON + timedelta(minutes=1)), ground, bounds))


def test_a_million_different_pages_are_as_many_as_a_day_may_have(ground: Ground) -> None:
    """What is remembered and what is stored stay bounded; pages that were there before count on."""
    bounds = Bounds()
    page = next(one for one in STEPS if one.name == "page")
    kept(visit(sight(page="/known/"), ground, bounds))
    came = sight()
    found = Counter(page.take(Draft(came, page=f"/{number}/?{number}"), ground, bounds) for number in range(MILLION))
    assert found == {"": MOST_PAGES - 1, "too-many-pages": MILLION - MOST_PAGES + 1}
    assert sum(map(len, bounds.names.values())) == MOST_PAGES
    assert kept(visit(sight(page="/known/"), ground, bounds)).page == "/known/"
    assert visit(sight(page="/new/"), ground, bounds) == "too-many-pages"
    assert kept(visit(sight(page="/new/", at=NOON + timedelta(days=1)), ground, bounds)).page == "/new/"


def test_elements_and_referrers_are_bounded_too(ground: Ground) -> None:
    """Of too many elements none is kept; a visit from one site too many is a visit from nowhere."""
    bounds = Bounds()
    clicks = [visit(sight(kind="click", element=f"e{number}"), ground, bounds) for number in range(MOST_ELEMENTS + 3)]
    assert clicks[MOST_ELEMENTS:] == ["too-many-elements"] * 3
    came = [visit(sight(referrer=f"https://h{number}.example/x"), ground, bounds) for number in range(MOST_HOSTS + 3)]
    assert [kept(one).referrer for one in came[-4:]] == [f"h{MOST_HOSTS - 1}.example", "", "", ""]


def test_over_midnight_a_visitor_is_another_one(ground: Ground) -> None:
    """Each day has its salt; a clock that is set back to a day gets one that nobody had before."""
    bounds, late = Bounds(), datetime(2026, 11, 24, 23, 59, 59, tzinfo=UTC)
    moments = (late, late + timedelta(seconds=1), late, late - timedelta(days=400), late + timedelta(days=400))
    found = [kept(visit(sight("198.51.100.7", at), ground, bounds)) for at in moments]
    assert len({one.visitor for one in found}) == len(moments)
    assert [one.at for one in found] == [at.replace(minute=0, second=0) for at in moments]
    again = [kept(visit(sight("198.51.100.7", moments[-1]), ground, bounds)) for _ in range(3)]
    assert {one.visitor for one in again} == {found[-1].visitor}


def test_the_salt_is_gone_after_a_day_whatever_the_clock_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is one for a day, and another one once 24 hours have passed, also where the clock shows the same day still."""
    salt, day, begun = Salt(), NOON.date(), time.monotonic()
    one = salt.of(day)
    salt.forget(day)
    assert salt.of(day) == one
    monkeypatch.setattr(time, "monotonic", lambda: begun + 24 * 3600 + 1)
    salt.forget(day)
    assert one not in vars(salt).values()
    assert salt.of(day) != one


def test_every_reason_is_told_to_whoever_reads_the_figures() -> None:
    """Each step has a name, and what it drops visits for stands in the page for operators."""
    told = (ROOT / "docs" / "operating.md").read_text("utf-8")
    assert len({step.name for step in STEPS}) == len(STEPS)
    assert [why for step in STEPS for why in step.reasons if f"`{why}`" not in told] == []


@pytest.mark.usefixtures("_prepared")
def test_what_waits_is_bounded_and_counted() -> None:
    """While the store does not answer, no more waits than a server can hold."""
    from troth.visits.intake import MOST, Intake  # noqa: PLC0415 - needs the settings

    intake, came = Intake(), sight()
    for _ in range(MOST + 7):
        intake.put(came)
    assert intake.outcomes == {"full": 7}


@pytest.mark.parametrize(
    ("wanted", "told", "loaded"),
    [
        ("country=True, isp=True", "('8.8.8.0/24', 'US', 'GOOGLE')", "CountryASN"),
        ("country=True, isp=False", "('8.8.8.0/24', 'US', '')", "Country-IPv4IPv6"),
        ("country=False, isp=False", "('8.8.8.0/24', '', '')", "None"),
    ],
)
def test_no_more_is_loaded_than_is_declared(wanted: str, told: str, loaded: str) -> None:
    """A table of networks takes room: that of providers is read where they are declared, none where nothing is."""
    looked = f"""import sys
from troth.visits.places import place
print(tuple(place(bytes([8, 8, 8]), {wanted})))
print(getattr(sys.modules.get("geoip2fast.geoip2fast"), "source_info", None))"""
    done = subprocess.run([sys.executable, "-c", looked], capture_output=True, text=True, check=True)
    line, table = done.stdout.splitlines()
    assert line == told
    assert loaded in table
