"""What the ledger has about somebody stands on their page in plain words, each entry with its place and its receipt."""

import json
from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest

from tests.support import points
from tests.support.asking import wishes
from tests.support.documents import Document
from tests.support.me import held, signed_in
from tests.support.outsider import Log
from tests.support.packages import refused
from tests.support.persons import Somebody, somebody
from tests.support.site import Running, troth
from tests.support.waiting import until

HISTORY = "/me/history/"


@pytest.fixture
def one(client: httpx.Client, infortrend: Running) -> Somebody:
    """Somebody of whom something is held."""
    return somebody(client, infortrend)


@pytest.fixture
def me(infortrend: Running, one: Somebody) -> Iterator[httpx.Client]:
    """Their browser."""
    with closing(signed_in(infortrend, one.address)) as client:
        yield client


def page_of(me: httpx.Client, site: Running, path: str = HISTORY) -> Document:
    """The page of one's history, once everything on it has its place in the log."""

    def whole() -> Document | None:
        page = Document(me.get(site.url + path))
        return page if "within a second" not in page.text and "一秒" not in page.text else None

    found = until(whole, "a place for every entry")
    assert found
    return found


def happen(site: Running, one: Somebody) -> None:
    """Something of every kind."""
    for wish in (("agree", "newsletter"), ("withdraw", "newsletter"), ("object", "transfer.JP"), ("restrict",),
                 ("restrict", "--take-back"), ("accept", "1"), ("age", "18")):  # fmt: skip
        wishes(site, one.person, *wish)
    told = troth("requests", "new", "question", "--person", one.person, "--data", site.directory)
    troth("requests", "close", told.split()[1], "--outcome", "refused", "--reason", "not-ours", "--data",
          site.directory)  # fmt: skip


@pytest.mark.promise("P47")
def test_everything_is_said_in_plain_words(infortrend: Running, one: Somebody, me: httpx.Client) -> None:
    """What was given, wished, asked and answered stands there, the newest first."""
    happen(infortrend, one)
    text = page_of(me, infortrend).text
    said = ["Your request was answered: To ask a question. Refused. It is not ours to decide.",
            "You asked, taken in by our staff: To ask a question.", "Something was noted about your age.",
            "You accepted version 1", "You let your information be used again.",
            "You had your information kept and not used.", "You objected to: Japan.", "You took back your yes to:",
            "You said yes to:", "and agreed to version 1 of the privacy statement."]  # fmt: skip
    places = [text.find(words) for words in said]
    assert -1 not in places, list(zip(said, places, strict=True))
    assert places == sorted(places)


@pytest.mark.promise("P47")
def test_every_entry_is_proved(client: httpx.Client, infortrend: Running, one: Somebody, me: httpx.Client,
                               tmp_path) -> None:  # fmt: skip
    """Each entry leads to its place in the public log, and to a receipt that anybody can check."""
    happen(infortrend, one)
    page, log = page_of(me, infortrend), Log(client, infortrend)
    raw, key = log.raw(), client.get(f"{infortrend.url}/log/vkey").text.strip()
    places = [link for link in page.links() if "/log/tile/entries/" in link]
    receipts = sorted(link for link in page.links() if link.endswith(".json"))
    assert len(places) == len(receipts) >= 10
    for link in places:
        assert client.get(link).content.endswith(tuple(raw))
    for link in receipts:
        file = tmp_path / "receipt.json"
        file.write_bytes(me.get(link).content)
        assert troth("verify", "--receipt", file, "--vkey", key).startswith("Verified: ")
        assert json.loads(file.read_text("utf-8"))["entry"].encode() in raw


@pytest.mark.promise("P47")
def test_both_languages(infortrend: Running, one: Somebody, me: httpx.Client) -> None:
    """The same stands there in Chinese, with no English sentence left."""
    happen(infortrend, one)
    english, chinese = (page_of(me, infortrend, prefix + HISTORY) for prefix in ("", "/zh-hant"))
    assert len(english.links()) == len(chinese.links())
    assert not {"You", "Your", "was", "Receipt"} & set(chinese.text.split())


@pytest.mark.promise("P47")
def test_a_long_history_is_turned(client: httpx.Client, infortrend: Running) -> None:
    """Twenty-five entries to a page, and none is lost between pages."""
    address = held(client, infortrend)
    person = points.taken(points.give(client, infortrend, "information", email=address))["person"]
    for number in range(26):
        wishes(infortrend, person, "age", str(18 + number))
    with closing(signed_in(infortrend, address)) as me:
        pages = [page_of(me, infortrend, f"{HISTORY}?page={number}") for number in (1, 2)]
        receipts = [{link for link in page.links() if link.endswith(".json")} for page in pages]
        assert [len(some) for some in receipts] == [25, 3]
        assert not receipts[0] & receipts[1]
        assert "Page 2 of 2" in page_of(me, infortrend, f"{HISTORY}?page=999").text
        assert "Page 1 of 2" in page_of(me, infortrend, f"{HISTORY}?page=x").text


@pytest.mark.promise("P47")
def test_nobody_elses_entries(client: httpx.Client, infortrend: Running, one: Somebody, me: httpx.Client) -> None:
    """Somebody else's entry has no receipt here."""
    leaf = points.taken(points.give(client, infortrend, "information"))["entry"]["leaf"]
    refused(me.get(f"{infortrend.url}{HISTORY}{leaf}.json"), 404, "control.no-such-entry")
    refused(me.get(f"{infortrend.url}{HISTORY}none.json"), 404, "control.no-such-entry")
    own = next(link for link in page_of(me, infortrend).links() if link.endswith(".json"))
    assert one.person in me.get(own).text
