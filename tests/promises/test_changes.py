"""Changes: told before they take effect, never earlier than promised; every earlier statement stays readable."""

import os
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import httpx
import pytest

from tests.support import documents, points
from tests.support.forked import run
from tests.support.outsider import Log
from tests.support.site import EXAMPLES, TROTH, Failed, Running, troth
from tests.support.versions import NOTICE, keep_longer, publish, reword, statement


@pytest.fixture
def own(new_site: Callable[[str], Running]) -> Running:
    """A site of the test's own, with one version in force."""
    return new_site("infortrend")


@pytest.mark.promise("P53")
def test_a_material_change_waits_for_its_notice(client: httpx.Client, own: Running) -> None:
    """A change that takes something away is refused before its notice is over; announced on every page, it waits."""
    today = points.today()
    for early in ("today", today + timedelta(days=1), today + NOTICE - timedelta(days=1)):
        with pytest.raises(Failed, match=f"statement.too-early.*{today + NOTICE}"):
            publish(own, keep_longer, early)
    assert documents.opened(client, f"{own.url}/privacy/versions/").text.count("Version 1") == 1
    assert client.get(f"{own.url}/privacy/versions/2/").status_code == 404

    before = points.described(client, own, "newsletter")
    assert f"comes into force on {today + NOTICE}" in publish(own, keep_longer, today + NOTICE)
    assert "7 years" not in documents.opened(client, f"{own.url}/privacy/").text
    assert points.described(client, own, "newsletter") == before
    for path in ("/", "/privacy/", "/collect/quote/", "/products/", "/zh-hant/"):
        page = documents.opened(client, own.url + path)
        assert {f"{own.url}{'/zh-hant' if 'zh-hant' in path else ''}/privacy/versions/2/"} <= page.links(), path
    assert "7 years" in documents.opened(client, f"{own.url}/privacy/versions/2/").text
    told = documents.opened(client, f"{own.url}/privacy/versions/1/diff/2/")
    assert "7 years" in told.text
    (entry,) = [one for one in Log(client, own).entries() if one["kind"] == "published" and one["version"] == 2]
    assert entry["effective"] == str(today + NOTICE)


@pytest.mark.promise("P53")
def test_the_refusal_names_its_clause(own: Running) -> None:
    """Whoever tries to switch early is told which promise stands in the way, and nothing is published."""
    file = own.directory / "next.yaml"
    file.write_bytes(statement(keep_longer))
    done = run("publish", file, "--effective", "today", "--data", own.directory)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("troth: statement.too-early: ")
    assert "promises notice" in done.stderr
    assert "(clause changes)" in done.stderr


@pytest.mark.promise("P55")
def test_ten_versions_stay_readable(client: httpx.Client, own: Running) -> None:
    """After ten versions every one has its address, every two their difference, and the feed tells of all."""
    for number in range(2, 11):
        assert f"Version {number} is published" in publish(own, reword(number), "today")
    assert "Wording 10" in documents.opened(client, f"{own.url}/collect/quote/").text
    for prefix in ("", "/zh-hant"):
        listed = documents.opened(client, f"{own.url}{prefix}/privacy/versions/").links()
        for number in range(1, 11):
            assert f"{own.url}{prefix}/privacy/versions/{number}/" in listed
            assert client.get(f"{own.url}{prefix}/privacy/versions/{number}/").status_code == 200
        for old, new in ((1, 2), (1, 10), (9, 10), (4, 7), (10, 1)):
            assert client.get(f"{own.url}{prefix}/privacy/versions/{old}/diff/{new}/").status_code == 200
    assert client.get(f"{own.url}/privacy/versions/11/").status_code == 404
    feed = ET.fromstring(client.get(f"{own.url}/privacy/feed/").content)  # noqa: S314 - our own site's
    entries = feed.findall("{http://www.w3.org/2005/Atom}entry")
    assert len(entries) == 10
    for entry in entries:
        link = entry.find("{http://www.w3.org/2005/Atom}link")
        assert link is not None
        assert client.get(link.attrib["href"]).status_code == 200


@pytest.mark.promise("P55", "P11")
def test_a_form_opened_under_the_old_words_is_shown_the_new(client: httpx.Client, own: Running) -> None:
    """Whoever opened a form before the switch is shown the new words first, and what they typed stays."""
    page = documents.opened(client, f"{own.url}/collect/quote/")
    given = points.answers(points.described(client, own, "quote")["shown"], optional=False)
    publish(own, reword(2), "today")
    answer = documents.send(client, page, documents.typed(given))
    assert answer.status_code == 409
    again = documents.Document(answer)
    assert "Wording 2" in again.text
    assert given.fields["email"] in {one.filled for one in again.asked}
    assert documents.send(client, again, documents.typed(given)).status_code == 303


@pytest.mark.promise("P55")
def test_what_was_published_is_not_published_again(own: Running) -> None:
    """A version is published once; the same words again are refused."""
    with pytest.raises(Failed, match=r"statement\.unchanged"):
        publish(own, lambda _: None, "today")


@pytest.mark.promise("P53")
def test_a_day_is_the_same_everywhere(own: Running) -> None:
    """`today` is the day in UTC, wherever the command runs: what is published for today holds at once."""
    file = own.directory / "next.yaml"
    file.write_bytes(statement(reword(2)))
    elsewhere = "EAST-14" if datetime.now(UTC).hour >= 12 else "WEST+13"
    command = [TROTH, "publish", file, "--effective", "today", "--data", own.directory]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "TZ": elsewhere, "NO_COLOR": "1"}
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert str(points.today()) in done.stdout


@pytest.mark.promise("P24")
def test_the_store_stands_where_the_statement_says(tmp_path: Path) -> None:
    """A statement is not published for a store in a country that it does not declare."""
    site = tmp_path / "site"
    troth("init", site, "--from", EXAMPLES / "infortrend", "--country", "US")
    with pytest.raises(Failed, match=r"statement\.store-elsewhere.*US.*TW"):
        troth("publish", site / "statement.yaml", "--effective", "today", "--data", site)
    with pytest.raises(Failed, match=r"statement\.not-published"):
        troth("serve", "--data", site)


@pytest.mark.promise("P24")
def test_a_store_that_moves_is_not_served(tmp_path: Path) -> None:
    """A site whose store stands in another country than its statement says does not start."""
    site = tmp_path / "site"
    troth("init", site, "--from", EXAMPLES / "infortrend")
    troth("publish", site / "statement.yaml", "--effective", "today", "--data", site)
    configuration = site / "troth.toml"
    configuration.write_text(configuration.read_text().replace('country = "TW"', 'country = "US"'))
    with pytest.raises(Failed, match=r"statement\.store-elsewhere.*clause stored-in"):
        troth("serve", "--data", site)


@pytest.mark.promise("P24")
def test_the_statement_says_where_it_is_kept(client: httpx.Client, site: Running) -> None:
    """The country of the store stands in the statement and at every point."""
    for point in points.points(site.directory.name):
        shown = points.described(client, site, point)["shown"]
        assert "TW" in {country["code"] for country in shown["stored_in"]}
        assert shown["stored"] in documents.opened(client, documents.address_of(site, point)).text


@pytest.mark.promise("P10", "P50")
def test_sent_again_after_a_change(client: httpx.Client, own: Running) -> None:
    """The same key is answered as before though another statement holds by now; what is new must have been shown."""
    asked = points.described(client, own, "promotional-mail")
    given = points.answers(asked["shown"])
    given.choices = dict.fromkeys(given.choices, False)
    body = points.submission(asked, given)
    first = points.taken(points.post(client, own, "promotional-mail", body, Idempotency_Key="once"))
    publish(own, reword(2), "today")
    assert points.taken(points.post(client, own, "promotional-mail", body, Idempotency_Key="once")) == first
    points.refused(points.post(client, own, "promotional-mail", body), 409, "collection.not-shown")
    other = {**body, "language": "zh-Hant"}
    answer = points.post(client, own, "promotional-mail", other, Idempotency_Key="once")
    points.refused(answer, 409, "collection.key-reused")
