"""Visits are counted, and nobody is known by them: what is stored is declared, cut, and apart from people."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pytest

from tests.support.beacons import SAFARI, Row, Visitor, rows, stored
from tests.support.databases import Databases
from tests.support.own import Own
from tests.support.packages import Package
from tests.support.site import Running, http
from tests.support.waiting import until

TAIWAN, GOOGLE, GOOGLE6 = "168.95.1.77", "8.8.8.211", "2001:4860:4860::a1b2"
LAST = "1.1.1.0/24"
SECRET = "otter-7f3a@example.com"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, store: Callable[[], Databases]) -> Iterator[Running]:
    """The second example behind a proxy, which tells whom a request comes from."""
    made = Running.new("synology-2006", tmp_path_factory.mktemp("visits") / "synology", store())
    file = made.directory / "troth.toml"
    file.write_text(file.read_text("utf-8").replace("[site]\n", "[site]\nbehind_proxy = true\n"), "utf-8")
    made.restart()
    yield made
    made.close()


@pytest.fixture
def since(site: Running) -> Callable[[int], list[Row]]:
    """The visits that were stored since the test began, once there are so many."""
    before = rows(site)

    def since(number: int) -> list[Row]:
        found = stored(site, len(before) + number)
        for one in before:
            found.remove(one)
        return found

    return since


@pytest.fixture
def new(client: httpx.Client, site: Running) -> Iterator[Callable[[], Own]]:
    """Makes somebody who gave an address for the newsletter and is signed in."""
    with ExitStack() as opened:

        def make() -> Own:
            own = Own(client, site, "newsletter", optional=False)
            opened.callback(own.close)
            return own

        yield make


def counted(client: httpx.Client, site: Running, since: Callable[[int], list[Row]]) -> list[Row]:
    """What came of everything that was sent, once what is sent now has come too."""
    before = _last(rows(site))
    Visitor(client, site, "1.1.1.1").see("/products/")
    until(lambda: _last(rows(site)) > before, "everything that was sent before is stored")
    return [one for one in since(1) if one["prefix"] != LAST]


def _last(found: list[Row]) -> int:
    return sum(one["prefix"] == LAST for one in found)


def traces(site: Running, *words: str | bytes) -> list[tuple[str, str]]:
    """In which files of the site, or in what it printed, any of these words stands."""
    found = []
    for file in [*site.directory.rglob("*"), site.output]:
        content = b""
        with suppress(FileNotFoundError, IsADirectoryError):
            content = file.read_bytes()
        marks = [one.encode() if isinstance(one, str) else one for one in words]
        found += [(file.name, repr(mark)) for mark in marks if mark in content]
    return found


@pytest.mark.promise("P02")
def test_a_visit_leaves_what_is_declared_and_nothing_more(client, site, since):
    """Provider, first part of the address, country, day, hour, page, referring site: no query, nothing whole."""
    today = datetime.now(UTC).date()
    somebody = Visitor(client, site, TAIWAN)
    answer = somebody.get(f"/products/?mail={SECRET}", Referer=f"https://search.example/{SECRET}?q={SECRET}")
    assert answer.status_code == 200
    somebody.see("/products/")  # the same view, told by the script
    (one,) = since(1)
    assert (str(one["day"]), one["person"], len(one["visitor"])) == (str(today), "", 16)
    assert 0 <= one["hour"] < 24
    assert {name: one[name] for name in ("page", "referrer", "country", "isp", "prefix", "browser", "element")} == {
        "page": "/products/", "referrer": "search.example", "country": "TW", "isp": "Data Communication Business Group",
        "prefix": "168.95.1.0/24", "browser": "", "element": "",
    }  # fmt: skip
    Visitor(client, site, GOOGLE6).see(f"/?{SECRET}#{SECRET}", f"{site.url}/products/?{SECRET}")
    (_, other) = since(2)
    seen = ("page", "referrer", "country", "isp", "prefix")
    assert tuple(other[name] for name in seen) == ("/", "/products/", "US", "GOOGLE", "2001:4860:4860::/48")
    whole = [form for address in (TAIWAN, GOOGLE6) for form in (address, ip_address(address).packed)]
    assert not traces(site, SECRET, *whole)


@pytest.mark.promise("P02")
def test_where_less_is_declared_less_is_stored(client, infortrend):
    """The first example declares country, day, page and referrer: no hour, provider, number, and no key elements."""
    before = rows(infortrend)
    somebody = Visitor(client, infortrend, "")
    somebody.use("order")
    somebody.see("/products/", "https://partner.example/list/17")
    found = stored(infortrend, len(before) + 1)
    for one in before:
        found.remove(one)
    (one,) = found
    assert (one["page"], one["referrer"], one["element"]) == ("/products/", "partner.example", "")
    assert (one["hour"] or 0, one["isp"], one["prefix"], one["browser"], one["visitor"], one["person"]) == (
        0, "", "", "", b"", ""
    )  # fmt: skip


@pytest.mark.promise("P02")
def test_pages_of_one_person_are_not_counted(client, site, since, new):
    """A receipt, the pages of a person, a path that somebody made up: no visit, and no referrer."""
    somebody = Visitor(client, site, TAIWAN)
    own = new()
    receipt = f"/receipts/{own.record}/"
    assert somebody.get(receipt).status_code == 200
    for path in (receipt, "/me/", "/me/data/", "/zh-hant/me/", "/mails/", "/nowhere/", "/collect/made-up/", "//x", "x"):
        somebody.see(path)
    somebody.see("/products/", site.url + receipt)
    Visitor(client, site, TAIWAN, "curl/8.14").see("/products/")
    (one,) = counted(client, site, since)
    assert (one["page"], one["referrer"]) == ("/products/", "")
    assert not [one for one in rows(site) if own.record in str(one)]


@pytest.mark.promise("P02")
def test_a_visit_counts_once_with_script_and_without(client, site, since):
    """The server sees the page and the script tells of it: one visit. A page fetched beforehand is none."""
    somebody = Visitor(client, site, GOOGLE, SAFARI)
    somebody.get("/products/", **{"Sec-Purpose": "prefetch"})
    somebody.get("/zh-hant/products/")
    somebody.see("/zh-hant/products/")
    found = counted(client, site, since)
    assert [one["page"] for one in found] == ["/zh-hant/products/"]
    somebody.see("/zh-hant/products/")
    assert len(counted(client, site, since)) == 2


@pytest.mark.promise("P38")
def test_key_elements_are_counted_and_nobody_with_them(client, site, since, new):
    """Who uses a marked link leaves its name and the number of the day; no row names a person."""
    own = new()
    for each in (Visitor(own.client, site, GOOGLE), Visitor(client, site, GOOGLE), Visitor(client, site, TAIWAN)):
        each.use("buy-disk-station", "/products/")
    found = counted(client, site, since)
    assert {(one["page"], one["element"], one["person"]) for one in found} == {("/products/", "buy-disk-station", "")}
    assert len({one["visitor"] for one in found}) == 2
    for name in ("", "Name of somebody", SECRET, "a" * 300, 7):
        Visitor(client, site, TAIWAN).send(json.dumps({"kind": "click", "page": "/", "element": name}))
    assert len(counted(client, site, since)) == 3
    assert not traces(site, SECRET)


@pytest.mark.promise("P20")
def test_without_a_yes_nothing_ties_a_visit_to_a_person(client, site, since, new):
    """Somebody who is signed in and did not agree leaves what a stranger leaves, to the last byte."""
    own = new()
    for each in (Visitor(own.client, site, TAIWAN), Visitor(client, site, TAIWAN)):
        each.see("/products/", "https://search.example/")
    one, other = counted(client, site, since)
    assert one == other
    assert "No visit is joined with you now." in own.page("/me/visits/").text


@pytest.mark.promise("P20")
def test_with_a_yes_visits_are_joined_and_a_no_takes_them_apart(client, site, since, new):
    """From the yes on they are joined and shown; with the no, nothing stored leads from them to the person."""
    own = new()
    somebody, stranger = Visitor(own.client, site, TAIWAN), Visitor(client, site, TAIWAN)
    somebody.see("/products/")
    assert [one["person"] for one in counted(client, site, since)] == [""]
    own.press("consent-personalise")
    somebody.see("/")
    somebody.use("learn-more", "/products/")
    stranger.see("/")
    found = until(lambda: _joined(since(5), own.person), "both are joined")
    assert {(one["page"], one["element"]) for one in found} == {("/", ""), ("/products/", "learn-more")}
    others = [one for one in since(5) if one["person"] == ""]
    assert not {one["visitor"] for one in found} & {one["visitor"] for one in others}
    text = own.page("/me/visits/").text
    assert "You agreed" in text
    assert "learn-more" in text
    numbers = {one["visitor"] for one in found}
    assert any(site.directory.glob("*.sqlite3*")) == bool(traces(site, *numbers))
    own.press("consent-personalise")
    assert not [one for one in rows(site) if one["person"]]
    until(lambda: not traces(site, *numbers), "no file of the database, nor its journal, holds what tied them")
    assert not {one["visitor"] for one in found} & {one["visitor"] for one in rows(site)}
    somebody.see("/collect/")
    assert [one["person"] for one in counted(client, site, since) if one["page"] == "/collect/"] == [""]
    assert "learn-more" not in own.page("/me/visits/").text


@pytest.mark.promise("P20")
@pytest.mark.promise("P49")
def test_joined_visits_are_taken_along(client, site, new):
    """A package holds the visits that are joined with its person, in its schema and as a table; with the no, none."""
    own = new()
    own.press("consent-personalise")
    for each in (Visitor(own.client, site, TAIWAN), Visitor(client, site, TAIWAN)):
        each.use("learn-more", "/products/")
    until(lambda: [one for one in rows(site) if one["person"] == own.person], "it is joined")
    package = Package.of(own.client, site)
    jsonschema_rs.validate(json.loads(package.files["information.schema.json"]), package.told)
    (told,) = package.told["visits"]
    assert package.table("visits.csv") == [told]
    assert {name: told[name] for name in ("page", "element", "country", "isp", "network")} == {
        "page": "/products/", "element": "learn-more", "country": "TW", "isp": "Data Communication Business Group",
        "network": "168.95.1.0/24",
    }  # fmt: skip
    own.press("consent-personalise")
    assert Package.of(own.client, site).told["visits"] == []


def _one(found: Iterable[bytes]) -> bytes:
    (one,) = set(found)
    return one


def _joined(found: list[Row], person: str) -> list[Row]:
    of_person = [one for one in found if one["person"] == person]
    return of_person if len(of_person) == 2 else []


@pytest.mark.promise("P20")
def test_who_is_erased_or_restricted_is_joined_no_more(client, site, since, new):
    """Restricted: from now on nothing is joined. Erased: nothing is joined any more."""
    own = new()
    own.press("consent-personalise")
    somebody = Visitor(own.client, site, GOOGLE)
    somebody.see("/")
    until(lambda: [one for one in rows(site) if one["person"] == own.person], "it is joined")
    own.press_with(own.page("/me/restrict/").hidden["token"], "/me/restrict/")
    somebody.see("/products/")
    counted(client, site, since)
    assert [one["page"] for one in rows(site) if one["person"]] == ["/"]
    number = _one(one["visitor"] for one in rows(site) if one["person"])
    erased = own.post("/me/erase/", **own.page("/me/erase/").hidden, sure="yes")
    assert (erased.status_code, "/me/erased/" in erased.headers["location"]) == (303, True)
    until(lambda: not traces(site, number), "no file ties it to anybody")
    assert not [one for one in rows(site) if one["person"]]


WRONG: tuple[tuple[int, str, dict[str, str]], ...] = (
    (403, "{}", {"Origin": "https://other.example"}),
    (403, "{}", {"Origin": "null"}),
    (415, "{}", {"Content-Type": "multipart/form-data"}),
    (413, "x" * 1_000_000, {}),
    (413, json.dumps({"kind": "view", "page": "/" + "x" * 3000}), {}),
)
UNHEARD: tuple[Any, ...] = (
    b"", b"not json", b"\xff\xfe{", b"[]", b"7", b"[" * 2000, b'{"kind":"view","page":"/products/\xff"}',
    {"kind": "view"}, {"kind": "view", "page": 7}, {"kind": "look", "page": "/"}, {"kind": "view", "page": "\ud800"},
    {"kind": "view", "page": "/products/", "at": "2020-01-01T00:00:00Z"},
    {"kind": "view", "page": "/products/", "at": "2999-01-01T00:00:00Z"},
    {"kind": "view", "page": "/products/", "email": SECRET},
    {"kind": "view", "page": "/products/", "element": "learn-more"}, {"kind": "click", "page": "/products/"},
    {"kind": "view", "page": "/products/\u0000"}, {"kind": "view", "page": f"https://{SECRET}/"},
)  # fmt: skip


@pytest.mark.promise("P02")
def test_what_no_page_of_ours_sends_leaves_nothing(client, site, since):
    """From elsewhere, too large, of another type: refused. What is no visit is answered, and nothing of it is kept."""
    somebody = Visitor(client, site, TAIWAN)
    for status, body, headers in WRONG:
        answer = somebody.send(body, **headers)
        assert (answer.status_code, status) == (status, answer.status_code), headers
    assert client.get(f"{site.url}/visit").status_code == 405
    for said in UNHEARD:
        content = said if isinstance(said, bytes) else json.dumps(said)
        assert somebody.send(content).status_code == 204
    somebody.see("/products/", f"https://[{SECRET}")
    (one,) = counted(client, site, since)
    assert (one["page"], one["referrer"]) == ("/products/", "")
    assert not traces(site, SECRET)


@pytest.mark.promise("P02")
def test_visits_end_with_their_time(shifting, client):
    """Once the time is over for which the statement keeps them, nothing of them is stored, and counting goes on."""
    other, clock = shifting
    Visitor(client, other, "").see("/products/")
    stored(other, 1)
    other.stop()
    clock.set(timedelta(days=370))
    other.start()
    until(lambda: not rows(other), "retention ends it")
    Visitor(client, other, "").see("/collect/")
    assert [one["page"] for one in stored(other, 1)] == ["/collect/"]


@pytest.mark.promise("P02")
def test_told_to_stop_it_loses_nothing(client, site, since):
    """Every visit that was answered is stored, also of the last moment before the server ended."""
    somebody = Visitor(client, site, TAIWAN)
    for _ in range(3):
        for _ in range(20):
            somebody.see("/products/")
        assert site.stop() == 0
        site.start()
    assert len(since(60)) == 60


@pytest.mark.promise("P02")
def test_killed_it_loses_no_more_than_a_moment(tmp_path: Path, store):
    """What was stored stays when the server is killed; it starts again, and counts on."""
    site = Running.new("infortrend", tmp_path / "killed", store())
    try:
        with http() as own:
            somebody = Visitor(own, site, "")
            for _ in range(5):
                somebody.see("/products/")
            assert len(stored(site, 5)) == 5
            somebody.see("/")
        site.kill()
        site.start()
        with http() as own:
            Visitor(own, site, "").see("/collect/")
        found = until(lambda: [one for one in rows(site) if one["page"] == "/collect/"] and rows(site), "it counts on")
        assert [one["page"] for one in found].count("/products/") == 5
        assert len(found) in (6, 7)
    finally:
        site.close()
