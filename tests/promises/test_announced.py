"""Whoever is touched by a change is told before it takes effect: on every page, by letter, and in time."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.support import me, points, smtp
from tests.support.asking import Asking, wishes
from tests.support.clocks import Clock
from tests.support.documents import Document, opened
from tests.support.outsider import Log
from tests.support.own import Own
from tests.support.site import Failed, Running, troth
from tests.support.versions import (
    NOTICE,
    Plain,
    also_for_support,
    announced,
    coming_to,
    file,
    keep_accounts_longer,
    keep_longer,
    publish,
    reword,
    scheduled,
    statement,
)
from tests.support.waiting import until

DAY = timedelta(days=1)
SUBJECT = "Our privacy statement changes"
STAYS = "Our privacy statement stays as it is"
TURNS = ("published", "announced", "begun", "retracted")


@pytest.fixture
def site(new_site: Callable[[str], Running]) -> Running:
    """A site whose clock can be set, with one version in force."""
    made = new_site("infortrend")
    made.stop()
    Clock(made)
    made.start()
    return made


@pytest.fixture
def clock(site: Running) -> Clock:
    """Its clock, which shows the right time."""
    return Clock(site)


@pytest.fixture
def account(client: httpx.Client, site: Running) -> Iterator[Own]:
    """Somebody who opened an account, and is signed in."""
    one = Own(client, site, "registration")
    yield one
    one.close()


def letters(site: Running, address: str, subject: str = SUBJECT) -> list[dict[str, Any]]:
    """The letters to somebody about changes."""
    return [one for one in me.mails(site, address) if one["subject"].startswith(subject)]


def in_force(client: httpx.Client, site: Running) -> str:
    """Which version the page of the statement says is in force."""
    found = re.search(r"Version (\d+)", opened(client, f"{site.url}/privacy/").text)
    assert found
    return found[1]


def turns(client: httpx.Client, site: Running, number: int = 2) -> list[str]:
    """What the ledger tells of a version, in its order."""
    entries = Log(client, site).entries()
    return [one["kind"] for one in entries if one["kind"] in TURNS and one.get("version") == number]


def answered(client: httpx.Client, site: Running, times: int) -> list[tuple[str, bool, int]]:
    """What the ledger says that people wished, as soon as it says it so often."""

    def told() -> list[tuple[str, bool, int]]:
        entries = [one for one in Log(client, site).entries() if one["kind"] == "wished"]
        return [(one["wish"], one["given"], one["number"]) for one in entries] if len(entries) == times else []

    return until(told, "entries of what was wished")


@pytest.mark.promise("P53", "P54", "P55")
@pytest.mark.parametrize("prefix", ["", "/zh-hant"])
def test_from_draft_to_in_force(
    client: httpx.Client, site: Running, clock: Clock, account: Own, page: Page, prefix: str
) -> None:
    """Planned, published, announced on every page and by letter, in force on its day without a restart, accepted."""
    day = points.today() + NOTICE
    plan = json.loads(scheduled(site, keep_accounts_longer, day, "--dry-run", "--json"))
    assert (plan["touched"], plan["earliest"], plan["tell"], plan["material"]) == (1, str(day), "mail", True)
    page.goto(f"{site.url}{prefix}/")
    expect(page.locator("aside.upcoming")).to_have_count(0)

    assert f"comes into force on {day}" in publish(site, keep_accounts_longer, day)
    assert len(letters(site, account.address)) == 1
    for path in ("/", "/products/", "/collect/quote/", "/privacy/"):
        page.goto(f"{site.url}{prefix}{path}")
        expect(page.locator("aside.upcoming")).to_be_visible()
    page.locator("aside.upcoming a").first.click()
    page.wait_for_url(f"**{prefix}/privacy/versions/1/diff/2/")
    expect(page.locator(".change.material")).to_have_count(1)
    assert in_force(client, site) == "1"

    clock.set(NOTICE - DAY)
    assert in_force(client, site) == "1"
    clock.set(NOTICE)
    assert in_force(client, site) == "2"
    page.goto(f"{site.url}{prefix}/privacy/")
    expect(page.locator("aside.upcoming")).to_have_count(0)
    until(lambda: "begun" in turns(client, site), "an entry that it has begun")
    assert turns(client, site) == ["published", "announced", "begun"]

    account.close()
    account.client = me.signed_in(site, account.address)
    page.context.add_cookies(
        [{"name": name, "value": value, "url": site.url} for name, value in account.client.cookies.items()]
    )
    page.goto(f"{site.url}{prefix}/me/")
    page.locator("#acceptance button[type=submit]").first.click()
    page.wait_for_url(f"**{prefix}/me/choices/#acceptance")
    expect(page.locator("#acceptance form")).to_have_count(0)
    assert answered(client, site, 1) == [("acceptance", True, 2)]
    assert troth("verify", "--data", site.directory).startswith("Verified: ")


@pytest.mark.promise("P53")
def test_a_letter_to_each_whom_it_touches(client: httpx.Client, site: Running, account: Own) -> None:
    """Whoever gave something that is touched has one letter, in the language in which they gave it; nobody else has."""
    asked = points.described(client, site, "registration", "zh-Hant")
    given = points.answers(asked["shown"])
    body = points.submission(asked, given)
    points.taken(points.post(client, site, "registration", {**body, "language": "zh-Hant"}, given.files))
    reader, subscriber = given.fields["email"], me.held(client, site)
    said = publish(site, keep_accounts_longer, points.today() + NOTICE)
    assert "Touched: 2 people" in said
    (letter,) = letters(site, account.address)
    difference = f"{site.url}/privacy/versions/1/diff/2/"
    assert difference in letter["body"]
    assert f"{site.url}/me/" in letter["body"]
    assert points.today().strftime("%Y") in letter["body"]
    (chinese,) = letters(site, reader, "我們的隱私權聲明將變更")
    assert f"{site.url}/zh-hant/privacy/versions/1/diff/2/" in chinese["body"]
    assert letters(site, subscriber) == []
    assert "registration" in said
    until(lambda: "announced" in turns(client, site), "an entry that all were told")
    (entry,) = [one for one in Log(client, site).entries() if one["kind"] == "announced"]
    assert (entry["version"], entry["told"]) == (2, 2)
    assert [one["by"] for one in Log(client, site).entries() if one["kind"] == "used"] == ["announcement"]


@pytest.mark.promise("P53")
def test_the_switch_waits_until_everybody_was_told(
    client: httpx.Client, site: Running, clock: Clock, tmp_path: Path
) -> None:
    """Where letters could not be handed over in time, the day passes and nothing switches; the notice counts anew."""
    address = me.held(client, site, "registration")
    with smtp.server(tmp_path) as server:
        site.stop()
        server.serves(site)
        server.refusing = "451 Come again"
        server.start()
        site.start()
        scheduled(site, keep_accounts_longer, points.today() + NOTICE)
        until(lambda: server.tries, "a letter that is refused")
        late = timedelta(days=3)
        clock.set(late)
        server.refusing = ""
        until(lambda: server.letters(address), "the letter", within=120)
        until(lambda: announced(site), "an announcement that is complete")
        clock.set(NOTICE)
        assert in_force(client, site) == "1"
        assert "as soon as" not in opened(client, f"{site.url}/").text
        clock.set(NOTICE + late - DAY)
        assert in_force(client, site) == "1"
        clock.set(NOTICE + late)
        assert in_force(client, site) == "2"
    assert troth("verify", "--data", site.directory).startswith("Verified: ")


@pytest.mark.promise("P53")
def test_nothing_switches_while_somebody_waits_to_be_told(
    client: httpx.Client, site: Running, clock: Clock, tmp_path: Path
) -> None:
    """Nobody was told yet, its day is there: the earlier version holds, and the notice says what it waits for."""
    me.held(client, site, "registration")
    with smtp.server(tmp_path) as server:
        site.stop()
        server.serves(site)
        scheduled(site, keep_accounts_longer, points.today() + NOTICE)
        clock.set(NOTICE + DAY)
        site.start()
        assert in_force(client, site) == "1"
        assert "changes as soon as everybody was told" in opened(client, f"{site.url}/").text
        assert "待所有相關人均已及時獲知後" in opened(client, f"{site.url}/zh-hant/").text
        assert "It waits until everybody was told" in opened(client, f"{site.url}/privacy/versions/").text
        coming = coming_to(site)
        assert coming
        assert not coming["letters"]["complete"]


@pytest.mark.promise("P53")
def test_a_retracted_change_never_comes(client: httpx.Client, site: Running, clock: Clock, account: Own) -> None:
    """Retracted before its day, it is gone from every page; whoever had a letter is told; its day passes."""
    day = points.today() + NOTICE
    publish(site, keep_accounts_longer, day)
    with pytest.raises(Failed, match=r"statement\.scheduled.*troth retract 2"):
        publish(site, keep_longer, day)
    assert "1 people had a letter" in troth("retract", 2, "--data", site.directory)
    (letter,) = until(lambda: letters(site, account.address, STAYS), "a letter that it stays")
    assert f"{site.url}/privacy/versions/" in letter["body"]
    assert "aside" not in opened(client, f"{site.url}/").text
    assert "/versions/1/diff/2/" not in client.get(f"{site.url}/").text
    assert "It never was in force" in opened(client, f"{site.url}/privacy/versions/").text
    assert "It never was in force" in opened(client, f"{site.url}/privacy/versions/2/").text
    with pytest.raises(Failed, match=r"statement\.begun"):
        troth("retract", 2, "--data", site.directory)
    with pytest.raises(Failed, match=r"statement\.begun"):
        troth("retract", 1, "--data", site.directory)
    clock.set(NOTICE + DAY)
    assert in_force(client, site) == "1"
    until(lambda: turns(client, site) == ["published", "announced", "retracted"], "an entry that it was retracted")
    assert "Version 3 is published" in publish(site, keep_accounts_longer, points.today() + 2 * NOTICE + 2 * DAY)
    assert troth("verify", "--data", site.directory).startswith("Verified: ")


def typo(plain: Plain) -> None:
    """A text of the example with letters mistyped."""
    text = plain["collection"]["quote"]["title"]
    text["en"] = mistyped(text["en"])


def mistyped(text: str) -> str:
    """`text` with two letters of its longest word in each other's place."""
    word = max(re.findall(r"[A-Za-z]+", text), key=len)
    return text.replace(word, f"{word[:2]}{word[3]}{word[2]}{word[4:]}")


@pytest.mark.promise("P53", "P55")
def test_a_typo_is_put_right_at_once(client: httpx.Client, site: Running, account: Own) -> None:
    """It holds at once without a notice, is recorded and shown, and nobody is asked to accept anything."""
    said = troth("publish", file(site, typo), "--typo", "--data", site.directory)
    assert "Version 2 is published" in said
    assert "typos" in said
    assert in_force(client, site) == "2"
    page = opened(client, f"{site.url}/privacy/versions/")
    assert "typos put right" in page.text
    assert "A newer statement" not in account.page("/me/").text
    (entry,) = [one for one in Log(client, site).entries() if one["kind"] == "published" and one["version"] == 2]
    assert (entry["correction"], entry["tell"]) == (True, "")
    assert letters(site, account.address) == []


def negated(plain: Plain) -> None:
    plain["collection"]["quote"]["intro"]["en"] = "We do not answer " + plain["collection"]["quote"]["intro"]["en"]


def renumbered(plain: Plain) -> None:
    plain["purposes"]["service-account"]["text"]["en"] += " 30 days."


@pytest.mark.promise("P53")
@pytest.mark.parametrize("change", [keep_longer, reword(2), negated, renumbered])
def test_a_change_is_no_typo(infortrend: Running, tmp_path: Path, change: Callable[[Plain], None]) -> None:
    """What takes something away, or says something else, is refused as a typo, and nothing is published."""
    changed = tmp_path / "next.yaml"
    changed.write_bytes(statement(change))
    with pytest.raises(Failed, match=r"statement\.not-a-typo"):
        troth("publish", changed, "--typo", "--data", infortrend.directory)


def keep_everything_longer(plain: Plain) -> None:
    """Two material changes, one of them to what a yes covers."""
    keep_longer(plain)
    keep_accounts_longer(plain)


@pytest.mark.promise("P53")
def test_the_plan_says_everything_and_publishes_nothing(client: httpx.Client, site: Running, account: Own) -> None:
    """Before it publishes, the command says what changes, what is material and why, whom it touches, what is asked."""
    said = scheduled(site, keep_everything_longer, "today", "--dry-run")
    assert "Nothing is published" in said
    assert "material" in said
    assert "old: 2 years" in said
    assert "new: 7 years" in said
    assert "Touched: 1 people" in said
    assert "To be asked again: newsletter." in said
    assert in_force(client, site) == "1"
    assert client.get(f"{site.url}/privacy/versions/2/").status_code == 404
    assert account.person not in said


@pytest.mark.promise("P53")
def test_set_over_the_day_and_back(client: httpx.Client, site: Running, clock: Clock) -> None:
    """A clock that is set over the day and back switches there and back, and the ledger tells of it once."""
    publish(site, keep_accounts_longer, points.today() + NOTICE)
    for shift, number in ((NOTICE, "2"), (NOTICE - DAY, "1"), (timedelta(), "1"), (NOTICE + DAY, "2")):
        clock.set(shift)
        assert in_force(client, site) == number
    until(lambda: turns(client, site)[-1] == "begun", "an entry that it has begun")
    clock.set(timedelta())
    with pytest.raises(Failed, match=r"statement\.begun"):
        troth("retract", 2, "--data", site.directory)
    clock.set(NOTICE)
    assert turns(client, site).count("begun") == 1


@pytest.mark.promise("P54")
def test_who_objects_keeps_the_older_promises(client: httpx.Client, site: Running, account: Own) -> None:
    """From the announcement on, one press on their first page objects, and one accepts."""
    publish(site, keep_accounts_longer, points.today() + NOTICE)
    assert "The statement is to change" in account.page("/me/").text
    for given, says in ((False, "You objected to version 2"), (True, "You accepted version 2")):
        token = answers(account.get("/me/").text)[given]
        assert account.press_with(token).headers["location"] == "/me/choices/#acceptance"
        assert says in account.page("/me/").text
    assert "You objected to version 2" in account.page("/me/history/").text
    assert answered(client, site, 2) == [("acceptance", False, 2), ("acceptance", True, 2)]


def answers(text: str) -> dict[bool, str]:
    """What the two buttons of the change that is to come send, as far as they are there."""
    part = text[text.index('id="coming"') :]
    found = re.findall(r'name="token"\s+value="([^"]+)".*?(Accept|Object)', part, re.DOTALL)
    return {word == "Accept": token for token, word in found}


@pytest.mark.promise("P54")
def test_old_data_waits_for_its_person(client: httpx.Client, site: Running, clock: Clock) -> None:
    """What was given before serves the new purpose once its person accepts, and no longer once they object to it."""
    own, other = Own(client, site, "quote"), Own(client, site, "quote")
    publish(site, also_for_support, points.today() + NOTICE)
    clock.set(NOTICE)
    asking = Asking.new(client, site, "support-you")
    for one in (own, other):
        assert asking.may(one.person, "support-you", "email") == []
        one.close()
        one.client = me.signed_in(site, one.address)
    assert own.press_with(own.acceptance(), "/me/choices/").status_code == 303
    assert asking.may(own.person, "support-you", "email") == ["email"]
    wishes(site, own.person, "accept", "2", "--object")
    assert asking.may(own.person, "support-you", "email") == []
    assert "You objected to version 2" in own.page("/me/").text
    # What comes with the next form comes under the words that it showed; what came before does not move by it.
    assert points.taken(points.give(client, site, "quote", email=other.address))["person"] == other.person
    assert asking.may(other.person, "support-you", "email") == ["email"]
    assert "A newer statement" in other.page("/me/").text
    own.close()
    other.close()


@pytest.mark.promise("P55")
def test_the_feed_is_whole(client: httpx.Client, site: Running) -> None:
    """Every element that RFC 4287 requires is there once, and each version says what changes with it."""
    publish(site, keep_accounts_longer, points.today() + NOTICE)
    troth("retract", 2, "--data", site.directory)
    atom = "{http://www.w3.org/2005/Atom}"
    for prefix in ("", "/zh-hant"):
        feed = ET.fromstring(client.get(f"{site.url}{prefix}/privacy/feed/").content)  # noqa: S314 - our own site's
        assert feed.tag == f"{atom}feed"
        for parent in (feed, *feed.findall(f"{atom}entry")):
            for name in ("id", "title", "updated"):
                (found,) = parent.findall(f"{atom}{name}")
                assert found.text
        assert feed.find(f"{atom}author/{atom}name") is not None
        assert {one.attrib["rel"] for one in feed.findall(f"{atom}link")} == {"alternate", "self"}
        newest, first = feed.findall(f"{atom}entry")
        assert newest.find(f"{atom}link") is not None
        told = newest.find(f"{atom}summary")
        assert told is not None
        assert told.text
        assert "SHA-256" in told.text
        assert first.find(f"{atom}summary") is not None


@pytest.mark.promise("P55")
def test_any_two_versions_are_compared(client: httpx.Client, site: Running) -> None:
    """The page of all versions leads to the difference between any two, without script, and so that it can be kept."""
    for number in (2, 3):
        publish(site, reword(number), "today")
    page = Document(client.get(f"{site.url}/zh-hant/privacy/versions/"))
    assert "任選兩個版本對照" in page.text
    answer = client.get(f"{site.url}/privacy/versions/compare/", params={"old": 1, "new": 3})
    assert answer.headers["location"] == "/privacy/versions/1/diff/3/"
    for said in ({}, {"old": "1"}, {"old": "x", "new": "2"}, {"old": "-1", "new": "2"}):
        assert client.get(f"{site.url}/privacy/versions/compare/", params=said).status_code == 404
