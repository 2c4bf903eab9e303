"""A browser that asks not to sell or share (Global Privacy Control) is heard: in the browser, and for the person."""

from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest

from tests.support import choices, documents
from tests.support.asking import Asking
from tests.support.outsider import Log
from tests.support.own import Own
from tests.support.site import Running
from tests.support.wire import answer as answered
from tests.support.wire import connected

SIGNAL = {"Sec-GPC": "1"}
HONOURED = "Your browser sends Global Privacy Control"
SHARED = choices.SHARED


@pytest.fixture(scope="module")
def sharing(tmp_path_factory: pytest.TempPathFactory, store) -> Iterator[Running]:
    """A site on which a cookie waits for a yes to something that affiliates are given."""
    directory = tmp_path_factory.mktemp("sharing")
    site = Running.new(choices.strict(directory / "example"), directory / "site", store())
    yield site
    site.close()


@pytest.mark.promise("P36")
def test_the_signal_is_exactly_one(client: httpx.Client, synology: Running) -> None:
    """`1` is the signal and nothing else is; of several headers any that is counts. The page says that it is heard."""
    for value, heard in (
        ("1", True), ("0", False), ("true", False), ("11", False), ("", False), ("?1", False),
    ):  # fmt: skip
        answer = client.get(f"{synology.url}/choices/", headers={"Sec-GPC": value})
        assert (HONOURED in documents.Document(answer).text) is heard, value
        assert "Sec-GPC" in answer.headers["vary"]
    host = synology.url.removeprefix("http://")
    with connected(synology) as one:
        one.sendall(f"GET /choices/ HTTP/1.1\r\nHost: {host}\r\nSec-GPC: 0\r\nSec-GPC:  1 \r\n\r\n".encode())
        status, page = answered(one)
    assert (status, HONOURED in page) == (200, True)


@pytest.mark.promise("P36")
def test_the_site_says_that_it_hears(client: httpx.Client, site: Running) -> None:
    """The well-known address says so, as the specification wants it written."""
    answer = client.get(f"{site.url}/.well-known/gpc.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["gpc"] is True
    assert len(answer.json()["lastUpdate"]) == 10


@pytest.mark.promise("P36")
@pytest.mark.usefixtures("sqlite")
def test_what_goes_to_others_is_no(client: httpx.Client, sharing: Running) -> None:
    """With the signal a yes to it is recorded as no, and an earlier yes does not count; everything else does."""
    told = {one["id"]: one["gpc"] for one in choices.asked(client, sharing)["purposes"]}
    assert told == {SHARED: True, "remember-settings": False}
    answer = choices.form(client, sharing, **{f"allow.{SHARED}": "yes"})
    assert f"{SHARED}=1,remember-settings=0" in answer.headers["set-cookie"]
    answer = choices.form(client, sharing, all="yes")
    assert f"{SHARED}=1,remember-settings=1" in answer.headers["set-cookie"]

    def stands(**headers: str) -> dict[str, bool]:
        page = documents.Document(client.get(f"{sharing.url}/choices/", headers=headers))
        return {
            one.name.removeprefix("allow."): "checked" in one.attributes
            for one in page.controls
            if one.attributes.get("role") == "switch"
        }

    assert stands() == {SHARED: True, "remember-settings": True}
    assert stands(**SIGNAL) == {SHARED: False, "remember-settings": True}
    taken = choices.made(client, sharing, SHARED, "remember-settings", headers=SIGNAL)
    assert f"{SHARED}=0,remember-settings=1" in taken["cookie"]
    entry = Log(client, sharing).entry(taken["entry"]["leaf"])
    assert (entry["gpc"], entry["choices"]) == (True, {SHARED: False, "remember-settings": True})


@pytest.mark.promise("P36")
def test_the_known_person_is_heard_too(client: httpx.Client, infortrend: Running) -> None:
    """Signed in with the signal: what they allowed to other companies is taken back at once, and shown; once, so that
    what they allow by itself afterwards stands. Offers by mail, which go to nobody else, go on.
    """
    asking = Asking.new(client, infortrend, SHARED, "promotional-mail")
    with closing(Own(client, infortrend, "promotional-mail")) as own:
        affiliates = [
            place for place, (on, _) in own.switches().items() if on and place.startswith(f"consent-{SHARED}-")
        ]
        assert len(affiliates) > 1

        def may() -> list[str]:
            found: list[str] = asking.may(own.person, SHARED, "email", recipient="infortrend-japan")
            return found

        assert may() == ["email"]
        log = Log(client, infortrend)
        before = log.settled()
        answer = own.client.get(f"{infortrend.url}/", headers=SIGNAL)
        assert answer.status_code == 200
        assert may() == []
        assert asking.may(own.person, "promotional-mail", "email") == ["email"]
        page = own.page("/me/choices/")
        assert "it holds for you in every browser" in page.text
        assert HONOURED not in page.text
        assert HONOURED in documents.Document(own.client.get(f"{infortrend.url}/me/choices/", headers=SIGNAL)).text
        own.press("consent-affiliates-marketing-infortrend-japan")
        own.client.get(f"{infortrend.url}/", headers=SIGNAL)
        assert may() == ["email"]
        told = log.since(before)
        assert [one["signal"] for one in told if one["kind"] == "signalled"] == ["gpc"]
        assert {one["of"] for one in told if one["kind"] == "wished" and one["by"] == "signal"} == {
            place.removeprefix("consent-").replace(f"{SHARED}-", f"{SHARED}.") for place in affiliates
        }
        assert "Your browser asked us not to sell or share" in own.page("/me/history/").text
