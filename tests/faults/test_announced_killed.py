"""Killed in the middle of telling people of a change, a site tells the rest when it starts again, and nobody twice."""

import json
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from threading import Event

import httpx
import pytest

from tests.support import me, points
from tests.support.clocks import Clock
from tests.support.crowd import chance
from tests.support.documents import opened
from tests.support.outsider import Log
from tests.support.site import ROOT, Running, troth
from tests.support.versions import NOTICE, announced, coming_to, keep_accounts_longer, scheduled
from tests.support.waiting import WITHIN, until

pytestmark = [pytest.mark.timeout(900), pytest.mark.usefixtures("sqlite")]
PEOPLE, LATEST = 130, 0.4


def letters(site: Running) -> Counter[str]:
    """How many letters wait for each person."""
    (file,) = (one for one in site.directory.glob("*.sqlite3") if "keys" not in one.name)
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as rows:
        return Counter(person for (person,) in rows.execute("SELECT person FROM mail_mail"))


@pytest.mark.promise("P53")
def test_killed_while_it_tells(rounds: int, client: httpx.Client, new_site: Callable[[str], Running]) -> None:
    """However often it is killed, each has one letter, the announcement is complete once, and the day waits for it."""
    site = new_site("infortrend")
    clock = Clock(site)
    site.restart()
    persons = {points.taken(points.give(client, site, "registration"))["person"] for _ in range(PEOPLE)}
    me.held(client, site)
    scheduled(site, keep_accounts_longer, points.today() + NOTICE)
    for _ in range(max(3, rounds // 5)):
        Event().wait(chance.uniform(0, LATEST))
        site.kill()
        assert set(letters(site).values()) <= {1}
        site.start()
    until(lambda: announced(site), "an announcement that is complete")
    assert letters(site) == Counter(persons)
    coming = coming_to(site)
    assert coming
    assert coming["letters"] == {"told": PEOPLE, "without": 0, "complete": True}
    told = [one for one in Log(client, site).entries() if one["kind"] == "announced"]
    assert [(one["version"], one["told"]) for one in told] == [(2, PEOPLE)]
    clock.set(NOTICE)
    assert "Version 2" in opened(client, f"{site.url}/privacy/").text
    assert json.loads(troth("verify", "--data", site.directory, "--json"))["ok"]


@pytest.mark.promise("P53")
def test_killed_on_the_day(client: httpx.Client, new_site: Callable[[str], Running]) -> None:
    """Killed at the moment of the switch, and started before it and after it, it holds what the day says; told once."""
    site = new_site("infortrend")
    clock = Clock(site)
    site.restart()
    scheduled(site, keep_accounts_longer, points.today() + NOTICE)
    for shift in (NOTICE, NOTICE - timedelta(days=1), NOTICE):
        clock.set(shift)
        site.kill()
        site.start()
        assert f"Version {2 if shift == NOTICE else 1}" in opened(client, f"{site.url}/privacy/").text
    kinds = until(
        lambda: [k for k in (one["kind"] for one in Log(client, site).entries()) if k == "begun"], "that it has begun"
    )
    assert kinds == ["begun"]
    assert troth("verify", "--data", site.directory).startswith("Verified: ")


def at_once(site: Running, days: int) -> None:
    """Several processes do together what is to be done, with a clock that is so many days ahead."""
    command = [sys.executable, "-m", "tests.support.telling", site.directory, str(days)]
    begun = [subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE) for _ in range(3)]
    for one in begun:
        assert one.stdin
        one.stdin.close()
    assert [one.wait(WITHIN * 5) for one in begun] == [0, 0, 0]


def test_several_at_once(client: httpx.Client, new_site: Callable[[str], Running]) -> None:
    """Several processes tell and switch at the same moment: each person has one letter, and each entry stands once."""
    site = new_site("infortrend")
    persons = {points.taken(points.give(client, site, "registration"))["person"] for _ in range(PEOPLE // 2)}
    site.stop()
    scheduled(site, keep_accounts_longer, points.today() + NOTICE)
    at_once(site, 0)
    assert letters(site) == Counter(persons)
    at_once(site, NOTICE.days)
    site.start()
    kinds = [one["kind"] for one in Log(client, site).entries()]
    assert (kinds.count("announced"), kinds.count("begun")) == (1, 1)
    assert troth("verify", "--data", site.directory).startswith("Verified: ")
