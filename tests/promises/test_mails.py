"""Letters of the service: sealed while they wait, sent over TLS, gone once they are sent."""

import json
import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from tests.support import me, points, smtp
from tests.support.clocks import Clock
from tests.support.documents import Document
from tests.support.forked import run
from tests.support.site import Failed, Running, free_port, http, troth
from tests.support.waiting import until

CODE = re.compile(r"\b\d{4} \d{4}\b")
# What the server says of a letter: later perhaps, or never.
LATER, NEVER = "451 Come again", "550 No such mailbox"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[smtp.Server]:
    """A mail server of the test's own, not started yet."""
    with smtp.server(tmp_path) as made:
        yield made


def waiting(site: Running) -> int:
    """How many letters wait to be sent."""
    found: int = json.loads(run("status", "--data", site.directory, "--json").stdout)["mail"]["waiting"]
    return found


@pytest.mark.promise("P46")
def test_a_code_goes_by_smtp(client, sending, server):
    """The code is handed to the mail server over TLS, with its password, and nothing of the letter stays here."""
    server.start()
    address = me.held(client, sending)
    page = me.asked(client, sending, address)
    until(lambda: server.letters(address), "the letter with the code")
    (letter,) = server.letters(address)
    assert (letter["From"], letter["Auto-Submitted"]) == (smtp.SENDER, "auto-generated")
    code = CODE.search(letter.get_content())
    assert code
    assert code.group() not in letter["Subject"]
    until(lambda: waiting(sending) == 0, "an outbox that is empty again")
    answer = me.post(client, sending, "/me/sign-in/code/", page, code=code.group())
    assert (answer.status_code, answer.headers["location"]) == (303, "/me/")
    until(lambda: len(server.letters(address)) == 2, "the notice of the sign-in")
    assert "Somebody signed in" in server.letters(address)[1].get_content()


@pytest.mark.promise("P46")
def test_nothing_is_sent_to_who_is_not_held(client, sending, server):
    """Nobody is written to of whom nothing is held, however often somebody types their address."""
    server.start()
    known, unknown = me.held(client, sending), points.address()
    me.asked(client, sending, unknown)
    me.asked(client, sending, known)
    until(lambda: server.letters(known), "the letter to whom something is held of")
    assert server.letters(unknown) == []


@pytest.mark.promise("P44")
@pytest.mark.usefixtures("sqlite")
def test_a_letter_that_waits_is_sealed(client, sending, server):
    """While the mail server is away, address and code of the letter are in no file and no log line in clear."""
    server.refusing = LATER
    server.start()
    address = me.held(client, sending)
    me.asked(client, sending, address)
    until(lambda: server.tries, "a first try")
    until(lambda: waiting(sending) == 1, "a letter that waits")
    held = {file: file.read_bytes() for file in sending.directory.rglob("*") if file.is_file()}
    held[sending.output] = sending.output.read_bytes()
    server.refusing = ""
    until(lambda: server.letters(address), "the letter, tried again")
    code = CODE.search(server.letters(address)[0].get_content())
    assert code
    words = [address, code.group(), code.group().replace(" ", ""), "It works once"]
    assert [file.name for file, content in held.items() for word in words if word.encode() in content] == []
    assert address not in sending.printed()
    until(lambda: waiting(sending) == 0, "an outbox that is empty again")


@pytest.mark.promise("P46")
def test_a_letter_waits_for_a_server_that_is_away(client, sending, server):
    """Nobody listens: the letter waits, and goes once somebody does; a restart in between loses nothing."""
    address = me.held(client, sending)
    me.asked(client, sending, address)
    until(lambda: waiting(sending) == 1, "a letter that waits")
    sending.restart()
    server.start()
    until(lambda: server.letters(address), "the letter, tried again")
    assert len(server.letters(address)) == 1


@pytest.mark.promise("P46")
def test_a_letter_that_is_refused_for_good_is_given_up(client, sending, server):
    """A mailbox that does not exist is not tried again and again, and the log names nobody."""
    server.refusing = NEVER
    server.start()
    address = me.held(client, sending)
    me.asked(client, sending, address)
    until(lambda: "refused a letter for good" in sending.printed(), "a line of the log")
    until(lambda: waiting(sending) == 0, "an outbox without it")
    assert address not in sending.printed()
    assert server.tries == 1


@pytest.mark.promise("P46")
def test_an_address_of_any_letters(client, sending, server):
    """What stands before the `@` goes letter by letter to a mail server that takes it; a long one stops no other."""
    server.start()
    local = secrets.token_hex(4)
    odd, far = f"{'用' * 20}{local}@example.com", f"{local}@bücher.example.com"
    for address in (odd, far, known := points.address()):
        points.taken(points.give(client, sending, "newsletter", email=address))
        me.asked(client, sending, address)
    until(lambda: server.letters(known), "the letter that comes last")
    assert len(server.letters(odd)) == 1
    assert len(server.letters(f"{local}@xn--bcher-kva.example.com")) == 1


@pytest.mark.promise("P46")
def test_an_address_that_the_mail_server_cannot_take(client, sending, server):
    """Of an older mail server nobody else is given the letter: it is given up, and the next one goes."""
    server.start(utf8=False)
    odd, known = f"{'用' * 20}{secrets.token_hex(4)}@example.com", me.held(client, sending)
    points.taken(points.give(client, sending, "newsletter", email=odd))
    me.asked(client, sending, odd)
    until(lambda: "refused a letter for good" in sending.printed(), "a line of the log")
    me.asked(client, sending, known)
    until(lambda: server.letters(known), "the next letter")
    assert [letter["To"] for letter in server.taken] == [known]
    until(lambda: waiting(sending) == 0, "an outbox without it")
    assert odd not in sending.printed()


@pytest.mark.promise("P46")
def test_a_letter_of_no_use_is_given_up(client, new_site, server):
    """A code whose time is over before the mail server took it is not sent afterwards."""
    site = new_site("infortrend")
    site.stop()
    server.serves(site)
    clock = Clock(site)
    site.start()
    address = me.held(client, site)
    me.asked(client, site, address)
    until(lambda: waiting(site) == 1, "a letter that waits")
    clock.set(timedelta(minutes=10, seconds=5))
    until(lambda: "letters were given up" in site.printed(), "a line of the log")
    assert waiting(site) == 0
    assert address not in site.printed()


@pytest.mark.promise("P43")
def test_nothing_is_handed_over_in_clear(client, sending, server):
    """A mail server that offers no TLS, or has been stripped of it, is given neither password nor letter."""
    server.start(tls=False)
    address = me.held(client, sending)
    me.asked(client, sending, address)
    until(lambda: "does not take letters now" in sending.printed(), "a line of the log")
    assert server.tries == 0
    assert server.taken == []
    assert waiting(sending) == 1


@pytest.mark.promise("P44")
def test_letters_are_shown_on_the_machine_itself_alone(client, infortrend, sending):
    """Where nothing is sent, letters are shown to this machine and to no one for whom a proxy asks; else nowhere."""
    address = me.held(client, infortrend)
    me.asked(client, infortrend, address)
    me.code_for(infortrend, address)
    shown = client.get(f"{infortrend.url}/mails/")
    assert shown.status_code == 200
    assert address in shown.text
    assert shown.headers["cache-control"] == "no-store"
    for header in ("X-Forwarded-For", "Forwarded", "Via"):
        refused = client.get(f"{infortrend.url}/mails/", headers={header: "for=203.0.113.7"})
        assert refused.status_code == 403
        assert address not in refused.text
    elsewhere = client.get(f"{sending.url}/mails/")
    assert elsewhere.status_code == 403
    assert "mail.not-shown" in elsewhere.text
    with pytest.raises(Failed, match=r"mail\.not-shown"):
        troth("mails", "--data", sending.directory)


@pytest.fixture
def mute(tmp_path: Path, store) -> Iterator[Running]:
    """A site that others can reach, and that names no mail server."""
    site = Running(tmp_path / "mute", free_port())
    rows, keys = store()
    stores = ("--database", rows, "--keys-database", keys)
    troth("init", site.directory, "--url", "https://www.example.com", *stores)
    file = site.directory / "troth.toml"
    file.write_text(file.read_text("utf-8").replace("[site]\n", "[site]\nbehind_proxy = true\n"), "utf-8")
    troth("publish", site.directory / "statement.yaml", "--effective", "today", "--data", site.directory)
    begin(site)
    yield site
    site.close()


def outside(site: Running) -> httpx.Client:
    """Somebody who comes through the proxy in front of `site`."""
    passed_on = {"Host": "www.example.com", "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}
    return http(base_url=site.url, headers=passed_on)


def begin(site: Running) -> None:
    """Serves, and returns when it is ready."""
    site.begin()
    with outside(site) as proxy:
        until(lambda: answers(proxy), "a site that is ready")


def answers(proxy: httpx.Client) -> bool:
    """Whether the site behind `proxy` is ready."""
    with suppress(httpx.TransportError):
        return proxy.get("/healthz").status_code == 200
    return False


@pytest.mark.promise("P46")
def test_a_site_that_cannot_write_says_so(mute):
    """Beyond this machine and without a mail server, nobody is told to wait for a code, and `status` says why."""
    with outside(mute) as client:
        page = client.get("/me/sign-in/")
        assert page.status_code == 200
        token = Document(page).hidden["csrfmiddlewaretoken"]
        cookie = {"Cookie": page.headers["set-cookie"].partition(";")[0]}
        said = {"csrfmiddlewaretoken": token, "address": points.address()}
        answer = client.post("/me/sign-in/", data=said, headers={"Origin": "https://www.example.com", **cookie})
        assert answer.status_code == 503
        assert "mail.not-set-up" in answer.text
        assert client.get("/mails/").status_code == 403
    told = json.loads(run("status", "--data", mute.directory, "--json").stdout)
    assert "mail.not-set-up" in [one["code"] for one in told["problems"]]


@pytest.mark.promise("P43")
def test_a_session_goes_over_tls_alone(mute, server):
    """On a site that others reach, the cookie of a session is the browser's for this host, and for TLS, alone."""
    mute.stop()
    server.serves(mute)
    server.start()
    begin(mute)
    address = points.address()
    with outside(mute) as client:
        client.headers["Origin"] = "https://www.example.com"
        points.taken(points.give(client, mute, "newsletter", email=address))
        page = client.get("/me/sign-in/")
        client.headers["Cookie"] = page.headers["set-cookie"].partition(";")[0]
        said = Document(page).hidden | {"address": address}
        form = Document(client.post("/me/sign-in/", data=said)).hidden
        until(lambda: server.letters(address), "the letter with the code")
        code = CODE.search(server.letters(address)[0].get_content())
        assert code
        answer = client.post("/me/sign-in/code/", data={**form, "code": code.group()})
        (cookie,) = [one for one in answer.headers.get_list("set-cookie") if "me=" in one]
        value, *rest = cookie.split("; ")
        assert value.startswith("__Host-me=")
        assert set(rest) == {"HttpOnly", "Path=/", "SameSite=Lax", "Secure"}
        client.headers["Cookie"] = f"{value}; {client.headers['Cookie']}"
        own = client.get("/me/security/")
        assert own.status_code == 200
        client.headers["Cookie"] = f"{value}; {own.headers['set-cookie'].partition(';')[0]}"
        out = client.post("/me/sign-out/", data=Document(own).hidden)
        assert out.status_code == 303
        (gone,) = [one for one in out.headers.get_list("set-cookie") if "me=" in one]
        assert gone.startswith('__Host-me="";')
        assert "Secure" in gone
        assert client.get("/me/").status_code == 303


WRONG = {
    "in clear": 'host = "mail.example.org"\nsecurity = "none"',
    "no sender": None,
    "no address": 'host = "mail.example.org"\nsender = "nobody"',
    "a password": 'host = "mail.example.org"\npassword = "secret"',
}


@pytest.mark.promise("P43")
@pytest.mark.usefixtures("sqlite")
@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_settings_that_would_not_do_are_refused(tmp_path, wrong):
    """A mail server beyond this machine is never spoken to in clear, and no password stands in the settings."""
    troth("init", tmp_path / "site")
    file = tmp_path / "site" / "troth.toml"
    lines = wrong or 'host = "mail.example.org"'
    sender = "" if wrong is None or "sender" in wrong else f'\nsender = "{smtp.SENDER}"'
    file.write_text(f"{file.read_text('utf-8')}\n[mail]\n{lines}{sender}\n", "utf-8")
    with pytest.raises(Failed, match=r"entry\.not-installed"):
        troth("status", "--data", tmp_path / "site")


@pytest.mark.promise("P44")
@pytest.mark.usefixtures("sqlite")
def test_a_password_that_others_can_read_is_not_used(sending):
    """The mail server's password is its owner's alone, or nothing is sent with it."""
    (sending.directory / "keys" / "mail.password").chmod(0o644)
    told = json.loads(run("status", "--data", sending.directory, "--json").stdout)
    assert [one["code"] for one in told["problems"]] == ["mail.password-missing"]
    assert smtp.PASSWORD not in json.dumps(told)
