"""A clock that is wrong, and set while the site runs: refused by name, or taken and told with the server's time."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import httpx
import pytest

from tests.support import documents
from tests.support.clocks import Clock
from tests.support.crowd import CHOICES, FILE, IN_WORDS, PLAIN, Crowd, Sent, code_of
from tests.support.kept import Kept, kept
from tests.support.outsider import Log
from tests.support.site import Failed, Running
from tests.support.told import Told
from tests.support.waiting import until

BASE = timedelta(days=10)
FORWARD, BACK, TEN_YEARS = BASE + timedelta(days=40), BASE - timedelta(days=3), BASE + timedelta(days=3660)
BEFORE_PUBLISHING, BEFORE_FOUNDING = timedelta(days=-1), timedelta(days=-3660)
NOT_PUBLISHED = "statement.not-published"
MINUTES = timedelta(minutes=2)

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def site(new_site: Callable[[str], Running]) -> Running:
    """A site whose retention runs every second, and that is not served yet."""
    made = new_site("infortrend")
    made.stop()
    settings = made.directory / "troth.toml"
    settings.write_text(f"retention_every = 1\n{settings.read_text('utf-8')}", "utf-8")
    return made


@pytest.fixture
def clock(site: Running) -> Clock:
    """Its clock, after the statement was in force for ten days."""
    clock = Clock(site)
    clock.set(BASE)
    site.start()
    return clock


def opened(client: httpx.Client, site: Running, sent: Sent) -> Sent:
    """The form of a submission, open in somebody's browser."""
    sent.form = documents.opened(client, documents.address_of(site, sent.point))
    sent.cookies = httpx.Cookies(client.cookies)
    return sent


def entered_at(client: httpx.Client, site: Running, record: str) -> datetime:
    """When the ledger says that a submission came in."""

    def entry() -> str:
        answer = client.get(f"{site.url}/receipts/{record}.json")
        return str(answer.json()["entry"]) if answer.is_success else ""

    return datetime.fromisoformat(json.loads(until(entry, "a receipt"))["at"])


@pytest.mark.promise("P44")
def test_set_while_it_runs(client: httpx.Client, site: Running, clock: Clock) -> None:
    """Set forward and back, it takes what comes at the time it shows, in the order in which it comes, and once."""
    crowd, told = Crowd(site), Told(site)
    form, first = opened(client, site, crowd.made(PLAIN)), crowd.made(FILE)
    first.send(client, site)
    sent, record = [first], first.record
    for shift in (FORWARD, BACK, BASE):
        clock.set(shift)
        now = [crowd.made(point) for point in (PLAIN, CHOICES, FILE)]
        for one in now:
            one.send(client, site)
            assert one.record, one.code
        sent += now
        assert abs(entered_at(client, site, now[-1].record) - clock.now()) < MINUTES
        if shift == FORWARD:
            form.send(client, site)
            assert (form.status, form.code) == (409, IN_WORDS)
    form.send(client, site)
    first.send(client, site)
    assert first.record == record
    told.hold(told.note([*sent, form]))
    leaves = [one.answer.json()["entry"]["leaf"] for one in sent if one.answer]
    places = list(map(Log(client, site).index, leaves))
    assert places == sorted(places)


@pytest.mark.promise("P44")
@pytest.mark.usefixtures("sqlite")
def test_before_the_statement_holds(client: httpx.Client, site: Running, clock: Clock) -> None:
    """Where no statement is in force yet by its clock, nothing is taken and nothing is served, by name."""
    crowd, told = Crowd(site), Told(site)
    form = opened(client, site, crowd.made(PLAIN))
    for shift in (BEFORE_PUBLISHING, BEFORE_FOUNDING):
        clock.set(shift)
        sent = crowd.made(FILE)
        sent.send(client, site)
        assert (sent.status, sent.code) == (503, NOT_PUBLISHED)
        form.send(client, site)
        assert (form.status, form.code) == (503, NOT_PUBLISHED)
        assert code_of(client.get(f"{site.url}/privacy/")) == NOT_PUBLISHED
        site.stop()
        with pytest.raises(Failed, match=rf"troth: {NOT_PUBLISHED}"):
            site.start()
        told.hold_kept(kept(site.directory))
        clock.set(BASE)
        site.start()
    told.hold(told.note([form]))


@pytest.mark.promise("P44")
@pytest.mark.usefixtures("sqlite")
def test_started_with_another_clock(site: Running, clock: Clock) -> None:
    """Started with its clock set forward, and then back, it goes on, and its ledger with it."""
    crowd, told = Crowd(site), Told(site)
    for shift in (FORWARD, BACK, BASE):
        site.stop()
        clock.set(shift)
        site.start()
        assert crowd.gets_through()
        told.hold(told.note(crowd.stop()))


@pytest.mark.promise("P44")
@pytest.mark.usefixtures("sqlite")
def test_a_leap_ends_nothing(site: Running, clock: Clock) -> None:
    """Set ten years ahead while it runs, it ends nothing and says so; started so, it takes its clock for right."""
    crowd, told = Crowd(site), Told(site)
    assert crowd.gets_through()
    told.hold(told.note(crowd.stop()))
    clock.set(TEN_YEARS)
    until(lambda: "ClockLeapt" in site.printed(), "retention that waits")
    standing = told.hold()
    clock.set(BASE)
    finished = site.printed().count("retention finished")
    until(lambda: site.printed().count("retention finished") > finished, "retention that goes on")
    assert told.hold().sealed == standing.sealed
    site.stop()
    clock.set(TEN_YEARS)
    site.start()

    def ended() -> Kept | None:
        # Keys go first: for a moment there is what they sealed.
        found = kept(site.directory)
        return None if found.keys or found.sealed or found.people or found.found_by_address else found

    found = until(ended, "everything ended")
    assert found
    assert found.agreements.keys() == standing.agreements.keys()
