"""Each person sees exactly what is held of them, and can put it right: on their own pages, as nobody else."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import Any

import httpx
import pytest

from tests.support import me, points
from tests.support.documents import Document
from tests.support.outsider import Log
from tests.support.own import Own, refused
from tests.support.site import Running, troth
from tests.support.tampering import connected
from tests.support.waiting import until

POINT = "support"
CARD = "4111 1111 1111 1111"


@pytest.fixture
def another(client: httpx.Client, infortrend: Running) -> Iterator[Callable[[], Own]]:
    """Makes somebody with everything that support asks for, a file with it."""
    with ExitStack() as opened:

        def make() -> Own:
            made = Own(client, infortrend, POINT)
            opened.callback(made.client.close)
            return made

        yield make


@pytest.fixture
def own(another: Callable[[], Own]) -> Own:
    """One of them."""
    return another()


def held(site: Running, person: str) -> set[str]:
    """The places in which anything of `person` is held, by the rows themselves."""
    with connected(site.directory) as ask:
        rows = ask("SELECT record, field FROM vault_sealed WHERE person = %s", person)
    return {f"{record}-{field}" for record, field in rows}


@pytest.mark.promise("P47")
def test_the_page_shows_what_is_held_and_nothing_else(client, infortrend, own):
    """Every value that stands in the vault stands on the page, readable, with its file; and no other."""
    points.taken(points.give(client, infortrend, "newsletter", email=own.address))
    shown = own.shown()
    assert set(shown) == held(infortrend, own.person)
    assert len({place.partition("-")[0] for place in shown}) == 2
    assert shown[f"{own.record}-email"] == own.address
    assert shown[f"{own.record}-country"] == "Taiwan"
    assert shown[f"{own.record}-message"] == " ".join(own.given.fields["message"].split())
    name, content, _ = own.given.files["log-file"]
    assert shown[f"{own.record}-log-file"].startswith(name)
    file = own.client.get(f"{infortrend.url}{own.path('log-file')}file/")
    assert (file.content, file.headers["content-type"]) == (content, "application/octet-stream")
    assert name in file.headers["content-disposition"]


@pytest.mark.promise("P47")
def test_every_value_says_what_it_serves_and_until_when(own):
    """Beside each value: its point, day and statement, each purpose with its basis and its day, and who opened it."""
    own.shown()
    text = Document(own.client.get(f"{own.site.url}/me/data/")).text
    year = points.today().year + 2
    for words in ("Get support", "Privacy statement, version 1", "Support you", "GDPR Art. 6(1)(b)", f"{year}"):
        assert words in text
    assert "For yourself" in text
    assert "by you" in text


@pytest.mark.promise("P47")
def test_looking_is_counted_and_anybody_may_see_how_often(client, infortrend, own):
    """That a person's values were opened for them stands in the ledger, and not whose they were."""
    log = Log(client, infortrend)
    before = log.settled()
    own.shown()
    (entry,) = log.since(before)
    assert (entry["kind"], entry["purpose"], entry["by"], entry["persons"]) == ("used", "right.access", "person", 1)
    assert own.person not in json.dumps(entry)


@pytest.mark.promise("P48")
def test_what_is_wrong_is_put_right(client, infortrend, own):
    """The new value stands in the place of the old one, which is gone; the ledger tells of it without the value."""
    log = Log(client, infortrend)
    with connected(infortrend.directory) as ask:
        ((old,),) = ask("SELECT sealed FROM vault_sealed WHERE record = %s AND field = 'name'", own.record)
    page = own.page(own.path("name"))
    assert page.asked[0].filled == own.given.fields["name"]
    before = log.settled()
    answer = own.correct("name", "  Lin Mei-hua  ", page)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/me/data/#{own.record}-name")
    (entry,) = (one for one in log.since(before) if one["kind"] == "corrected")
    assert (entry["field"], entry["by"]) == ("name", "person")
    assert set(entry) == {"kind", "at", "by", "field", "commitment"}
    assert own.shown()[f"{own.record}-name"] == "Lin Mei-hua"
    with connected(infortrend.directory) as ask:
        ((new,),) = ask("SELECT sealed FROM vault_sealed WHERE record = %s AND field = 'name'", own.record)
    assert bytes(new) != bytes(old)


@pytest.mark.promise("P48")
def test_every_kind_of_value_can_be_put_right(own):
    """Choices, countries, telephone numbers, details and files, each in the shape that its field has."""
    for field, typed, expected in (
        ("country", "JP", "Japan"),
        ("phone", "+886 2 1111 2222", "+886211112222"),
        ("diagnostics", "firmware: 6.0\nfan: loud", "fan loud firmware 6.0"),
        ("message", "One.\nTwo.", "One. Two."),
    ):
        assert own.correct(field, typed).status_code == 303, field
        assert own.shown()[f"{own.record}-{field}"] == expected
    page = own.page(own.path("log-file"))
    files: Any = {"value": ("new.log", b"a new day\n", "text/plain")}
    answer = own.client.post(
        own.site.url + own.path("log-file"), data=page.hidden, files=files, headers={"Origin": own.site.url}
    )
    assert answer.status_code == 303, answer.text
    assert own.client.get(f"{own.site.url}{own.path('log-file')}file/").content == b"a new day\n"


@pytest.mark.promise("P48")
@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("message", CARD, "collection.card-number"),
        ("name", "x" * 101, "collection.too-long"),
        ("name", "   ", "collection.missing"),
        ("country", "Atlantis", "collection.mistyped"),
        ("phone", "call me", "collection.mistyped"),
        ("diagnostics", "no colon", "collection.mistyped"),
    ],
)
def test_what_the_point_would_refuse_is_refused(own, field, value, code):
    """A wrong value is refused by name, what was typed is still there unless it is a card number, nothing changes."""
    before = own.shown()
    answer = own.correct(field, value)
    refused(answer, 422, code)
    typed = Document(answer).asked[0]
    if code == "collection.card-number":
        assert CARD not in answer.text
    elif typed.kind != "select":
        assert typed.filled.strip() == value.strip()
    assert own.shown() == before


@pytest.mark.promise("P48")
def test_a_form_counts_once_and_for_its_own_place(infortrend, another, own):
    """Sent again, changed, of another field or another person: refused by name, and nothing is written."""
    page = own.page(own.path("name"))
    assert own.correct("name", "Lin A", page).status_code == 303
    refused(own.correct("name", "Lin B", page), 409, "collection.replayed")
    refused(own.correct("message", "hello", own.page(own.path("name"))), 403, "collection.forged")
    changed = own.page(own.path("name"))
    changed.controls = [one for one in changed.controls if one.name != "token"]
    refused(own.correct("name", "Lin C", changed), 403, "collection.forged")
    other = another()
    page = other.page(other.path("name"))
    body = {**page.hidden, "value": "Lin D"}
    stolen = own.client.post(infortrend.url + other.path("name"), data=body, headers={"Origin": infortrend.url})
    assert stolen.status_code in (403, 404)
    assert own.shown()[f"{own.record}-name"] == "Lin A"
    assert other.shown()[f"{other.record}-name"] == other.given.fields["name"]


@pytest.mark.promise("P47")
def test_what_is_another_persons_is_not_there(infortrend, another, own):
    """Another person's record, a field that is not held, a record that there is not: all answered alike."""
    other = another()
    for path in (other.path("name"), own.path("shoe-size"), own.path("name").replace(own.record, "2" * 35)):
        refused(own.client.get(infortrend.url + path), 404, "vault.no-such-value")
        refused(own.client.get(f"{infortrend.url}{path}file/"), 404, "vault.no-such-value")
    refused(own.client.get(f"{infortrend.url}{own.path('name')}file/"), 404, "vault.no-such-value")
    assert other.address not in own.get("/me/data/").text


@pytest.mark.promise("P47")
def test_nobody_else_sees_them(client, infortrend, own):
    """Whoever is not signed in is asked to sign in first, wherever they go; nothing is kept on the way."""
    for path in ("/me/", "/me/data/", "/me/choices/", "/me/restrict/", "/me/receipts/", own.path("name")):
        answer = client.get(infortrend.url + path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/me/sign-in/")
        assert own.client.get(infortrend.url + path).headers["cache-control"] == "no-store"


@pytest.mark.promise("P47")
def test_the_first_page_shows_it_at_a_glance(client, infortrend, own):
    """How much is held, what it serves, which choices stand and what happened last, without opening anything."""
    log = Log(client, infortrend)
    before = log.settled()
    text = Document(own.client.get(f"{infortrend.url}/me/")).text
    assert f"{len(held(infortrend, own.person))} values held" in text
    for words in ("Get support", "Support you", "May we send you the newsletter?", "You sent “Get support” and agreed"):
        assert words in text
    assert log.since(before) == []


@pytest.mark.promise("P47")
def test_every_receipt_is_there(client, infortrend, own):
    """Each submission has its receipt on one page, with a file that proves it."""
    points.taken(points.give(client, infortrend, "newsletter", email=own.address))
    page = Document(own.client.get(f"{infortrend.url}/me/receipts/"))
    receipts = {link for link in page.links() if "/receipts/" in link and link.endswith("/")}
    receipts -= {f"{infortrend.url}/me/receipts/", f"{infortrend.url}/zh-hant/me/receipts/"}
    assert len(receipts) == 2
    assert {link.rstrip("/") + ".json" for link in receipts} <= page.links()
    for one in receipts:
        points.receipt(client, one)


@pytest.mark.promise("P48")
def test_what_was_put_right_verifies_whatever_comes_after(client, new_site):
    """Erased, or put back from a backup made before: the installation verifies, and shows what it holds."""
    site = new_site("infortrend")
    with closing(Own(client, site, POINT)) as own:
        assert own.correct("name", "Lin A").status_code == 303
        backup = site.directory.with_name("backup")
        troth("backup", backup, "--data", site.directory)
        assert own.correct("name", "Lin B").status_code == 303
        site.stop()
        troth("restore", backup, "--data", site.directory)
        site.start()
        assert "Verified" in troth("verify", "--data", site.directory)
        me.sign_in(own.client, site, own.address)
        assert own.shown()[f"{own.record}-name"] == "Lin A"
        assert own.correct("name", "Lin C").status_code == 303
        troth("erase", own.person, "--data", site.directory)
        assert own.get("/me/data/").status_code == 303
        assert "Verified" in troth("verify", "--data", site.directory)


def ask_to_move(own: Own, address: str) -> Document:
    """The page that asks for the code that went to a new address."""
    answer = own.post("/me/address/", **own.page("/me/address/").hidden, address=address)
    assert answer.status_code == 200, answer.text
    return Document(answer)


def move(own: Own, page: Document, code: str) -> httpx.Response:
    """Types a code into that page."""
    return own.post("/me/address/code/", **page.hidden, code=code)


@pytest.mark.promise("P48")
def test_another_address_is_shown_to_be_theirs_first(client, infortrend, own):
    """A code goes to the new address; with it, all their values say so, it finds them, and the old one finds nobody."""
    points.taken(points.give(client, infortrend, "newsletter", email=own.address))
    answer = own.get(own.path("email"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/me/address/")
    new = points.address()
    page = ask_to_move(own, new)
    code = me.code_for(infortrend, new)
    wrong = f"{(int(code.replace(' ', '')) + 1) % 10**8:08d}"
    refused(move(own, page, wrong), 403, "control.wrong-code")
    assert own.shown()[f"{own.record}-email"] == own.address
    assert move(own, page, code).headers["location"] == "/me/data/"
    assert {value for place, value in own.shown().items() if place.endswith("-email")} == {new}
    refused(move(own, page, code), 403, "control.code-over")
    with closing(me.signed_in(infortrend, new)) as again:
        assert new in again.get(f"{infortrend.url}/me/data/").text
    told = until(lambda: me.mails(infortrend, own.address)[0], "the old address is told")
    assert "Your address was changed" in told["body"]
    came = points.taken(points.give(client, infortrend, "newsletter", email=own.address))
    assert came["person"] != own.person
    assert points.taken(points.give(client, infortrend, "newsletter", email=new))["person"] == own.person


@pytest.mark.promise("P48")
def test_an_address_that_is_none_or_finds_somebody_else_is_refused(infortrend, another, own):
    """By name, and nothing changes; a code of one person moves no other."""
    body = {**own.page("/me/address/").hidden, "address": "nobody"}
    refused(own.post("/me/address/", **body), 422, "collection.mistyped")
    refused(own.post(own.path("email"), value=points.address(), **own.page("/me/address/").hidden), 409,
            "control.address-stays")  # fmt: skip
    other = another()
    page = ask_to_move(own, other.address)
    until(lambda: "be found by this address" in me.mails(infortrend, other.address)[0]["body"], "the code has come")
    code = me.code_for(infortrend, other.address)
    refused(move(own, page, code), 409, "vault.address-taken")
    token = page.hidden["token"]
    stolen = other.post("/me/address/code/", **{**other.page("/me/address/").hidden, "token": token}, code=code)
    refused(stolen, 403, "collection.forged")
    assert own.shown()[f"{own.record}-email"] == own.address
    assert other.shown()[f"{other.record}-email"] == other.address
