"""Writing to many at the desk is what the command does: composed, looked at, counted, sent; nobody is named there."""

import re

import httpx
import pytest

from tests.support import letters, points, smtp
from tests.support.site import Running, troth
from tests.support.staff import Staff, at_desk, hidden
from tests.support.waiting import until

WORDS = {
    "mail": "newsletter",
    "subject-en": "Winter at our readers",
    "words-en": "# Storage\r\n\r\nDear {name|reader}, see [the guide](https://example.com/guide).\r\n",
    "subject-zh-Hant": "冬季消息",
    "words-zh-Hant": "# 冬季\r\n\r\n{name|讀者}您好。\r\n",
}
NEW = "/desk/letters/new/"


@pytest.fixture
def writer(client: httpx.Client, sending: Running) -> Staff:
    """Who may write to many."""
    return at_desk(client, sending, "marketing", "letters")


def written(writer: Staff, **other: str) -> str:
    """The path of a new issue."""
    answer = writer.send(NEW, **{**WORDS, **other})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def done(writer: Staff, path: str, what: str, **typed: str) -> httpx.Response:
    """Presses a button of the page of an issue."""
    page = writer.get(path).text
    carried = {"gets": hidden(page, "gets")} if 'name="gets"' in page else {}
    return writer.send(path, do=what, **{**carried, **typed})


def is_done(writer: Staff, path: str) -> str:
    page = writer.get(path).text
    return page if '<span class="badge">Done</span>' in page else ""


@pytest.mark.promise("P12", "P39")
def test_composed_looked_at_and_sent(
    client: httpx.Client, sending: Running, server: smtp.Server, writer: Staff
) -> None:
    """Who confirmed gets it; the page says how many, and why others do not; then how far it is; nobody's address."""
    address, _ = letters.subscribed(client, sending, server)
    letters.given(client, sending)
    letters.given(client, sending, "none")
    path = written(writer)
    page = writer.get(path).text
    assert "Dear reader, see the guide" in page
    assert "讀者您好" in page
    assert hidden(page, "gets") == "1"
    assert "has not confirmed by mail" in page
    assert "never said yes to it" in page
    html = writer.get(f"{path}zh-Hant/")
    assert "sandbox" in html.headers["content-security-policy"]
    assert '<html lang="zh-Hant">' in html.text
    assert done(writer, path, "send").status_code == 303
    page = until(lambda: is_done(writer, path), "an issue that is done")
    assert re.search(r"<strong>1</strong>\s+handed over", page)
    assert address not in page + writer.get("/desk/letters/").text
    assert len(letters.issues(server, address)) == 1
    again = writer.send(path, do="send", gets="1")
    assert (again.status_code, "mail.not-now" in again.text) == (409, True)
    assert troth("verify", "--data", sending.directory).startswith("Verified: ")


@pytest.mark.promise("P12")
def test_the_number_that_was_shown_is_the_one_it_goes_to(
    client: httpx.Client, sending: Running, server: smtp.Server, writer: Staff
) -> None:
    """Somebody who confirms in between changes the number: it is shown anew, and nothing goes."""
    path = written(writer)
    letters.subscribed(client, sending, server)
    stale = writer.send(path, do="send", gets="0")
    assert (stale.status_code, "desk.stale" in stale.text) == (409, True)
    assert hidden(stale.text, "gets") == "1"


@pytest.mark.promise("P12")
def test_tried_out(sending: Running, server: smtp.Server, writer: Staff) -> None:
    """To one's own mailbox, in each language; the address is kept nowhere, and one that is none is said so."""
    path, address = written(writer), points.address()
    wrong = done(writer, path, "test", address="me@@example")
    assert (wrong.status_code, 'aria-invalid="true"' in wrong.text) == (422, True)
    answer = done(writer, path, "test", address=address)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?tried")
    assert len(letters.issues(server, address)) == 2
    assert address not in writer.get(f"{path}?tried").text
    for file in sending.directory.rglob("*"):
        assert not file.is_file() or address.encode() not in file.read_bytes(), file
    for _ in range(9):
        assert done(writer, path, "test", address=address).status_code == 303
    assert done(writer, path, "test", address=points.address()).status_code == 429


@pytest.mark.promise("P12")
def test_composed_anew(client: httpx.Client, sending: Running, server: smtp.Server, writer: Staff) -> None:
    """What went out is composed again from; what is not on its way is not paused."""
    people = [letters.subscribed(client, sending, server) for _ in range(3)]
    path = written(writer)
    first = done(writer, path, "pause")
    assert (first.status_code, "mail.not-now" in first.text) == (409, True)
    assert done(writer, path, "send").status_code == 303
    until(lambda: is_done(writer, path), "an issue that is done")
    assert all(len(letters.issues(server, address)) == 1 for address, _ in people)
    copy = writer.get(f"{NEW}?from={path.split('/')[-2]}").text
    assert "Winter at our readers" in copy
    assert "Dear {name|reader}" in copy


@pytest.mark.promise("P39", "P41")
@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"subject-en": ""}, "mail.malformed"),
        ({"words-zh-Hant": ""}, "mail.malformed"),
        ({"mail": "nothing"}, "mail.not-declared"),
        ({"mail": "newsletter\r\nonly: email = x"}, "mail.not-declared"),
        ({"subject-en": "x" * 201}, "mail.malformed"),
        ({"words-en": "x" * 200_001}, "mail.malformed"),
        ({"words-en": "![](https://elsewhere.example/pixel.gif)"}, "mail.remote-content"),
        ({"words-en": "--- fr\nsubject: x\n\ny"}, "mail.malformed"),
        ({"field": "nothing", "value": "x"}, "mail.not-declared"),
        ({"field": "", "value": "EonStor GS 3024"}, "mail.malformed"),
        ({"field": "product", "value": ""}, "mail.malformed"),
    ],
)
def test_what_cannot_be_sent_is_refused_and_nothing_is_lost(writer: Staff, typed: dict[str, str], code: str) -> None:
    """With what is wrong with it; what was typed is still there."""
    answer = writer.send(NEW, **{**WORDS, **typed})
    said = re.search(r"<code>(mail\.[a-z-]+)</code>", answer.text)
    assert (answer.status_code, said and said[1]) == (422, code)
    if "words-en" not in typed:
        assert "Dear {name|reader}" in answer.text


@pytest.mark.promise("P39")
def test_a_subject_is_one_line(writer: Staff) -> None:
    """A line break in a subject makes no header."""
    path = written(writer, **{"subject-en": "Winter\r\nBcc: all@example.com"})
    assert "Winter Bcc: all@example.com" in writer.get(path).text


@pytest.mark.promise("P41")
def test_service_mail_carries_no_promotion(writer: Staff) -> None:
    """What nobody can refuse is refused with promotion in it, and the clause is named."""
    shown = writer.get(NEW).text
    mails = re.findall(r"<option\s*>([a-z-]+)</option>", shown.partition('name="mail"')[2].partition("</select>")[0])
    advert = "Hello.\n\n::: promotion\nTwo for one.\n:::\n"
    refused = []
    for mail in mails:
        answer = writer.send(NEW, **{**WORDS, "mail": mail, "words-en": advert})
        if answer.status_code != 303:
            assert "mail.not-of-its-class" in answer.text
            refused.append(mail)
    assert refused
    assert "newsletter" not in refused


@pytest.mark.promise("P44")
def test_only_who_may_writes(client: httpx.Client, infortrend: Running) -> None:
    """Another duty does not suffice."""
    other = at_desk(client, infortrend, "analyst", "visits")
    for path in ("/desk/letters/", NEW, "/desk/letters/x/", "/desk/letters/x/en/"):
        assert other.get(path).status_code == 403
