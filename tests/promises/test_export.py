"""Everything that is held of somebody is theirs to take along, whole, in shapes that others read, and proved."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import httpx
import jsonschema_rs
import pytest

from tests.support import disk, persons, points
from tests.support.asking import wishes
from tests.support.clocks import Clock
from tests.support.documents import Document
from tests.support.me import held, post, signed_in
from tests.support.packages import EXPORT, Package, link, ordered, refused
from tests.support.persons import Somebody, somebody
from tests.support.points import described, submission
from tests.support.site import Running, http, troth
from tests.support.waiting import until

FORMULAS = ('=HYPERLINK("http://x")', "+1", "-2+3", "@SUM(A1)", "\uff1dSUM(A1)", "\uff0b1", "\uff0d2", "\uff20SUM(A1)")


@pytest.fixture
def one(client: httpx.Client, infortrend: Running) -> Somebody:
    """Somebody who gave words and a file."""
    return somebody(client, infortrend)


@pytest.fixture
def me(infortrend: Running, one: Somebody) -> Iterator[httpx.Client]:
    """Their browser."""
    with closing(signed_in(infortrend, one.address)) as client:
        yield client


@pytest.mark.promise("P49")
def test_the_package_is_what_is_held(infortrend: Running, one: Somebody, me: httpx.Client) -> None:
    """Read again, the package holds every value and every file to the letter, and fits the schema in it."""
    package = Package.of(me, infortrend)
    jsonschema_rs.validate(json.loads(package.files["information.schema.json"]), package.told)
    assert package.told["person"] == one.person
    marks = persons.marks(infortrend.directory, one)
    assert {f"value {field}" for field in package.values()} == {name for name in marks if name.startswith("value ")}
    said = package.values()
    assert (said["name"], said["email"], said["message"]) == one.words[:3]
    assert said["log-file"] == hashlib.sha256(persons.CONTENT * 4000 + one.words[3].encode()).hexdigest()
    assert [record["record"] for record in package.told["records"]] == [one.record]


@pytest.mark.promise("P49")
def test_the_package_proves_itself(infortrend: Running, one: Somebody, me: httpx.Client, tmp_path) -> None:
    """Every file has its digest in the manifest; every receipt in it is checked without asking the site."""
    wishes(infortrend, one.person, "object", "transfer.JP")
    wishes(infortrend, one.person, "restrict")
    troth("requests", "close", troth("requests", "new", "question", "--person", one.person, "--data",
          infortrend.directory).split()[1], "--outcome", "done", "--data", infortrend.directory)  # fmt: skip
    package = Package.of(me, infortrend)
    listed = package.manifest()
    assert listed.keys() == package.files.keys() - {"manifest.json"}
    for name, told in listed.items():
        assert told == {"sha256": hashlib.sha256(package.files[name]).hexdigest(), "size": len(package.files[name])}
    kinds = {name.removeprefix("receipts/").partition("-")[0] for name in package.receipts()}
    assert kinds == {"collected", "wished", "used", "requested", "answered"}
    key = httpx.get(f"{infortrend.url}/log/vkey").text.strip()
    for content in package.receipts().values():
        file = tmp_path / "receipt.json"
        file.write_bytes(content)
        assert troth("verify", "--receipt", file, "--vkey", key).startswith("Verified: ")
    assert one.person in json.loads(package.files["consents.jsonld"])[0]["dpv:hasDataSubject"]["@id"]
    assert "給" in package.files["README.zh-Hant.txt"].decode() or "您" in package.files["README.zh-Hant.txt"].decode()


@pytest.mark.promise("P49")
def test_no_cell_is_taken_for_a_formula(client: httpx.Client, infortrend: Running) -> None:
    """What somebody typed is text in a spreadsheet too, whatever it begins with; in JSON it is what they typed."""
    address = held(client, infortrend)
    for typed in FORMULAS:
        asked = described(client, infortrend, "information")
        given = points.answers(asked["shown"])
        given.fields |= {"email": address, "message": typed}
        points.taken(points.post(client, infortrend, "information", submission(asked, given), given.files))
    with closing(signed_in(infortrend, address)) as me:
        package = Package.of(me, infortrend)
    cells = {row["value"] for row in package.table("values.csv") if row["field"] == "message"}
    assert cells == {f"'{typed}" for typed in FORMULAS}
    for table in ("values", "choices", "wishes", "uses", "requests"):
        for row in package.table(f"{table}.csv"):
            assert not any(str(cell).startswith(("=", "+", "-", "@")) for cell in row.values())
    messages = {v["value"] for r in package.told["records"] for v in r["values"] if v["field"] == "message"}
    assert messages == set(FORMULAS)
    assert f"EMAIL:{address}" in package.files["contact.vcf"].decode()


@pytest.mark.promise("P49")
def test_packages_do_not_pile_up(infortrend: Running, me: httpx.Client) -> None:
    """Who orders another has that one alone, also while as many requests wait as can; five a day are made."""
    packages = infortrend.directory / "exports"
    for _ in range(20):
        assert post(me, infortrend, "/me/requests/", right="question", words="When?").status_code == 303
    before, links = {file.name for file in packages.glob("*/*")}, []
    for _ in range(5):
        ordered(me, infortrend)
        links.append(link(me, infortrend))
    assert len(set(links)) == 5
    refused(me.get(links[0]), 404, "control.no-such-export")
    until(lambda: len({file.name for file in packages.glob("*/*")} - before) == 1, "the others to be gone")
    answer = post(me, infortrend, EXPORT)
    refused(answer, 429, "control.too-often")
    assert 0 < int(answer.headers["retry-after"]) <= 86_400
    assert me.get(links[-1]).status_code == 200


@pytest.mark.promise("P49")
def test_a_package_is_nobody_elses(client: httpx.Client, infortrend: Running, me: httpx.Client) -> None:
    """Its address leads nobody else anywhere, nor does one that was changed; who is not signed in is asked to."""
    ordered(me, infortrend)
    where = link(me, infortrend)
    with closing(signed_in(infortrend, held(client, infortrend))) as other:
        refused(other.get(where), 404, "control.no-such-export")
    tampered = where[:-6] + ("a" if where[-6] != "a" else "b") + where[-5:]
    refused(me.get(tampered), 404, "control.no-such-export")
    assert client.get(where).headers["location"].startswith("/me/sign-in/")
    assert me.get(where).headers["cache-control"] == "no-store"


@pytest.mark.promise("P49")
def test_the_request_is_done(infortrend: Running, me: httpx.Client) -> None:
    """The package is an answer to a request like any other, and is counted as one."""
    ordered(me, infortrend)
    link(me, infortrend)
    page = Document(me.get(infortrend.url + "/me/requests/")).text
    assert "To take my information with me Done" in page
    entries = Document(me.get(infortrend.url + "/me/history/")).text
    assert "Your information was opened for yourself." in entries


@pytest.mark.promise("P49")
def test_a_package_is_sealed_and_over_after_a_day(client: httpx.Client, new_site) -> None:
    """On disk no word of it can be read; after a day it is gone."""
    site = new_site("infortrend")
    one = somebody(client, site)
    site.stop()
    clock = Clock(site)
    site.start()
    with closing(signed_in(site, one.address)) as me:
        ordered(me, site)
        where = link(me, site)
        assert disk.traces(site, *one.words) == {}
        assert len(list((site.directory / "exports").glob("*/*"))) == 1
    clock.set(timedelta(hours=25))
    until(lambda: not list((site.directory / "exports").glob("*/*")), "no file of a package")
    with closing(signed_in(site, one.address)) as me:
        refused(me.get(where), 404, "control.no-such-export")


@pytest.mark.promise("P49")
def test_a_package_that_was_changed_is_handed_to_nobody(client: httpx.Client, new_site) -> None:
    """A bit that somebody turned on disk is found before the first byte goes out."""
    site = new_site("infortrend")
    with closing(signed_in(site, somebody(client, site).address)) as me:
        ordered(me, site)
        where = link(me, site)
        (file,) = (site.directory / "exports").glob("*/*")
        content = bytearray(file.read_bytes())
        content[-1] ^= 1
        file.write_bytes(content)
        refused(me.get(where), 500, "vault.altered")


@pytest.mark.promise("P49")
def test_taking_along_needs_a_proof_of_a_moment_ago(client: httpx.Client, new_site) -> None:
    """Who proved more than ten minutes ago who they are is asked to again, for the page and for the package."""
    site = new_site("infortrend")
    site.stop()
    clock = Clock(site)
    site.start()
    with closing(signed_in(site, held(client, site))) as me:
        ordered(me, site)
        where = link(me, site)
        clock.set(timedelta(minutes=11))
        for path in (site.url + EXPORT, where, site.url + "/me/erase/"):
            assert me.get(path).headers["location"].startswith("/me/sign-in/?next=")
        assert me.get(site.url + "/me/history/").status_code == 200


@pytest.mark.promise("P49")
def test_a_forged_order_is_refused(infortrend: Running, me: httpx.Client) -> None:
    """No other site has a package made, nor anything erased, for whoever visits it."""
    for path in (EXPORT, "/me/erase/", "/me/requests/"):
        answer = me.post(infortrend.url + path, data={"sure": "yes"}, headers={"Origin": "https://elsewhere.example"})
        assert answer.status_code == 403
    assert post(me, infortrend, EXPORT).status_code == 303


@pytest.mark.promise("P49")
def test_the_package_speaks_its_language(infortrend: Running, me: httpx.Client) -> None:
    """Ordered on a Chinese page, labels in it are Chinese."""
    package = Package.of(me, infortrend, "/zh-hant")
    assert any(ord(letter) > 0x4E00 for letter in package.told["records"][0]["title"])


def test_who_is_not_signed_in_sees_nothing(infortrend: Running) -> None:
    """Every page of one's own asks who one is first."""
    with http() as nobody:
        for path in ("requests/", "export/", "erase/", "history/", f"history/{'a' * 64}.json", "export/abc.zip"):
            answer = nobody.get(f"{infortrend.url}/me/{path}")
            assert (answer.status_code, answer.headers["cache-control"]) == (303, "no-store")
