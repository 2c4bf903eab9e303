"""Mail to many while things break: nobody gets an issue twice, whoever is killed, and whatever the mail server does."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.conftest import NewSite
from tests.support import filler, letters, odd_smtp
from tests.support.clocks import Clock
from tests.support.crowd import chance
from tests.support.forked import run
from tests.support.kept import kept
from tests.support.odd_smtp import Odd
from tests.support.site import Running, troth
from tests.support.waiting import until

pytestmark = pytest.mark.timeout(900)
KILLS = 4
NOTICE = letters.ISSUE.replace("mail: newsletter", "mail: service-notices")
LATER = timedelta(minutes=6)
UNKNOWN = "unknown"


@pytest.fixture
def server() -> Iterator[Odd]:
    """A mail server that does what it is told."""
    with odd_smtp.odd() as made:
        yield made


@pytest.fixture
def sending(new_site: NewSite, server: Odd) -> tuple[Running, Clock]:
    """A site that sends its mail there, and its clock."""
    site = new_site("infortrend")
    site.stop()
    server.serves(site)
    return site, Clock(site)


def filled(site: Running, people: int) -> None:
    """So many people ordered something."""
    environment = {"TROTH_DATA": str(site.directory), "DJANGO_SETTINGS_MODULE": "troth.entry.settings"}
    done = run(people, program="tests.support.filler", **environment)
    assert done.returncode == 0, done.stderr


def done(site: Running, ref: str) -> dict[str, int]:
    """What became of how many once an issue is done."""
    until(lambda: letters.status(site, ref)["state"] == "done", "an issue that is done", within=600)
    told = letters.status(site, ref)
    return {
        name: told.get(name, 0) for name in ("total", "sent", "refused", UNKNOWN, "given-up", "left-out", "waiting")
    }


@pytest.mark.promise("P39")
def test_killed_in_the_midst_of_a_send(sending: tuple[Running, Clock], server: Odd, rounds: int) -> None:
    """Killed again and again while an issue goes out, it reaches nobody twice; who may have it is not tried again."""
    site, clock = sending
    people = 400 * rounds
    filled(site, people)
    site.start()
    ref = letters.issue(site, NOTICE)
    letters.begin(site, ref)
    for _ in range(KILLS):
        wanted = sum(server.took.values()) + chance.randint(1, people // (KILLS + 2))
        until(lambda wanted=wanted: sum(server.took.values()) >= wanted, "some mails", within=300)
        site.kill()
        site.start()
    until(lambda: letters.status(site, ref)["waiting"] <= KILLS * 250, "an issue that is nearly done", within=600)
    clock.set(LATER)
    became = done(site, ref)
    assert set(server.took.values()) == {1}
    assert became["sent"] + became[UNKNOWN] == became["total"] == people
    assert became["sent"] <= len(server.took) <= people
    assert became[UNKNOWN] <= KILLS * 250
    assert troth("verify", "--data", site.directory).startswith("Verified: ")


@pytest.mark.promise("P39")
def test_a_mail_server_that_does_as_it_likes(sending: tuple[Running, Clock], server: Odd) -> None:
    """Who is put off is tried again, who is refused is not; a mail that was taken without a word is not given twice."""
    site, clock = sending
    names = [filler.address(number) for number in range(40)]
    kinds = (odd_smtp.DEFER, odd_smtp.REFUSE, odd_smtp.DROP, odd_smtp.DIE, odd_smtp.REFUSE_WORDS, odd_smtp.DEFER_WORDS)
    told = dict(zip(names, kinds * 3, strict=False))
    server.does.update({address: [kind] for address, kind in told.items()})
    server.does[names[-1]] = [odd_smtp.HANG]
    filled(site, len(names))
    site.start()
    ref = letters.issue(site, NOTICE)
    letters.begin(site, ref)
    until(lambda: letters.status(site, ref).get("sent", 0) >= 21, "those who are taken at once", within=180)
    clock.set(LATER)
    became = done(site, ref)
    by = Counter(told.values())
    refused = by[odd_smtp.REFUSE] + by[odd_smtp.REFUSE_WORDS]
    # Whoever gave all of a mail away cannot know how much of it was read before the conversation broke.
    unknown = by[odd_smtp.DROP] + by[odd_smtp.DIE]
    assert became == {
        "total": 40, "sent": 40 - refused - unknown, "refused": refused, UNKNOWN: unknown, "given-up": 0,
        "left-out": 0, "waiting": 0,
    }  # fmt: skip
    assert set(server.took.values()) == {1}
    never = {
        address for address, kind in told.items() if kind not in (odd_smtp.DIE, odd_smtp.DEFER, odd_smtp.DEFER_WORDS)
    }
    assert set(server.took) == set(names) - never
    printed = site.printed()
    assert [name for name in names if name in printed] == []


@pytest.mark.promise("P16")
def test_saying_no_while_it_goes_out(sending: tuple[Running, Clock], server: Odd) -> None:
    """No more leave in an hour than are let; paused, nobody is given it; who is restricted meanwhile gets none."""
    site, clock = sending
    filled(site, 12)
    file = site.directory / "troth.toml"
    file.write_text(file.read_text("utf-8") + "per_hour = 4\n", "utf-8")
    site.start()
    ref = letters.issue(site, NOTICE)
    letters.begin(site, ref)
    until(lambda: sum(server.took.values()) == 4, "as many as an hour lets through")
    troth("mail", "pause", ref, "--data", site.directory)
    told = letters.status(site, ref)
    assert (told["state"], told["sent"], told["waiting"]) == ("paused", 4, 8)
    for person in kept(site.directory).people:
        troth("person", "restrict", person, "--data", site.directory)
    clock.set(timedelta(hours=1, minutes=1))
    troth("mail", "resume", ref, "--no-wait", "--data", site.directory)
    became = done(site, ref)
    assert (became["sent"], became["left-out"], len(server.took)) == (4, 8, 4)
