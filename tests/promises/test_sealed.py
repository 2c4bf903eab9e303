"""Security: what people give is sealed before it is stored, and whoever alters the record is found out."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.support import disk, documents, points, tampering
from tests.support.forked import run
from tests.support.outsider import Log
from tests.support.site import Running, troth

NAME, EMAIL, MESSAGE = "Zebulon Quixwood", "zebulon.quixwood", "the-otter-sleeps-at-noon"
FILE_NAME, CONTENT, DETAIL, DETAIL_NAME = "quixwood-controller", "CONTENT-OF-QUIXWOOD", "QX-DETAIL-99", "quixdetail"
PERSONAL = (NAME, EMAIL, MESSAGE, FILE_NAME, CONTENT, DETAIL, DETAIL_NAME)
GIVEN = {
    "name": NAME,
    "email": f"{EMAIL}@example.com",
    "message": MESSAGE,
    "diagnostics": {DETAIL_NAME: DETAIL},
}
LOG = {"log-file": (f"{FILE_NAME}.log", CONTENT.encode() * 5000, "text/plain")}


def body(client: httpx.Client, site: Running, point: str = "support", **fields: Any) -> dict[str, Any]:
    """A submission full of personal data."""
    asked = points.described(client, site, point)
    given = points.answers(asked["shown"], optional=False)
    declared = {one["id"] for one in asked["shown"]["fields"]}
    given.fields |= {name: value for name, value in {**GIVEN, **fields}.items() if name in declared or name in fields}
    return points.submission(asked, given)


def said(whole: dict[str, Any]) -> dict[str, str]:
    """The same as a form holds it."""
    return documents.typed(points.Answers(whole["fields"]))


def taken_everywhere(client: httpx.Client, site: Running) -> Iterator[httpx.Response]:
    """The same person through every door, each time taken."""
    yield points.post(client, site, "support", body(client, site))
    yield points.post(client, site, "support", body(client, site), LOG)
    yield points.post(client, site, "support", body(client, site), Idempotency_Key=EMAIL)
    for embedded in (False, True):
        page = documents.opened(client, documents.address_of(site, "support", embedded=embedded))
        yield documents.send(client, page, said(body(client, site)), LOG)


def refused_everywhere(client: httpx.Client, site: Running) -> Iterator[httpx.Response]:
    """The same person through every door, refused for every reason there is."""
    whole, plain = body(client, site), CONTENT.encode()
    url = f"{site.url}/api/v1/collect/support"
    yield points.post(client, site, "support", {**whole, "shown": "0" * 64}, LOG)
    yield points.post(client, site, "support", {**whole, f"{MESSAGE} {NAME}": NAME})
    yield points.post(client, site, "support", {**whole, "language": NAME})
    yield points.post(client, site, "support", {**whole, "choices": {f"{NAME} {EMAIL}": MESSAGE}}, LOG)
    for fields in ({"shoe": NAME}, {NAME: EMAIL}, {"email": NAME}, {"phone": EMAIL}, {"message": [MESSAGE, 5]},
                   {"message": f"{MESSAGE} 4111 1111 1111 1111"}, {"message": MESSAGE * 1000}):  # fmt: skip
        yield points.post(client, site, "support", body(client, site, **fields), LOG)
    for name, content in ((f"{FILE_NAME}.exe", b"MZ\x00" + plain), (f"{FILE_NAME}.log", plain * 600_000)):
        yield points.post(client, site, "support", whole, {"log-file": (name, content, "")})
    yield points.post(client, site, "support", whole, {NAME: (FILE_NAME, CONTENT.encode(), "")})
    yield points.post(client, site, "nowhere", whole, LOG)
    yield client.post(url, content=json.dumps(whole).encode()[:-1], headers={"Content-Type": "application/json"})
    yield client.post(url, content=json.dumps(whole).encode(), headers={"Content-Type": "text/plain"})
    yield client.post(url, json={**whole, "padding": MESSAGE * 20_000})
    yield client.post(url, files={"submission": (None, json.dumps(whole)[:-1]), **LOG})
    page = documents.opened(client, documents.address_of(site, "support"))
    yield documents.send(client, page, {**said(whole), "token": EMAIL}, LOG)
    yield documents.send(client, page, {**said(whole), "field.email": NAME}, LOG)
    yield documents.send(client, page, {**said(whole), "csrfmiddlewaretoken": NAME}, LOG)
    yield documents.send(client, page, said(whole), LOG, origin=f"https://{EMAIL}.example")
    asking = points.asking_age(site.directory.name)
    yield points.post(
        client, site, asking, {**body(client, site, asking), "age": {"born": "2020-01-01", "country": "TW"}}
    )
    yield client.get(f"{site.url}/receipts/{EMAIL.replace('.', '-')}/")
    yield client.get(f"{site.url}/nowhere/{FILE_NAME}/", params={"email": EMAIL, "name": NAME})
    yield client.get(f"{site.url}/api/v1/collect/{FILE_NAME}", headers={"Referer": f"https://example.com/?q={EMAIL}"})
    yield client.get(f"{site.url}/", headers={"Host": f"{EMAIL}.example"})


@pytest.mark.promise("P44")
def test_personal_data_stands_nowhere_in_clear(client: httpx.Client, site: Running) -> None:
    """What people give, taken or refused, through any door, is in no file, no row and no log in clear."""
    for answer in taken_everywhere(client, site):
        assert answer.status_code in (200, 201, 303), answer.text
    kept = disk.files(site)
    for answer in refused_everywhere(client, site):
        assert answer.is_client_error, f"{answer.status_code} {answer.request.url} {answer.text}"
    assert disk.files(site) == kept
    assert disk.traces(site, *PERSONAL) == {}


@pytest.mark.promise("P44")
def test_the_search_finds_what_stands_there(client: httpx.Client, site: Running, log: Log) -> None:
    """What is in clear on disk is found by the same search: the ledger says at which point something was given."""
    log.index(points.taken(points.give(client, site, "information"))["entry"]["leaf"])
    assert disk.traces(site, '"point":"information"', "no-such-words-anywhere").keys() == {'"point":"information"'}


@pytest.mark.promise("P44")
def test_refusals_do_not_repeat_what_was_typed(client: httpx.Client, site: Running) -> None:
    """An error tells a program what is wrong without a word of what the person typed."""
    for answer in refused_everywhere(client, site):
        if answer.headers["content-type"] == "application/problem+json":
            assert [one for one in PERSONAL if one in answer.text] == [], answer.text


@pytest.mark.promise("P44")
def test_files_are_sealed_and_kept(client: httpx.Client, site: Running) -> None:
    """A file that is taken stands sealed in one place; it grew by no more than its seals."""
    before = disk.files(site)
    points.taken(points.post(client, site, "support", body(client, site), LOG))
    (kept,) = disk.files(site) - before
    size = len(LOG["log-file"][1])
    assert size < kept.stat().st_size <= size + 16 * (size // 65_536 + 1)
    assert kept.stat().st_mode & 0o077 == 0 or kept.parent.stat().st_mode & 0o077 == 0


@pytest.mark.promise("P44")
def test_keys_are_apart_and_closed_to_others(site: Running) -> None:
    """Keys are files that only their owner can read."""
    found = [file for file in (site.directory / "keys").iterdir() if file.is_file()]
    assert len(found) >= 4
    assert [file.name for file in found if file.stat().st_mode & 0o077] == []


@pytest.mark.promise("P44")
def test_a_person_who_comes_again_is_the_same(client: httpx.Client, site: Running) -> None:
    """One address, however it is written, is one person: one key, one erasure."""
    address = points.address()
    people = {
        points.taken(points.give(client, site, point, email=written))["person"]
        for point, written in (("information", address), ("quote", address.upper()), ("service", f" {address} "))
    }
    assert len(people) == 1
    assert points.taken(points.give(client, site, "information"))["person"] not in people


@pytest.mark.promise("P44")
def test_the_ledger_verifies_offline_and_from_outside(site: Running, log: Log) -> None:
    """Anybody can check the whole ledger: from the data directory, and from what the site shows to all."""
    settled = log.settled()
    for told in (troth("verify", "--data", site.directory), troth("verify", "--url", site.url)):
        assert told.startswith("Verified: ")
    whole = json.loads(troth("verify", "--data", site.directory, "--json"))
    assert whole["ok"]
    assert whole["size"] >= settled


@pytest.mark.promise("P44")
@pytest.mark.parametrize("tampered", [tampering.changed_entry, tampering.missing_entry])
def test_tampering_is_found(
    client: httpx.Client, new_site: Callable[[str], Running], tampered: Callable[[Running, int], Any]
) -> None:
    """One bit changed in the ledger's rows, or one row gone, and verification fails and names the entry."""
    own = new_site("infortrend")
    leaves = [points.taken(points.give(client, own, "information"))["entry"]["leaf"] for _ in range(3)]
    index = Log(client, own).index(leaves[-1]) - 1
    with tampered(own, index):
        for source in (("--data", own.directory), ("--url", own.url)):
            done = run("verify", *source)
            assert done.returncode == 1
            named = f"entry {index} (record " in done.stdout or f"entries {index} to" in done.stdout
            assert named or source[0] == "--url"
            assert "NOT verified" in done.stdout
    assert troth("verify", "--data", own.directory).startswith("Verified: ")


@pytest.mark.promise("P44")
@pytest.mark.parametrize("question", ["DELETE FROM ledger_entry", "UPDATE ledger_entry SET data = leaf",
                                      "DELETE FROM ledger_checkpoint"])  # fmt: skip
def test_the_database_refuses_to_forget(site: Running, question: str) -> None:
    """The database itself refuses to change or delete what the ledger holds."""
    with pytest.raises(Exception, match=r"(?i)ledger|append"):
        tampering.ask_politely(site, question)
