"""Killed while it opens or takes a wish: what was answered is counted and kept, and nothing stands by halves."""

import os
import signal
import time
from collections.abc import Callable
from operator import itemgetter

import httpx
import pytest

from tests.support import points
from tests.support.asking import Asking
from tests.support.crowd import chance
from tests.support.forked import Fork, own_environment, run
from tests.support.kept import kept
from tests.support.site import Running, troth
from tests.support.waiting import until

pytestmark = pytest.mark.timeout(900)
# Of the rounds of a run each takes its share; so many people subscribe.
SHARE, PEOPLE = 5, 5


def subscribed(client: httpx.Client, site: Running) -> str:
    """Somebody who wants the newsletter."""
    asked = points.described(client, site, "newsletter")
    given = points.answers(asked["shown"])
    given.choices = {"newsletter": True}
    told: str = points.taken(points.post(client, site, "newsletter", points.submission(asked, given)))["person"]
    return told


def opened_until_killed(site: Running, persons: list[str]) -> dict[str, int]:
    """What a program was answered that opened what `persons` gave until it was killed: how many, by the entry."""
    environment = {
        **own_environment(),
        "TROTH_DATA": str(site.directory),
        "DJANGO_SETTINGS_MODULE": "troth.entry.settings",
    }
    reading, writing = os.pipe()
    with os.fdopen(reading) as answers:
        with os.fdopen(writing) as output:
            program = Fork(tuple(persons), environment, output, program="tests.support.opener")
        lines = [answers.readline() for _ in range(chance.randint(1, 2 * PEOPLE))]
        time.sleep(chance.uniform(0.0, 0.05))
        os.kill(program.pid, signal.SIGKILL)
        lines += answers.readlines()
        program.wait()
    told = [line.split() for line in lines if line.endswith("\n")]
    return {leaf: int(number) for leaf, number in told}


@pytest.mark.promise("P18")
def test_killed_while_it_opens(client: httpx.Client, new_site: Callable[[str], Running], rounds: int) -> None:
    """No value was seen that the ledger does not count, of as many people; each person can be told of every one."""
    site = new_site("infortrend")
    persons = [subscribed(client, site) for _ in range(PEOPLE)]
    seen: dict[str, int] = {}
    for _ in range(max(2, rounds // SHARE)):
        seen |= opened_until_killed(site, persons)
        counted = {
            leaf.hex(): one["persons"] for leaf, one in kept(site.directory).entries.items() if one["kind"] == "used"
        }
        assert seen.items() <= counted.items()
        assert troth("verify", "--data", site.directory).startswith("Verified: ")
    told = troth("person", "uses", persons[0], "--json", "--data", site.directory)
    assert all(leaf in told for leaf in seen)


@pytest.mark.promise("P16")
def test_killed_while_it_takes_a_wish(client: httpx.Client, new_site: Callable[[str], Running], rounds: int) -> None:
    """A wish that was acknowledged holds; one that was cut short holds whole or not at all, as the ledger says."""
    site = new_site("infortrend")
    asking = Asking.new(client, site, "newsletter")
    somebody = subscribed(client, site)
    for number in range(max(4, rounds // SHARE)):
        wanted = bool(number % 2)
        wish = ("person", "agree" if wanted else "withdraw", somebody, "newsletter", "--data", site.directory)
        done = run(*wish, within=chance.uniform(0.0, 0.6))

        def stands(wanted: bool = wanted, answered: bool = not done.returncode) -> bool:
            wished = [one for one in kept(site.directory).entries.values() if one["kind"] == "wished"]
            holds = not wished or max(wished, key=itemgetter("at"))["given"]
            may = asking.may(somebody, "newsletter", "email") == ["email"]
            return bool(may == holds and (holds == wanted or not answered))

        # What a killed one had begun may go on for a moment in the database.
        until(stands, "what the ledger says to be what is decided")
        assert troth("verify", "--data", site.directory).startswith("Verified: ")
