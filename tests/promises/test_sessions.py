"""Sessions: each has a token of its own, is seen by its person, told of, and ended by them, by time, or with them."""

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from tests.support import me, points
from tests.support.documents import Document
from tests.support.site import http, troth

CODE = "/me/sign-in/code/"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1"


@pytest.mark.promise("P46")
def test_a_session_has_a_token_of_its_own(client, infortrend):
    """A token that somebody put into the browser before is worth nothing afterwards; each sign-in makes another one."""
    address = me.held(client, infortrend)
    client.cookies.set("me", "made-up-by-somebody-else")
    me.sign_in(client, infortrend, address)
    tokens = {one.value for one in client.cookies.jar if one.name == "me"} - {"made-up-by-somebody-else"}
    assert [len(one) for one in tokens] == [43]
    with http(cookies={"me": "made-up-by-somebody-else"}) as stranger:
        assert stranger.get(f"{infortrend.url}/me/").status_code == 303


@pytest.mark.promise("P46")
def test_a_cookie_tells_nobody_else(client, infortrend):
    """The cookie is unreadable for scripts, stays on this site and is gone with the browser; nobody keeps the page."""
    address = me.held(client, infortrend)
    page = me.asked(client, infortrend, address)
    answer = me.post(client, infortrend, CODE, page, code=me.code_for(infortrend, address))
    (cookie,) = [one for one in answer.headers.get_list("set-cookie") if one.startswith("me=")]
    assert {part.strip() for part in cookie.split(";")[1:]} == {"HttpOnly", "Path=/", "SameSite=Lax"}
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.promise("P46")
@pytest.mark.usefixtures("sqlite")
def test_a_token_is_kept_by_the_browser_alone(client, infortrend):
    """The token of a session is in no file of the installation; its digest is."""
    client.cookies.clear()
    me.sign_in(client, infortrend, me.held(client, infortrend))
    token = client.cookies["me"].encode()
    files = [file for file in (*infortrend.directory.rglob("*"), infortrend.output) if file.is_file()]
    assert [file.name for file in files if token in file.read_bytes()] == []
    with closing(sqlite3.connect(infortrend.directory / "troth.sqlite3")) as rows:
        assert {len(one) for (one,) in rows.execute("SELECT token FROM control_session")} == {32}


@pytest.mark.promise("P46")
def test_signing_out_ends_it(client, infortrend):
    """Signed out, the token opens nothing any more, wherever it was kept, and the browser forgets what it was shown."""
    me.sign_in(client, infortrend, me.held(client, infortrend))
    token = client.cookies["me"]
    answer = me.post(client, infortrend, "/me/sign-out/", Document(client.get(f"{infortrend.url}/me/security/")))
    assert answer.status_code == 303
    assert answer.headers["clear-site-data"] == '"cache", "cookies", "storage"'
    with http(cookies={"me": token}) as other:
        assert other.get(f"{infortrend.url}/me/").status_code == 303
        assert other.get(f"{infortrend.url}/me/sign-out/").status_code == 405


@pytest.mark.promise("P46")
def test_a_person_sees_where_they_are_signed_in(client, infortrend):
    """Each session and sign-in is listed with device and means; another one can be ended, and so can all others."""
    address = me.held(client, infortrend)
    here, third = me.signed_in(infortrend, address), me.signed_in(infortrend, address)
    with closing(here), closing(third), http(headers={"User-Agent": SAFARI}) as phone:
        me.sign_in(phone, infortrend, address)
        page = Document(here.get(f"{infortrend.url}/me/security/"))
        assert page.text.count("Firefox on Linux") >= 4
        assert "Safari on iPhone" in page.text
        assert "with a code by mail" in page.text
        refs = [one.filled for one in page.controls if one.name == "session"]
        assert len(refs) == 2
        assert me.post(here, infortrend, "/me/security/session/end/", page, session=refs[0]).status_code == 303
        left = [one.get(f"{infortrend.url}/me/").status_code for one in (here, phone, third)]
        assert sorted(left) == [200, 200, 303]
        assert left[0] == 200
        me.refused(me.post(here, infortrend, "/me/security/session/end/", page, session=refs[0]), 404, "nothing-there")
        assert me.post(here, infortrend, "/me/security/sessions/end/", page).status_code == 303
        assert [one.get(f"{infortrend.url}/me/").status_code for one in (here, phone, third)] == [200, 303, 303]


@pytest.mark.promise("P46")
def test_nobody_ends_the_session_of_another(client, infortrend):
    """The reference of somebody else's session is of no use."""
    theirs, url = me.held(client, infortrend), f"{infortrend.url}/me/security/"
    with (
        closing(me.signed_in(infortrend, me.held(client, infortrend))) as own,
        closing(me.signed_in(infortrend, theirs)) as other,
        closing(me.signed_in(infortrend, theirs)) as third,
    ):
        (ref,) = [one.filled for one in Document(other.get(url)).controls if one.name == "session"]
        answer = me.post(own, infortrend, "/me/security/session/end/", Document(own.get(url)), session=ref)
        me.refused(answer, 404, "nothing-there")
        assert third.get(url).status_code == 200


@pytest.mark.promise("P46")
def test_a_person_is_told_of_a_new_sign_in(client, infortrend):
    """Whoever signs in, the person is told by mail when, how and on what; not when the same browser proves it again."""
    address = me.held(client, infortrend)
    with closing(me.signed_in(infortrend, address)) as own:
        told = [one for one in me.mails(infortrend, address) if "New sign-in" in one["subject"]]
        assert len(told) == 1
        assert "with a code" in told[0]["body"]
        assert "Firefox on Linux" in told[0]["body"]
        me.sign_in(own, infortrend, address)
        assert len([one for one in me.mails(infortrend, address) if "New sign-in" in one["subject"]]) == 1


@pytest.mark.promise("P49")
def test_who_is_erased_is_signed_out(client, infortrend):
    """With the person goes every session of theirs, and no code lets anybody in under their address."""
    address = points.address()
    person = points.taken(points.give(client, infortrend, "newsletter", email=address))["person"]
    with closing(me.signed_in(infortrend, address)) as own:
        known = me.codes(infortrend, address)
        page = me.asked(client, infortrend, address)
        code = me.code_for(infortrend, address, *known)
        troth("erase", person, "--data", infortrend.directory)
        assert own.get(f"{infortrend.url}/me/").status_code == 303
        me.refused(me.post(client, infortrend, CODE, page, code=code), 403, "control.")
    me.asked(client, infortrend, address)


@pytest.mark.promise("P46")
def test_a_session_does_not_last_for_ever(client, shifting):
    """However often it is used, a session is over after twelve hours."""
    site, clock = shifting
    me.sign_in(client, site, me.held(client, site))
    for minutes in range(25, 720, 25):
        clock.set(timedelta(minutes=minutes))
        assert client.get(f"{site.url}/me/").status_code == 200
    clock.set(timedelta(hours=12, seconds=5))
    assert client.get(f"{site.url}/me/").status_code == 303


@pytest.mark.promise("P46")
def test_password_programs_find_the_page(client, infortrend):
    """`/.well-known/change-password` leads to where a password is changed."""
    assert client.get(f"{infortrend.url}/.well-known/change-password").headers["location"] == "/me/security/"


@pytest.mark.promise("P46")
def test_a_backup_brings_nobody_back_in(client, new_site):
    """A store that was put back knows of no session that was open when it was copied, and of no code and no letter."""
    site = new_site("infortrend")
    address = me.held(client, site)
    with closing(me.signed_in(site, address)) as own:
        page = me.asked(client, site, address)
        code = me.code_for(site, address)
        made = site.directory.with_name("backup")
        troth("backup", made, "--data", site.directory)
        site.stop()
        troth("restore", made, "--data", site.directory)
        site.start()
        assert own.get(f"{site.url}/me/").status_code == 303
        me.refused(me.post(client, site, "/me/sign-in/code/", page, code=code), 403, "control.code-over")
        assert me.mails(site, address) == []
    me.signed_in(site, address).close()
