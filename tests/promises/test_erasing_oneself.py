"""Somebody erases themselves: told first what will happen, asked once more, and given the proof."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import httpx
import pytest

from tests.support import disk, persons, points
from tests.support.documents import Document
from tests.support.me import code_for, post, signed_in
from tests.support.outsider import Log
from tests.support.packages import link, ordered, refused
from tests.support.persons import Somebody, somebody
from tests.support.site import Running, troth
from tests.support.waiting import until

ERASE = "/me/erase/"


def erased(me: httpx.Client, site: Running) -> httpx.Response:
    """The answer to whoever is sure."""
    return post(me, site, ERASE, sure="yes")


def nothing_left(site: Running, one: Somebody, marks: dict[str, bytes]) -> bool:
    """Whether no file of the installation has anything of them."""
    return not persons.stands(site.directory, marks) and not disk.traces(site, *one.words)


@pytest.mark.promise("P49")
def test_nothing_is_left_of_who_erases_themselves(client: httpx.Client, new_site) -> None:
    """Words, address, index, key, sessions and packages go; the certificate is proved; the page says it is done."""
    site = new_site("infortrend")
    one, kept = somebody(client, site), somebody(client, site)
    marks, key = persons.marks(site.directory, one), client.get(f"{site.url}/log/vkey").text.strip()
    with closing(signed_in(site, one.address)) as me, closing(signed_in(site, one.address)) as elsewhere:
        post(me, site, "/me/requests/", right="question", words=one.words[2])
        ordered(me, site)
        link(me, site)
        answer = erased(me, site)
        assert answer.status_code == 303
        assert answer.headers["clear-site-data"] == '"cache", "cookies", "storage"'
        assert not me.cookies.get("me")
        page = Document(me.get(site.url + answer.headers["location"]))
        assert "Everything is erased" in page.text
        assert elsewhere.get(f"{site.url}/me/").status_code == 303
    (where,) = (one for one in page.links() if one.endswith(".json"))
    file = site.directory.with_name("erased.json")
    file.write_bytes(until(lambda: found.content if (found := client.get(where)).is_success else b"", "a certificate"))
    assert troth("verify", "--receipt", file, "--vkey", key).startswith("Verified: ")
    until(lambda: nothing_left(site, one, marks), "nothing left of somebody")
    assert not list((site.directory / "exports").glob("*/*"))
    assert "erase" in {entry.get("right") for entry in Log(client, site).entries()}
    points.receipt(client, kept.receipt)
    assert troth("verify", "--data", site.directory).startswith("Verified: ")


@pytest.mark.promise("P49")
def test_asked_once_more(client: httpx.Client, infortrend: Running) -> None:
    """Opening the page erases nothing, nor does sending it without saying that one is sure."""
    one = somebody(client, infortrend)
    with closing(signed_in(infortrend, one.address)) as me:
        page = Document(me.get(infortrend.url + ERASE)).text
        assert "Your key is destroyed" in page
        assert "The ledger's entries" in page
        for said in ({}, {"sure": "no"}):
            answer = post(me, infortrend, ERASE, **said)
            assert (answer.status_code, "Nothing was erased" in answer.text) == (422, True)
        assert persons.marks(infortrend.directory, one).keys() >= {"index", "key"}


@pytest.mark.promise("P49")
def test_twice_at_once(client: httpx.Client, infortrend: Running) -> None:
    """From two browsers at the same moment it is done once, and both are led to the same certificate."""
    one = somebody(client, infortrend)
    log = Log(client, infortrend)
    before = log.settled()
    with closing(signed_in(infortrend, one.address)) as me, closing(signed_in(infortrend, one.address)) as elsewhere:
        pages = [Document(browser.get(infortrend.url + ERASE)) for browser in (me, elsewhere)]

        def sent(browser: httpx.Client, page: Document) -> httpx.Response:
            return post(browser, infortrend, ERASE, page, sure="yes")

        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(sent, (me, elsewhere), pages))
    assert {answer.status_code for answer in answers} == {303}
    certified = {where for answer in answers if "/me/erased/" in (where := answer.headers["location"])}
    assert len(certified) == 1
    # Whoever came a moment later was signed out by then.
    assert all("/me/erased/" in one or "/me/sign-in/" in one for one in (a.headers["location"] for a in answers))
    told = [(entry["kind"], entry.get("right")) for entry in log.since(before)]
    assert told.count(("erased", None)) == told.count(("requested", "erase")) == 1


@pytest.mark.promise("P49")
def test_while_they_move(client: httpx.Client, infortrend: Running) -> None:
    """Another address is shown to be theirs at the same moment: one comes after the other, and all goes."""
    one, new = somebody(client, infortrend), points.address()
    marks = persons.marks(infortrend.directory, one)
    with closing(signed_in(infortrend, one.address)) as me, closing(signed_in(infortrend, one.address)) as elsewhere:
        form = Document(post(elsewhere, infortrend, "/me/address/", address=new))
        code, page = code_for(infortrend, new), Document(me.get(infortrend.url + ERASE))

        def move() -> httpx.Response:
            return post(elsewhere, infortrend, "/me/address/code/", form, code=code)

        def erase() -> httpx.Response:
            return post(me, infortrend, ERASE, page, sure="yes")

        with ThreadPoolExecutor(2) as pool:
            moved, answer = [one.result() for one in [pool.submit(move), pool.submit(erase)]]
    assert "/me/erased/" in answer.headers["location"]
    assert moved.status_code in (303, 403), moved.text
    until(lambda: nothing_left(infortrend, one, marks), "nothing left of somebody")
    assert points.taken(points.give(client, infortrend, "newsletter", email=new))["person"] != one.person


@pytest.mark.promise("P49")
def test_erased_while_a_package_is_made(client: httpx.Client, new_site) -> None:
    """An erasure ends what is being packed; nothing of it is kept."""
    site = new_site("infortrend")
    one = somebody(client, site)
    with closing(signed_in(site, one.address)) as me:
        page = Document(me.get(site.url + ERASE))
        ordered(me, site)
        assert post(me, site, ERASE, page, sure="yes").status_code == 303
    until(lambda: disk.traces(site, *one.words) == {}, "no trace of somebody")
    until(lambda: not list((site.directory / "exports").glob("*/*")), "no file of a package")


@pytest.mark.promise("P49")
def test_erased_at_the_command_line(client: httpx.Client, new_site) -> None:
    """Whichever way somebody goes, their session and what was packed for them go with them."""
    site = new_site("infortrend")
    one = somebody(client, site)
    with closing(signed_in(site, one.address)) as me:
        ordered(me, site)
        link(me, site)
        troth("erase", one.person, "--data", site.directory)
        assert me.get(f"{site.url}/me/").status_code == 303
    until(lambda: not list((site.directory / "exports").glob("*/*")), "no file of a package")


@pytest.mark.promise("P49")
def test_a_certificate_is_of_somebody_erased(client: httpx.Client, infortrend: Running) -> None:
    """Nobody has a certificate who was not erased."""
    one = somebody(client, infortrend)
    for person in (one.person, "nobody"):
        refused(client.get(f"{infortrend.url}/me/erased/{person}/"), 404, "vault.no-such-person")
        refused(client.get(f"{infortrend.url}/me/erased/{person}.json"), 404, "vault.no-such-person")


@pytest.mark.promise("P49")
def test_the_ledger_names_nobody(client: httpx.Client, infortrend: Running) -> None:
    """What the log says of the request and of the erasure leads to nobody."""
    one, log = somebody(client, infortrend), Log(client, infortrend)
    before = log.settled()
    with closing(signed_in(infortrend, one.address)) as me:
        assert erased(me, infortrend).status_code == 303
    entries = log.since(before)
    assert [entry["kind"] for entry in entries if entry["kind"] != "swept"] == ["requested", "answered", "erased"]
    assert one.person not in json.dumps(entries)
