"""Signing in: only who reads the mail of an address, or holds what they made here for it, comes in."""

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest

from tests.support import me, points
from tests.support.documents import Document
from tests.support.site import Running, http

CODE = "/me/sign-in/code/"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1"
# What differs from one form to the next, whoever it is for.
OWN = re.compile(r'value="[^"]{20,}"')


@pytest.mark.promise("P46")
def test_a_code_by_mail_lets_its_reader_in(client, site):
    """Whoever gave an address and reads its mail needs no account: the code that is sent to it signs them in."""
    address = me.held(client, site, "newsletter" if "newsletter" in points.points(site.directory.name) else "promotion")
    assert client.get(f"{site.url}/me/").headers["location"] == "/me/sign-in/?next=%2Fme%2F"
    me.sign_in(client, site, address)
    answer = client.get(f"{site.url}/me/")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.promise("P46")
def test_nobody_learns_who_is_known(client, infortrend):
    """Known or unknown, right form or wrong code: the answers are the same but for what is random in every form."""
    known, unknown = me.held(client, infortrend), points.address()
    pages = [me.post(client, infortrend, "/me/sign-in/", address=one) for one in (known, unknown)]
    tries = [me.post(client, infortrend, CODE, Document(page), code="0000 0000") for page in pages]
    for one, other in (pages, tries):
        assert one.status_code == other.status_code
        assert OWN.sub("", one.text) == OWN.sub("", other.text)
        assert set(one.headers) == set(other.headers)


@pytest.mark.promise("P46")
def test_a_code_is_good_once(client, infortrend):
    """A code that was used is refused, in the same browser and with the same form."""
    address = me.held(client, infortrend)
    page = me.asked(client, infortrend, address)
    code, before = me.code_for(infortrend, address), client.cookies["form"]
    assert me.post(client, infortrend, CODE, page, code=code).status_code == 303
    refused = me.post(client, infortrend, CODE, page, code=code)
    me.refused(refused, 403, "collection.forged")  # the form's own cookie was exchanged when the person came in
    with http(cookies={"form": before}) as again:
        me.refused(me.post(again, infortrend, CODE, page, code=code), 403, "control.code-over")


@pytest.mark.promise("P46")
def test_a_code_bears_few_tries(client, infortrend):
    """Five wrong codes, and not even the right one opens any more."""
    address = me.held(client, infortrend)
    page = me.asked(client, infortrend, address)
    code = me.code_for(infortrend, address)
    for _ in range(4):
        me.refused(me.post(client, infortrend, CODE, page, code="0000 0000"), 403, "control.wrong-code")
    me.refused(me.post(client, infortrend, CODE, page, code="0000 0000"), 403, "control.code-over")
    me.refused(me.post(client, infortrend, CODE, page, code=code), 403, "control.code-over")


@pytest.mark.promise("P46")
def test_a_code_opens_for_its_own_address_alone(client, infortrend):
    """A code that was sent to one address does not open another one's pages, nor that of a form before it."""
    mine, theirs = me.held(client, infortrend), me.held(client, infortrend)
    first = me.asked(client, infortrend, mine)
    of_first = me.code_for(infortrend, mine)
    page = me.asked(client, infortrend, theirs)
    me.refused(me.post(client, infortrend, CODE, page, code=of_first), 403, "control.wrong-code")
    second = me.asked(client, infortrend, mine)
    of_second = me.code_for(infortrend, mine, of_first)
    me.refused(me.post(client, infortrend, CODE, first, code=of_second), 403, "control.wrong-code")
    assert me.post(client, infortrend, CODE, second, code=of_second).status_code == 303


@pytest.mark.promise("P46")
def test_a_code_works_in_the_browser_that_asked(client, infortrend):
    """Whoever has the code and the form, but not the browser, does not come in; nor does a form that nobody made."""
    address = me.held(client, infortrend)
    page = me.asked(client, infortrend, address)
    code = me.code_for(infortrend, address)
    with http() as other:
        own = Document(other.get(f"{infortrend.url}/me/sign-in/")).hidden["csrfmiddlewaretoken"]
        for token in (page.hidden["token"], "", "made-up", page.hidden["token"][:-1]):
            said = {"csrfmiddlewaretoken": own, "token": token, "code": code}
            answer = other.post(infortrend.url + CODE, data=said, headers={"Origin": infortrend.url})
            me.refused(answer, 403, "control.foreign")
    me.refused(client.post(infortrend.url + CODE, data={**page.hidden, "code": code, "csrfmiddlewaretoken": ""}), 403,
            "collection.forged")  # fmt: skip
    assert me.post(client, infortrend, CODE, page, code=code).status_code == 303


@pytest.mark.promise("P46")
def test_what_is_no_address_is_told_apart(client, infortrend):
    """What is no e-mail address is refused by name, and repeated nowhere but in its own field."""
    for typed in (
        "",
        "nobody",
        "a b@example.com",
        "a@b@c",
        "x" * 300 + "@example.com",
        "a@example.com\nBcc: b@example.com",
    ):
        me.refused(me.post(client, infortrend, "/me/sign-in/", address=typed), 422, "control.not-an-address")


@pytest.mark.promise("P46")
@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)",
                                    "/" + "x" * 400])  # fmt: skip
def test_nobody_is_led_elsewhere(client, infortrend, wanted):
    """After signing in a browser stays on this site, whatever the link to the page said."""
    page = Document(client.get(f"{infortrend.url}/me/sign-in/", params={"next": wanted}))
    assert page.hidden["next"] == "/me/"
    answer = client.post(f"{infortrend.url}/me/sign-in/", headers={"Origin": infortrend.url},
                         data={**page.hidden, "next": wanted, "address": points.address()})  # fmt: skip
    assert Document(answer).hidden["next"] == "/me/"


@pytest.mark.promise("P46")
def test_a_person_comes_to_the_page_they_wanted(client, infortrend):
    """Who was asked to sign in on the way to a page is led to it."""
    address = me.held(client, infortrend)
    sent = client.get(f"{infortrend.url}/me/security/").headers["location"]
    answer = client.post(infortrend.url + sent, headers={"Origin": infortrend.url},
                         data={**Document(client.get(infortrend.url + sent)).hidden, "address": address})  # fmt: skip
    code = me.code_for(infortrend, address)
    assert me.post(client, infortrend, CODE, Document(answer), code=code).headers["location"] == "/me/security/"


@pytest.mark.promise("P46")
def test_an_address_is_not_flooded(client, new_site):
    """A sixth code within a quarter of an hour is refused, known or unknown, also by a server that has just begun."""
    site = new_site("infortrend")
    for address in (me.held(client, site), points.address()):
        for _ in range(5):
            me.asked(client, site, address)
        site.restart()
        answer = me.post(client, site, "/me/sign-in/", address=address.upper())
        me.refused(answer, 429, "control.too-often")
        assert 0 < int(answer.headers["retry-after"]) <= 900
    me.asked(client, site, points.address())


@pytest.mark.promise("P46")
def test_a_limit_holds_for_all_at_once(client, infortrend):
    """Whoever asks a dozen times at the same moment is given five codes as well."""
    address = me.held(client, infortrend)

    def ask(_number: int) -> int:
        with http() as one:
            return me.post(one, infortrend, "/me/sign-in/", address=address).status_code

    with ThreadPoolExecutor(12) as many:
        assert Counter(many.map(ask, range(12))) == {200: 5, 429: 7}


@pytest.fixture
def behind(new_site) -> Running:
    """A site behind a proxy that says whom it asks for."""
    site: Running = new_site("infortrend")
    site.stop()
    file = site.directory / "troth.toml"
    file.write_text(file.read_text("utf-8").replace("[site]\n", "[site]\nbehind_proxy = true\n"), "utf-8")
    site.start()
    return site


@pytest.mark.promise("P46")
@pytest.mark.parametrize(("near", "far"), [("203.0.113.{}", "198.51.100.7"), ("2001:db8:1:{}::1", "2001:db8:2::1")])
def test_a_network_does_not_ask_for_all(client, behind, near, far):
    """From one network so many codes may be asked for, whatever the addresses; another network is not held up by it."""

    def ask(sender: str) -> httpx.Response:
        client.headers["X-Forwarded-For"] = f"192.0.2.1, {sender}"
        return me.post(client, behind, "/me/sign-in/", address=points.address())

    assert {ask(near.format(number)).status_code for number in range(30)} == {200}
    me.refused(ask(near.format(31)), 429, "control.too-often")
    assert ask(far).status_code == 200


@pytest.mark.promise("P44")
@pytest.mark.usefixtures("sqlite")
def test_nothing_says_who_asked(client, behind):
    """Neither the address that somebody typed nor where they are stands in any file, known or not."""
    address, sender = points.address(), "203.0.113.77"
    client.headers["X-Forwarded-For"] = sender
    me.asked(client, behind, address)
    words = [address.encode(), sender.encode(), b"203.0.113."]
    files = [file for file in (*behind.directory.rglob("*"), behind.output) if file.is_file()]
    assert [file.name for file in files for word in words if word in file.read_bytes()] == []


@pytest.mark.promise("P46")
def test_everything_is_over_in_time(client, shifting):
    """A code is over after ten minutes, a proof for what matters more too, a session after half an hour without use."""
    site, clock = shifting
    address = me.held(client, site)
    page = me.asked(client, site, address)
    code = me.code_for(site, address)
    clock.set(timedelta(minutes=10, seconds=5))
    me.refused(me.post(client, site, CODE, page, code=code), 403, "control.code-over")
    me.sign_in(client, site, address)
    security = f"{site.url}/me/security/"
    clock.set(timedelta(minutes=25))
    page = Document(client.get(security))
    answer = me.post(client, site, "/me/security/password/", page, password="four plain horses walking")
    assert (answer.status_code, answer.headers["location"]) == (303, "/me/sign-in/?next=%2Fme%2Fsecurity%2Fpassword%2F")
    assert client.get(f"{site.url}/me/security/password/").headers["location"] == "/me/security/"
    clock.set(timedelta(minutes=54))
    assert client.get(security).status_code == 200
    clock.set(timedelta(minutes=85))
    assert client.get(security).status_code == 303
