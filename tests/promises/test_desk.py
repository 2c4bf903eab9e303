"""Who comes to the desk, with what, and what they see there."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.promises.test_put_back import backup, put_back
from tests.support.clocks import Clock
from tests.support.persons import somebody
from tests.support.site import Failed, Running, troth
from tests.support.staff import Staff, at_desk, chosen, invited

DUTY = "visits"


@pytest.fixture
def site(new_site) -> Running:
    """A site of its own, whose clock can be set."""
    made: Running = new_site("infortrend")
    made.stop()
    Clock(made)
    made.start()
    return made


@pytest.mark.promise("P44")
def test_somebody_invited_comes_in(client: httpx.Client, infortrend: Running) -> None:
    """Post, invitation, password and code; from then on the desk shows what the post may do, and nobody keeps it."""
    officer = at_desk(client, infortrend, "first-officer", DUTY)
    page = officer.get("/desk/")
    assert page.status_code == 200
    assert "first-officer" in page.text
    assert "/desk/visits/" in page.text
    assert page.headers["cache-control"] == "no-store"
    assert {"post": "first-officer", "may": [DUTY]} in json.loads(
        troth("desk", "list", "--json", "--data", infortrend.directory)
    )
    assert troth("verify", "--data", infortrend.directory).startswith("Verified: ")


@pytest.mark.promise("P44")
def test_an_invitation_is_good_once(client: httpx.Client, infortrend: Running) -> None:
    """One that was taken up, one that was replaced and one that nobody made are refused in the same words."""
    first = invited(infortrend, "once", DUTY)
    chosen(Staff(client, infortrend, "once"), first)
    second = troth("desk", "invite", "once", "--data", infortrend.directory).split()[-1]
    troth("desk", "invite", "once", "--data", infortrend.directory)
    with httpx.Client() as fresh:
        stranger = Staff(fresh, infortrend, "once")
        for wrong in (first, second, "made-up", ""):
            answer = stranger.send("/desk/welcome/", invitation=wrong)
            assert answer.status_code == 403
            assert "desk.not-invited" in answer.text


@pytest.mark.promise("P44")
def test_an_invitation_is_over_after_a_day(client: httpx.Client, site: Running) -> None:
    """Whoever did not come within a day is invited anew."""
    code = invited(site, "late", DUTY)
    Clock(site).set(timedelta(hours=24, minutes=1))
    answer = Staff(client, site, "late").send("/desk/welcome/", invitation=code)
    assert answer.status_code == 403


@pytest.mark.promise("P44")
def test_both_things_are_needed(client: httpx.Client, site: Running) -> None:
    """Neither password nor code alone lets anybody in, nor a code that was used; which was wrong is not told."""
    clock = Clock(site)
    officer = at_desk(client, site, "both", DUTY)
    used = officer.code(clock.now())
    assert officer.sign_out().headers["location"] == "/desk/sign-in/"
    clock.set(timedelta(minutes=2))
    wrong = [
        officer.sign_in(used),
        officer.sign_in("000000"),
        officer.sign_in(""),
        replace(officer, password="eight otters under a blue bridge").sign_in(officer.code(clock.now())),
        replace(officer, name="nobody").sign_in(officer.code(clock.now())),
    ]
    assert {one.status_code for one in wrong} == {403}
    said = {re.sub(r'value="[^"]*"', "", one.text.split("<main", 1)[1]) for one in wrong}
    assert len(said) == 1
    code = officer.code(clock.now())
    assert officer.sign_in(code).headers["location"] == "/desk/"
    client.cookies.clear()
    assert officer.sign_in(code).status_code == 403


@pytest.mark.promise("P44")
def test_guessing_is_stopped(client: httpx.Client, site: Running) -> None:
    """After ten wrong tries nobody comes in as this post for a while, not even with what is right."""
    clock = Clock(site)
    officer = at_desk(client, site, "guessed", DUTY)
    client.cookies.clear()
    clock.set(timedelta(minutes=2))
    assert {officer.sign_in("123456x").status_code for _ in range(10)} == {403}
    locked = officer.sign_in(officer.code(clock.now()))
    assert (locked.status_code, int(locked.headers["retry-after"]) > 0) == (429, True)
    clock.set(timedelta(minutes=20))
    assert officer.sign_in(officer.code(clock.now())).status_code == 303


@pytest.mark.promise("P44")
def test_a_post_does_what_it_may(client: httpx.Client, infortrend: Running) -> None:
    """Without the duty a page is refused; without a post at the desk it leads to signing in, and back afterwards."""
    writer = at_desk(client, infortrend, "writer", "letters")
    refused = writer.get("/desk/visits/")
    assert refused.status_code == 403
    assert "desk.not-yours" in refused.text
    client.cookies.clear()
    for path in ("/desk/", "/desk/visits/", "/zh-hant/desk/visits/2026-01/"):
        answer = client.get(infortrend.url + path)
        assert answer.status_code == 303
        assert "/desk/sign-in/?next=" in answer.headers["location"]
    away = client.get(f"{infortrend.url}/desk/sign-in/", params={"next": "//elsewhere.example/desk/"})
    assert "elsewhere" not in away.text


@pytest.mark.promise("P44")
def test_a_post_is_ended(client: httpx.Client, infortrend: Running) -> None:
    """Whoever is there is out at once, and comes in no more; it ends once, and its name can be given again."""
    officer = at_desk(client, infortrend, "short", DUTY)
    troth("desk", "end", "short", "--data", infortrend.directory)
    assert officer.get("/desk/").status_code == 303
    with pytest.raises(Failed, match=r"desk\.no-such-post"):
        troth("desk", "end", "short", "--data", infortrend.directory)
    at_desk(client, infortrend, "short", "letters")
    assert troth("verify", "--data", infortrend.directory).startswith("Verified: ")


@pytest.mark.promise("P44")
@pytest.mark.parametrize("name", ["Privacy Officer", "x", "a@b.example", "-a", "a" * 41])
def test_a_post_is_no_person(infortrend: Running, name: str) -> None:
    """A post has the plain name of a job, and duties that there are."""
    with pytest.raises(Failed, match=r"desk\.not-a-post"):
        troth("desk", "add", "--may", DUTY, "--data", infortrend.directory, "--", name)


@pytest.mark.promise("P44")
def test_duties_there_are(infortrend: Running) -> None:
    """A duty that there is not is none; two posts of one name there are not either."""
    with pytest.raises(Failed, match=r"desk\.not-a-post"):
        troth("desk", "add", "all", "--may", "everything", "--data", infortrend.directory)
    invited(infortrend, "twin", DUTY)
    with pytest.raises(Failed, match=r"desk\.not-a-post"):
        invited(infortrend, "twin", DUTY)


@pytest.mark.promise("P44")
def test_a_session_is_over(client: httpx.Client, site: Running) -> None:
    """After half an hour without use, and after eight hours with it."""
    clock = Clock(site)
    officer = at_desk(client, site, "patient", DUTY)
    clock.set(timedelta(minutes=29))
    assert officer.get("/desk/").status_code == 200
    clock.set(timedelta(minutes=61))
    assert officer.get("/desk/").status_code == 303


@pytest.mark.promise("P44")
def test_a_session_is_new_with_each_sign_in(client: httpx.Client, infortrend: Running) -> None:
    """A token from before nobody was there lets nobody in; signing out ends the session, whoever has its token."""
    client.cookies.set("desk", "fixed")
    officer = at_desk(client, infortrend, "fresh", DUTY)
    token = next(one.value or "" for one in client.cookies.jar if one.name == "desk" and one.value != "fixed")
    assert client.get(f"{infortrend.url}/me/").status_code == 303
    assert officer.sign_out().status_code == 303
    with httpx.Client(cookies={"desk": token}) as thief:
        assert thief.get(f"{infortrend.url}/desk/").status_code == 303


@pytest.mark.promise("P44")
def test_nothing_is_done_by_a_foreign_form(client: httpx.Client, infortrend: Running) -> None:
    """A form that another site sends is refused."""
    at_desk(client, infortrend, "guarded", DUTY)
    for path in ("sign-out", "sign-in", "welcome"):
        assert client.post(f"{infortrend.url}/desk/{path}/", data={}).status_code == 403


@pytest.mark.promise("P44")
def test_the_desk_is_entered_by_invitation_again(client: httpx.Client, site: Running) -> None:
    """Posts are as the ledger says: one made since is there, one ended since is ended; nobody has what lets in."""
    somebody(client, site)
    kept, ended = (at_desk(client, site, name, "visits") for name in ("kept", "ended"))
    made = backup(site)
    troth("desk", "end", "ended", "--data", site.directory)
    at_desk(client, site, "later", "letters")
    put_back(site, made)
    told = json.loads(troth("desk", "list", "--json", "--data", site.directory))
    assert [one["post"] for one in told] == ["kept", "later"]
    assert kept.get("/desk/").status_code == 303
    assert kept.sign_in(kept.code(datetime.now(UTC) + timedelta(seconds=30))).status_code == 403
    assert ended.sign_in(ended.code()).status_code == 403
    assert troth("verify", "--data", site.directory).startswith("Verified: ")
    invitation = troth("desk", "invite", "kept", "--data", site.directory).split()[-1]
    assert chosen(kept, invitation)[1].status_code == 303
