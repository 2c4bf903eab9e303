"""Newsletters: only to who agreed and confirmed it, signed, ended with one press, tracking nobody who did not agree."""

from datetime import timedelta
from operator import itemgetter

import pytest

from tests.support import letters, signed
from tests.support.clocks import Clock
from tests.support.kept import kept
from tests.support.site import Failed, Running, http, troth
from tests.support.waiting import until

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.promise("P12")
def test_news_go_to_who_agreed_and_confirmed(client, sending, server):
    """Of those who said yes, those get it who confirmed by mail that it was they; who said no is not asked."""
    address, _ = letters.subscribed(client, sending, server)
    unconfirmed, _ = letters.given(client, sending)
    unwilling, _ = letters.given(client, sending, "none")
    until(lambda: letters.asked(server, unconfirmed), "a question to who did not answer")
    done = letters.send(sending, letters.issue(sending))
    assert (done["state"], done["total"], done["sent"]) == ("done", 1, 1)
    assert done["left out"] == {"not-confirmed": 1, "consent-missing": 1}
    (letter,) = letters.issues(server, address)
    assert letter["Subject"] == "Winter at Lin Mei-Hua"
    assert letters.issues(server, unconfirmed) == []
    assert server.letters(unwilling) == []
    assert all(letters.verifies(sending, one) for one in server.raw)


@pytest.mark.promise("P12", "P16")
def test_taken_back_while_it_goes_out(client, sending, server):
    """Who takes their yes back after an issue has begun, and before it was their turn, gets none."""
    people = dict(letters.subscribed(client, sending, server) for _ in range(2))
    sending.stop()
    file = sending.directory / "troth.toml"
    file.write_text(file.read_text("utf-8") + "per_hour = 1\n", "utf-8")
    clock = Clock(sending)
    sending.start()
    ref = letters.issue(sending)
    letters.begin(sending, ref)
    until(lambda: letters.status(sending, ref).get("sent") == 1, "the one mail of this hour")
    (other,) = (address for address in people if not letters.issues(server, address))
    troth("person", "withdraw", people[other], "newsletter", "--data", sending.directory)
    clock.set(timedelta(hours=1, minutes=1))
    until(lambda: letters.status(sending, ref)["state"] == "done", "an issue that is done")
    told = letters.status(sending, ref)
    assert (told["sent"], told["left-out"]) == (1, 1)
    assert letters.issues(server, other) == []


@pytest.mark.promise("P12")
def test_confirming(client, sending, server):
    """Looking at the page confirms nothing; a press does, and a second one the same; whoever said no since said no."""
    address, person = letters.given(client, sending)
    (link,) = until(lambda: letters.asked(server, address), "a question")
    page = client.get(link)
    assert page.status_code == 200
    assert "Was it you?" in page.text
    assert "set-cookie" not in page.headers
    assert wishes(sending) == []
    for _ in range(2):
        answer = client.post(link)
        assert (answer.status_code, "It is confirmed" in answer.text) == (200, True)
    assert wishes(sending) == [True]
    troth("person", "withdraw", person, "newsletter", "--data", sending.directory)
    over = client.post(link)
    assert (over.status_code, "mail.token-over" in over.text) == (409, True)
    for wrong in (link[:-9] + "/", link.replace("/confirm/", "/confirm/A"), f"{sending.url}/confirm/x/"):
        answer = client.post(wrong)
        assert (answer.status_code, "mail.token-refused" in answer.text) == (404, True)
        assert address not in answer.text


@pytest.mark.promise("P12")
def test_a_question_has_its_time(client, new_site, server):
    """After a week the question is no good any more; whoever says yes again is asked again."""
    site = new_site("infortrend")
    site.stop()
    server.serves(site)
    clock = Clock(site)
    site.start()
    address, _ = letters.given(client, site)
    (link,) = until(lambda: letters.asked(server, address), "a question")
    clock.set(timedelta(days=7, minutes=1))
    over = client.post(link)
    assert (over.status_code, "mail.token-over" in over.text) == (409, True)
    signed.give(client, site, "newsletter", address, "newsletter")
    until(lambda: len(letters.asked(server, address)) == 2, "another question")
    letters.confirm(client, server, address)


@pytest.mark.promise("P39")
def test_one_press_unsubscribes(client, sending, server):
    """A program's POST without a cookie ends it, is not led elsewhere, and can be sent again; looking ends nothing."""
    address, _ = letters.subscribed(client, sending, server)
    ref = letters.issue(sending)
    letters.send(sending, ref)
    (letter,) = letters.issues(server, address)
    raw = server.raw[server.taken.index(letter)]
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    https, mailto = [one.strip("<> ") for one in letter["List-Unsubscribe"].split(",")]
    assert mailto.startswith("mailto:privacy@infortrend.com?subject=unsubscribe%20")
    assert letters.verifies(sending, raw)
    for header in (b"List-Unsubscribe:", b"List-Unsubscribe-Post:", b"Subject:", b"To:"):
        assert not letters.verifies(sending, raw.replace(header, b"X-" + header))
    assert not letters.verifies(sending, b"List-Unsubscribe: <https://other.example>\r\n" + raw)
    assert https in letters.words(letter, "plain")
    assert https in letters.words(letter, "html")
    for _ in range(2):
        page = client.get(https)
        assert (page.status_code, "set-cookie" in page.headers) == (200, False)
    assert wishes(sending) == [True]
    for _ in range(2):
        with http() as program:
            answer = program.post(https, content="List-Unsubscribe=One-Click", headers=FORM)
        assert (answer.status_code, answer.text) == (200, "Unsubscribed.\n")
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert wishes(sending) == [True, False]
    by_hand = client.post(https, headers={"Sec-Fetch-Mode": "navigate"})
    assert (by_hand.status_code, "You are unsubscribed" in by_hand.text) == (200, True)
    assert wishes(sending) == [True, False]
    done = letters.send(sending, letters.issue(sending))
    assert (done["total"], done["left out"]) == (0, {"consent-missing": 1})


@pytest.mark.promise("P39")
def test_addresses_that_are_not_ours(client, sending, server):
    """A forged address, one cut short and one of another door are refused alike, and say nothing of anybody."""
    address, person = letters.subscribed(client, sending, server)
    letters.send(sending, letters.issue(sending))
    link = letters.end(letters.issues(server, address)[0])
    begin, token = link.rstrip("/").rsplit("/", 1)
    (asked,) = letters.asked(server, address)
    other = asked.rstrip("/").rsplit("/", 1)[1]
    for wrong in (token[:-1], token[4:], token[:-1] + ("A" if token[-1] != "A" else "B"), other, "A" * 5000, "x"):
        for answer in (client.post(f"{begin}/{wrong}/"), client.get(f"{begin}/{wrong}/")):
            assert (answer.status_code, "mail.token-refused" in answer.text) == (404, True)
            assert person not in answer.text
    assert wishes(sending) == [True]


@pytest.mark.promise("P39")
def test_an_old_mail_unsubscribes_as_well(client, new_site, server):
    """The address in a mail of more than two months ago ends it like that of today's."""
    site = new_site("infortrend")
    site.stop()
    server.serves(site)
    clock = Clock(site)
    site.start()
    address, _ = letters.subscribed(client, site, server)
    letters.send(site, letters.issue(site))
    link = letters.end(letters.issues(server, address)[0])
    clock.set(timedelta(days=70))
    site.restart()
    assert client.post(link, content="List-Unsubscribe=One-Click", headers=FORM).status_code == 200
    assert wishes(site) == [True, False]


@pytest.mark.promise("P39")
def test_who_was_erased_is_told_the_same(client, sending, server):
    """The address in a mail of somebody who was erased meanwhile answers as ever, and brings nobody back."""
    address, person = letters.subscribed(client, sending, server)
    letters.send(sending, letters.issue(sending))
    link = letters.end(letters.issues(server, address)[0])
    troth("erase", person, "--data", sending.directory)
    assert client.get(link).status_code == 200
    assert client.post(link, content="List-Unsubscribe=One-Click", headers=FORM).status_code == 200
    assert wishes(sending) == [True]
    assert letters.send(sending, letters.issue(sending))["total"] == 0


@pytest.mark.promise("P40")
def test_links_tell_of_those_alone_who_agreed(client, new_site, server):
    """In one send, who agreed to it gets links that count, and who did not gets the addresses themselves."""
    site = new_site("synology-2006")
    site.stop()
    server.serves(site)
    site.start()
    point = "promotional-mail"
    willing, person = letters.subscribed(client, site, server, point, "link-tracking", point=point)
    other, _ = letters.subscribed(client, site, server, point, point=point)
    ref = letters.issue(site, letters.ISSUE.replace("mail: newsletter", f"mail: {point}"))
    letters.send(site, ref)
    (tracked,), (plain,) = letters.issues(server, willing), letters.issues(server, other)
    for kind in ("plain", "html"):
        assert f"{site.url}/follow/" in letters.words(tracked, kind)
        assert "example.com/guide" not in letters.words(tracked, kind)
        assert "/follow/" not in letters.words(plain, kind)
        assert "https://example.com/guide?a=1" in letters.words(plain, kind)
    link = next(one for one in letters.LINK.findall(letters.words(tracked, "plain")) if "/follow/" in one)
    answer = client.get(link)
    assert (answer.status_code, answer.headers["location"]) == (302, "https://example.com/guide?a=1&b=2")
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert letters.status(site, ref)["followed"] == {"https://example.com/guide?a=1&b=2": "fewer than 11"}
    for wrong in (link[:-2], f"{site.url}/follow/https", f"{link}x"):
        assert client.get(wrong).status_code == 404
    troth("person", "withdraw", person, "link-tracking", "--data", site.directory)
    assert client.get(link).headers["location"] == "https://example.com/guide?a=1&b=2"


PROMOTED = "\n::: promotion\nBuy two, pay for one.\n:::\n"
CARRIED = {
    "promotion": PROMOTED,
    "tracked-link": "\n[More](https://example.com/?utm_source=mail)\n",
    "pixel": "\n![](https://example.com/open.gif)\n",
    "raw": '\n<img src="https://example.com/open.gif">\n',
}


@pytest.mark.promise("P41")
@pytest.mark.parametrize("carried", CARRIED.values(), ids=CARRIED)
@pytest.mark.parametrize("mail", ["service-notices", "changes"])
def test_what_nobody_can_refuse_carries_no_promotion(infortrend, carried, mail):
    """A mail of the service that holds promotion, a link that tells or a picture from elsewhere is refused."""
    text = letters.ISSUE.replace("mail: newsletter", f"mail: {mail}") + carried
    with pytest.raises(Failed, match=r"mail\.not-of-its-class.*clause mail\." + mail):
        letters.issue(infortrend, text)


@pytest.mark.promise("P41")
def test_a_service_mail_has_no_way_out_and_tells_nothing(client, new_site, server):
    """It reaches who ordered and said yes to nothing, without an address to unsubscribe, with plain links."""
    site = new_site("synology-2006")
    site.stop()
    server.serves(site)
    site.start()
    address, _ = letters.given(client, site, "link-tracking", point="registration")
    letters.send(site, letters.issue(site, letters.ISSUE.replace("mail: newsletter", "mail: service-notices")))
    (letter,) = letters.issues(server, address)
    assert letter["List-Unsubscribe"] is None
    assert letters.verifies(site, server.raw[server.taken.index(letter)])
    for kind in ("plain", "html"):
        assert "/unsubscribe/" not in letters.words(letter, kind)
        assert "https://example.com/guide?a=1" in letters.words(letter, kind)


def wishes(site: Running) -> list[bool]:
    """What was wished about the newsletter of a site, in the order in which it was."""
    entries = sorted(kept(site.directory).entries.values(), key=itemgetter("at"))
    return [one["given"] for one in entries if one["kind"] == "wished" and one["of"] == "newsletter"]
