"""A password, for who wants one: long enough, not to be guessed, and never the only way in."""

from contextlib import closing
from datetime import timedelta

import httpx
import pytest

from tests.support import me, points
from tests.support.clocks import Clock
from tests.support.documents import Document
from tests.support.site import Running, http

GOOD = "four plain horses walking"
SECURITY = "/me/security/"
NO_PASSKEYS = ["", "{}", "[]", "null", "7", '{"response": {}}', "[" * 5000, '{"response": {"clientDataJSON": "!"}}',
               '{"rawId": 1, "response": {"clientDataJSON": "e30"}}', "\x00"]  # fmt: skip


def send(client: httpx.Client, site: Running, path: str, **said: str) -> httpx.Response:
    """Sends a form of the page about security."""
    return me.post(client, site, path, Document(client.get(site.url + SECURITY)), **said)


def set_to(client: httpx.Client, site: Running, password: str) -> httpx.Response:
    """Sets the password."""
    return send(client, site, "/me/security/password/", password=password)


def enter(client: httpx.Client, site: Running, address: str, password: str) -> httpx.Response:
    """Signs in with a password."""
    page = Document(client.get(f"{site.url}/me/sign-in/"))
    return me.post(client, site, "/me/sign-in/password/", page, address=address, password=password)


@pytest.mark.promise("P46")
@pytest.mark.parametrize(
    "password", [GOOD, "ひみつの合言葉は馬が四頭歩くこと", "p" + " a" * 40 + " 馬" * 300, "   leading and trailing   "]
)
def test_a_password_signs_in(client, infortrend, password):
    """Any fifteen characters that nobody guesses will do, in any script, with spaces, and every one of them counts."""
    address = me.held(client, infortrend)
    with closing(me.signed_in(infortrend, address)) as own:
        assert set_to(own, infortrend, password).status_code == 303
    assert enter(client, infortrend, address, password[:-1]).status_code == 403
    answer = enter(client, infortrend, address.upper(), password)
    assert (answer.status_code, answer.headers["location"]) == (303, "/me/")
    assert "with the password" in client.get(infortrend.url + SECURITY).text
    subjects = [one["subject"] for one in me.mails(infortrend, address)]
    assert sum("New sign-in" in one for one in subjects) == 2
    assert sum("was changed" in one for one in subjects) == 1


@pytest.mark.promise("P46")
def test_a_password_that_others_guess_is_refused(client, infortrend):
    """Too short, in the list of common ones, the same over and over, made of the own address or the site's name."""
    address = me.held(client, infortrend)
    local = address.partition("@")[0]
    weak = ["", "fourteen chars", "1qaz2wsx3edc4rfv", "passwordpassword", "a" * 40, "abcabcabcabcabcabc", address,
            f"{local}1234", "infortrend-infortrend", "x" * 1001, "PASSWORDPASSWORD"]  # fmt: skip
    with closing(me.signed_in(infortrend, address)) as own:
        for password in weak:
            answer = set_to(own, infortrend, password)
            assert answer.status_code == 422, password
            assert "control.weak-password" in answer.text
            assert not password.strip() or password not in answer.text.replace(address, "")
        assert "You have none" in Document(own.get(infortrend.url + SECURITY)).text


@pytest.mark.promise("P46")
def test_nobody_learns_who_has_a_password(client, infortrend):
    """A wrong password, an address without one, an address that is not held: refused in the same words."""
    address = me.held(client, infortrend)
    with closing(me.signed_in(infortrend, address)) as own:
        set_to(own, infortrend, GOOD)
    asked = [(address, "not the right one at all"), (me.held(client, infortrend), GOOD), (points.address(), GOOD),
             (points.address(), "x" * 5000), (address, "")]  # fmt: skip
    pages = []
    for given, password in asked:
        answer = enter(client, infortrend, given, password)
        assert answer.status_code == 403
        assert password not in answer.text or not password
        pages.append(Document(answer).text)
    assert "control.wrong-password" in pages[0]
    assert len(set(pages)) == 1


@pytest.mark.promise("P46")
def test_guessing_is_held_up(client, infortrend):
    """Ten tries an hour for one address; then not even the right one, until the hour is over. A code still lets in."""
    known, unknown = me.held(client, infortrend), points.address()
    with closing(me.signed_in(infortrend, known)) as own:
        set_to(own, infortrend, GOOD)
    for address in (known, unknown):
        for number in range(10):
            assert enter(client, infortrend, address, f"guess number {number} of ten").status_code == 403
        answer = enter(client, infortrend, address, GOOD)
        assert answer.status_code == 429
        assert 0 < int(answer.headers["retry-after"]) <= 3600
    with closing(me.signed_in(infortrend, known)) as own:
        assert own.get(f"{infortrend.url}/me/").status_code == 200


@pytest.fixture
def slow(client, new_site) -> tuple[Running, Clock, str]:
    """A site whose clock is the test's, and the address of somebody there whose password is a good one."""
    site: Running = new_site("infortrend")
    site.stop()
    clock = Clock(site)
    site.start()
    address = me.held(client, site)
    with closing(me.signed_in(site, address)) as own:
        set_to(own, site, GOOD)
    return site, clock, address


@pytest.mark.promise("P46")
def test_a_try_that_is_refused_counts_nowhere(client, slow):
    """Whoever goes on guessing after being held up locks nobody out: an hour later the right password lets in."""
    site, clock, address = slow
    answers = [enter(client, site, address, "not the right one at all").status_code for _ in range(103)]
    assert answers == [403] * 10 + [429] * 93
    clock.set(timedelta(hours=1, minutes=1))
    assert enter(client, site, address, GOOD).status_code == 303


@pytest.mark.promise("P46")
def test_a_hundred_failures_and_a_new_password(client, slow):
    """After a hundred failures no password lets in, until another is set by whoever comes in by a code."""
    site, clock, address = slow
    for hours in range(10):
        clock.set(timedelta(hours=hours, minutes=hours))
        answers = {enter(client, site, address, "not the right one at all").status_code for _ in range(10)}
        assert answers == {403}
    clock.set(timedelta(hours=12))
    assert enter(client, site, address, GOOD).status_code == 429
    with closing(me.signed_in(site, address)) as own:
        assert set_to(own, site, GOOD + " home").status_code == 303
    assert enter(client, site, address, GOOD + " home").status_code == 303


@pytest.mark.promise("P46")
def test_another_password_ends_other_sessions(client, infortrend):
    """Who sets a password ends every session but their own, and who removes it is let in by it no more."""
    address = me.held(client, infortrend)
    own, other = me.signed_in(infortrend, address), me.signed_in(infortrend, address)
    with closing(own), closing(other):
        assert set_to(own, infortrend, GOOD).status_code == 303
        assert other.get(f"{infortrend.url}/me/").status_code == 303
        assert send(own, infortrend, "/me/security/password/remove/").status_code == 303
        assert enter(client, infortrend, address, GOOD).status_code == 403
        again = send(own, infortrend, "/me/security/password/remove/")
        assert again.status_code == 404


@pytest.mark.promise("P44")
@pytest.mark.usefixtures("sqlite")
def test_a_password_stands_nowhere(client, infortrend):
    """No file of the installation holds it, and no log line; what is kept is argon2id's."""
    secret = "seven quiet herons " + points.address().replace("@", " at ")
    with closing(me.signed_in(infortrend, me.held(client, infortrend))) as own:
        assert set_to(own, infortrend, secret).status_code == 303
    files = [file for file in (*infortrend.directory.rglob("*"), infortrend.output) if file.is_file()]
    held = b"".join(file.read_bytes() for file in files)
    assert secret.encode() not in held
    assert b"$argon2id$v=19$m=19456,t=2,p=1$" in held


@pytest.mark.promise("P46")
@pytest.mark.parametrize("sent", NO_PASSKEYS)
def test_what_is_no_passkey_is_refused(client, infortrend, sent):
    """Whatever is sent in place of a passkey's answer is refused by name."""
    page = Document(client.get(f"{infortrend.url}/me/sign-in/"))
    answer = me.post(client, infortrend, "/me/sign-in/passkey/", page, credential=sent)
    assert answer.status_code == 403
    assert "control.passkey-refused" in answer.text


@pytest.mark.promise("P46")
def test_only_who_is_signed_in_changes_anything(client, infortrend):
    """Without a session every form of the page leads to where people sign in, and nothing is done."""
    token = Document(client.get(f"{infortrend.url}/me/sign-in/")).hidden["csrfmiddlewaretoken"]
    for path in ("password/", "password/remove/", "passkey/", "passkey/begin/", "passkey/remove/", "session/end/",
                 "sessions/end/"):  # fmt: skip
        answer = client.post(f"{infortrend.url}{SECURITY}{path}", data={"csrfmiddlewaretoken": token},
                             headers={"Origin": infortrend.url})  # fmt: skip
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/me/sign-in/?next=")
    with http() as stranger:
        assert stranger.post(f"{infortrend.url}{SECURITY}password/", data={"password": GOOD}).status_code == 403
