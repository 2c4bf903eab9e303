"""What is kept in a browser is declared, explained, and nothing else: whatever the code would set."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support import choices, documents, me
from tests.support.databases import Databases
from tests.support.declared import declared
from tests.support.site import Running, troth
from tests.support.waiting import until


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory, store) -> Iterator[Running]:
    """A site whose statement declares less than the code would set, behind a proxy that tells who asks."""
    directory: Path = tmp_path_factory.mktemp("strict")
    databases: Databases = store()
    site = Running.new(choices.strict(directory / "example"), directory / "site", databases)
    file = site.directory / "troth.toml"
    file.write_text(file.read_text("utf-8").replace("[site]\n", "[site]\nbehind_proxy = true\n"), "utf-8")
    site.restart()
    yield site
    site.close()


def unset(site: Running) -> list[str]:
    """What the server says that it did not set."""
    return [line for line in site.printed().splitlines() if "was not set" in line]


@pytest.mark.promise("P35")
def test_every_cookie_is_explained(client: httpx.Client, site: Running) -> None:
    """Before anybody chooses they read of each cookie what it holds, what for, for how long, and of whom."""
    statement = declared(site.directory.name)
    page = documents.opened(client, f"{site.url}/choices/")
    for name, cookie in statement.cookies.items():
        assert name in page.text
        assert cookie.data["en"] in page.text
        assert ("6 months" if cookie.lifetime == "P6M" else "Until you close the browser") in page.text
        if cookie.consent:
            assert statement.purposes[cookie.consent].text["en"] in page.text
    told = choices.asked(client, site)
    assert {one["name"] for one in told["registered"]} == set(statement.cookies)


@pytest.mark.promise("P35")
@pytest.mark.promise("P36")
@pytest.mark.usefixtures("sqlite")
def test_what_is_not_declared_is_not_set(client: httpx.Client, strict: Running) -> None:
    """What waits for a yes is set after it and not before; what is not declared never is, whoever signs in. The log
    names each once, and never what was in it.
    """
    address = f"{strict.url}/collect/information/"
    for _ in range(2):
        answer = client.get(address)
        assert (answer.status_code, answer.headers.get_list("set-cookie")) == (200, [])
    choices.made(client, strict)
    assert client.get(address).headers.get_list("set-cookie") == []
    choices.made(client, strict, "remember-settings")
    assert client.get(address).headers["set-cookie"].startswith("form=")
    known = me.held(client, strict)
    me.sign_in(client, strict, known)
    assert set(client.cookies) == {"choices", "form"}
    until(lambda: len(unset(strict)) > 1, "the log")
    form, session = unset(strict)
    assert "the cookie form was not set: it waits for a yes that was not given" in form
    assert "the cookie me was not set: the statement does not declare it" in session
    assert client.cookies["form"] not in strict.printed()


@pytest.mark.promise("P35")
@pytest.mark.usefixtures("sqlite")
def test_it_stays_no_longer_than_declared(client: httpx.Client, strict: Running) -> None:
    """A choice that is declared for a month is kept for a month, and not for the six of others."""
    answer = choices.send(client, strict, {})
    (stays,) = [one for one in answer.headers["set-cookie"].split("; ") if one.startswith("Max-Age=")]
    assert 28 <= int(stays.removeprefix("Max-Age=")) // 86400 <= 31
    assert choices.asked(client, strict)["lifetime_days"] == 30


@pytest.mark.promise("P01")
@pytest.mark.promise("P10")
def test_reading_sets_nothing(client: httpx.Client, synology: Running) -> None:
    """Neither the page of choices nor the script nor what they ask sets anything before somebody chooses."""
    for path in ("/choices/", "/zh-hant/choices/", "/troth.js", choices.API, "/.well-known/gpc.json", "/"):
        answer = client.get(synology.url + path)
        assert (answer.status_code, answer.headers.get_list("set-cookie")) == (200, []), path
    page = documents.opened(client, f"{synology.url}/choices/")
    assert "form" not in client.cookies
    assert "csrfmiddlewaretoken" not in page.hidden


@pytest.mark.promise("P35")
def test_what_a_page_found_is_counted_by_name(client: httpx.Client, synology: Running) -> None:
    """A report names what was found and nothing else; one that says more, or too much, is refused."""
    found = {"kind": "local-storage", "name": "_tracker"}
    address = f"{synology.url}{choices.API}/found"
    for body, status in (
        ({"found": [found]}, 204),
        ({"found": [{**found, "name": "lin@example.com=1"}]}, 204),
        ({"found": [{**found, "value": "12"}]}, 400),
        ({"found": []}, 400),
        ({"found": [found] * 51}, 400),
        ({"found": [{**found, "kind": "fingerprint"}]}, 400),
    ):
        answer = client.post(address, json=body, headers={"Origin": synology.url})
        assert answer.status_code == status, answer.text
    assert "lin@example.com" not in synology.printed()
    told = json.loads(troth("status", "--json", "--data", synology.directory))["unregistered"]
    assert (set(told), told["_tracker"]) == ({"_tracker", "?"}, 1)


@pytest.mark.promise("P35")
def test_nobody_fills_the_store_with_reports(client: httpx.Client, strict: Running) -> None:
    """However much one network reports, little of it is noted, and there is an end to names; others are heard."""
    begun = time.time()
    for number in range(200):
        found = [{"kind": "cookie", "name": name} for name in ("flood", *(f"n{number}-{one}" for one in range(20)))]
        assert reported(client, strict, f"203.0.113.{number}", found) == 204
    minutes = time.time() // 60 - begun // 60 + 1
    assert reported(client, strict, "198.51.100.7", [{"kind": "cookie", "name": "flood"}] * 3) == 204
    told = json.loads(troth("status", "--json", "--data", strict.directory))["unregistered"]
    assert 1 < told["flood"] <= 60 * minutes + 1
    assert len(told) <= 201
    assert told["?"] > 0


def reported(client: httpx.Client, site: Running, address: str, found: list[dict[str, str]]) -> int:
    """The status with which a report from this address is answered."""
    headers = {"Origin": site.url, "X-Forwarded-For": address}
    return client.post(f"{site.url}{choices.API}/found", json={"found": found}, headers=headers).status_code
