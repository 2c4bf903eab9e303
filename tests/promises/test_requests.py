"""Whatever somebody asks for, through whichever door, has a clock, a state and its entry in the ledger."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.support import points
from tests.support.asking import Asking
from tests.support.clocks import Clock
from tests.support.documents import Document
from tests.support.forked import run
from tests.support.me import post, signed_in
from tests.support.outsider import Log
from tests.support.persons import Somebody, somebody
from tests.support.site import Failed, Running, troth

TODAY = datetime.now(UTC).date


def listed(site: Running, *arguments: str) -> dict[str, dict[str, Any]]:
    """The requests that the desk sees, by reference."""
    told = json.loads(troth("requests", "list", *arguments, "--json", "--data", site.directory))
    return {one["request"]: one for one in told}


def taken_in(site: Running, right: str, person: str = "") -> str:
    """What staff takes in on somebody's behalf; its reference."""
    said = troth("requests", "new", right, *(("--person", person) if person else ()), "--data", site.directory)
    return said.split()[1]


@pytest.fixture
def one(client: httpx.Client, infortrend: Running) -> Somebody:
    """Somebody of whom something is held."""
    return somebody(client, infortrend)


@pytest.fixture
def program(client: httpx.Client, infortrend: Running) -> Asking:
    """A program of the site itself."""
    return Asking.new(client, infortrend, requests=True)


def send(program: Asking, body: Any, token: str | None = None) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token or program.token}"}
    return program.client.post(f"{program.site.url}/api/v1/requests", json=body, headers=headers)


@pytest.mark.promise("P56")
def test_a_program_takes_a_request_in(program: Asking, one: Somebody) -> None:
    """What a person asks a program for waits for its answer, with the day that the earliest law names."""
    answer = send(program, {"person": one.person, "right": "erase", "words": "All of it, please."})
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert told["state"] == "open"
    assert date.fromisoformat(told["due"]) <= TODAY() + timedelta(days=45)
    waiting = listed(program.site)[told["request"]]
    assert (waiting["asked"], waiting["door"], waiting["person"]) == ("erase", "api", one.person)
    shown = troth("requests", "show", told["request"], "--data", program.site.directory)
    assert "All of it, please." in shown


@pytest.mark.promise("P56")
def test_the_ledger_says_what_was_asked_and_answered(client: httpx.Client, program: Asking, one: Somebody) -> None:
    """The log has the request with its law and its day, and the answer with its outcome; neither says whose it is."""
    log, site = Log(client, program.site), program.site
    before = log.settled()
    ref = send(program, {"person": one.person, "right": "correct"}).json()["request"]
    troth("requests", "extend", ref, "--reason", "complex", "--data", site.directory)
    troth("requests", "close", ref, "--outcome", "done", "--data", site.directory)
    entries = [entry for entry in log.since(before) if entry.get("reference") == ref]
    assert [(entry["kind"], entry.get("step")) for entry in entries] == [
        ("requested", None), ("answered", "extended"), ("answered", "closed"),
    ]  # fmt: skip
    assert all(entry["right"] == "correct" and entry["law"] in ("gdpr", "tw-pdpa") for entry in entries)
    assert entries[1]["due"] == entries[0]["longest"] > entries[0]["due"]
    assert one.person not in json.dumps(entries)
    assert entries[2]["outcome"] == "done"


@pytest.mark.promise("P56")
def test_staff_takes_a_request_in_for_somebody_unknown(infortrend: Running) -> None:
    """A letter from nobody who is known here has its clock too; it is refused with a reason that is named."""
    ref = taken_in(infortrend, "access")
    assert listed(infortrend)[ref]["person"] == ""
    troth("requests", "close", ref, "--outcome", "refused", "--reason", "not-identified", "--data",
          infortrend.directory)  # fmt: skip
    assert ref not in listed(infortrend)
    closed = listed(infortrend, "--all")[ref]
    assert (closed["state"], closed["reason"]) == ("refused", "not-identified")


@pytest.mark.promise("P56")
def test_a_complaint_is_due_when_the_statement_says(infortrend: Running, one: Somebody) -> None:
    """Questions and complaints are answered within what the statement itself promises."""
    ref = taken_in(infortrend, "complain", one.person)
    waiting = listed(infortrend)[ref]
    assert (waiting["law"], waiting["due"]) == ("statement", (TODAY() + timedelta(days=30)).isoformat())


@pytest.mark.promise("P56")
def test_an_objection_to_advertising_is_due_at_once(infortrend: Running, one: Somebody) -> None:
    """To stop advertising nobody has a month."""
    ref = taken_in(infortrend, "stop-marketing", one.person)
    assert listed(infortrend)[ref]["due"] == TODAY().isoformat()
    assert next(iter(listed(infortrend).values()))["due"] <= TODAY().isoformat()


@pytest.mark.promise("P56")
def test_a_request_is_answered_once(infortrend: Running, one: Somebody) -> None:
    """Once answered, a request is neither answered again nor made to last longer; nor twice longer."""
    where, ref = ("--data", infortrend.directory), taken_in(infortrend, "restrict", one.person)
    troth("requests", "extend", ref, "--reason", "many", *where)
    with pytest.raises(Failed, match=r"control\.already-answered"):
        troth("requests", "extend", ref, "--reason", "many", *where)
    troth("requests", "close", ref, "--outcome", "done", *where)
    for again in (("close", ref, "--outcome", "done"), ("extend", ref, "--reason", "many")):
        with pytest.raises(Failed, match=r"control\.already-answered"):
            troth("requests", *again, *where)


@pytest.mark.promise("P56")
def test_two_who_answer_at_once(infortrend: Running, one: Somebody) -> None:
    """Of two who close the same request in one moment, one is told that it was answered already."""
    ref = taken_in(infortrend, "access", one.person)
    close = ("requests", "close", ref, "--outcome", "done", "--data", infortrend.directory)
    with ThreadPoolExecutor(4) as pool:
        answers = [done.result() for done in [pool.submit(run, *close) for _ in range(4)]]
    assert sorted(answer.returncode for answer in answers) == [0, 1, 1, 1]
    assert all("control.already-answered" in answer.stderr for answer in answers if answer.returncode)


@pytest.mark.promise("P56")
def test_nobody_waits_who_was_erased(infortrend: Running, one: Somebody) -> None:
    """Who was erased can be answered no more: what they still asked for ends with them, with its reason."""
    asked, other = taken_in(infortrend, "erase", one.person), taken_in(infortrend, "access", one.person)
    troth("erase", one.person, "--data", infortrend.directory)
    ended = listed(infortrend, "--all")
    assert (ended[asked]["state"], ended[asked]["reason"]) == ("done", "")
    assert (ended[other]["state"], ended[other]["reason"]) == ("refused", "nothing-held")


@pytest.mark.promise("P56")
@pytest.mark.parametrize(("wrong", "code"), [
    (("close", "REF", "--outcome", "lost"), "control.not-asked"),
    (("close", "REF", "--outcome", "refused"), "control.not-asked"),
    (("close", "REF", "--outcome", "done", "--reason", "obliged"), "control.not-asked"),
    (("extend", "REF", "--reason", "holidays"), "control.not-asked"),
    (("close", "nobody", "--outcome", "done"), "control.no-such-request"),
    (("show", "nobody"), "control.no-such-request"),
    (("new", "gold"), "control.not-asked"),
    (("new", "access", "--person", "nobody"), "vault.no-such-person"),
])  # fmt: skip
def test_what_is_no_answer_is_refused(infortrend: Running, wrong: tuple[str, ...], code: str) -> None:
    """An outcome, a reason, a right or a person that there is not is refused by name, and nothing changes."""
    ref = taken_in(infortrend, "access")
    before = listed(infortrend, "--all")
    with pytest.raises(Failed, match=code):
        troth("requests", *(ref if word == "REF" else word for word in wrong), "--data", infortrend.directory)
    assert listed(infortrend, "--all") == before


@pytest.mark.promise("P56")
@pytest.mark.parametrize("body", [
    {}, [], None, {"person": "x"}, {"right": "access"}, {"person": "PERSON", "right": "gold"},
    {"person": "PERSON", "right": "access", "more": "x"}, {"person": "PERSON", "right": 7},
    {"person": "", "right": "access"}, {"person": "2" * 36, "right": "access"},
    {"person": "PERSON", "right": "access", "words": "x" * 4001},
    {"person": "PERSON", "right": "access", "words": "\0"}, {"person": "PERSON", "right": "access", "words": None},
])  # fmt: skip
def test_what_is_no_request_is_refused(program: Asking, one: Somebody, body: Any) -> None:
    """Whatever is not shaped as described is refused, and nothing is taken in."""
    sent = json.loads(json.dumps(body).replace("PERSON", one.person))
    points.refused(send(program, sent), 422, "control.not-asked")
    assert all(waiting["person"] != one.person for waiting in listed(program.site).values())


@pytest.mark.promise("P56")
def test_who_may_take_requests_in(client: httpx.Client, program: Asking, one: Somebody) -> None:
    """No token, a recipient's and one that is not made for it take nothing in; nor is anything for somebody unknown."""
    body = {"person": one.person, "right": "access"}
    points.refused(send(program, body, "troth_wrong"), 401, "use.token-refused")
    other = Asking.new(client, program.site, "prepare-quote", recipient="distributor")
    points.refused(send(other, body), 403, "use.not-covered")
    points.refused(send(Asking.new(client, program.site, "newsletter"), body), 403, "use.not-covered")
    points.refused(program.post({"questions": [{"person": one.person, "purpose": "newsletter", "fields": ["email"]}]}),
                   403, "use.not-covered")  # fmt: skip
    with pytest.raises(Failed, match=r"use\.not-declared"):
        Asking.new(client, program.site, "prepare-quote", recipient="distributor", requests=True)
    points.refused(send(program, {**body, "person": "2" * 35}), 404, "vault.no-such-person")


@pytest.mark.promise("P56")
def test_so_many_requests_wait_and_no_more(program: Asking, one: Somebody) -> None:
    """Nobody fills the desk in somebody's name: once twenty wait, the next is refused."""
    body = {"person": one.person, "right": "question"}
    assert {send(program, body).status_code for _ in range(20)} == {201}
    points.refused(send(program, body), 429, "control.too-many-open")


@pytest.mark.promise("P56")
def test_asked_for_on_ones_own_page(infortrend: Running, one: Somebody) -> None:
    """A request that is sent from the page stands there with its day, later with what came of it and why."""
    with closing(signed_in(infortrend, one.address)) as me:
        answer = post(me, infortrend, "/me/requests/", right="complain", words="You took too long.")
        assert (answer.status_code, answer.headers["location"]) == (303, "/me/requests/")
        page = Document(me.get(infortrend.url + "/me/requests/")).text
        assert "To complain Waits for its answer" in page
        assert "our privacy statement says so" in page
        ((ref, _),) = [row for row in listed(infortrend).items() if row[1]["person"] == one.person]
        assert "You took too long." in troth("requests", "show", ref, "--data", infortrend.directory)
        troth("requests", "close", ref, "--outcome", "refused", "--reason", "unfounded", "--data", infortrend.directory)
        page = Document(me.get(infortrend.url + "/me/requests/")).text
        assert "To complain Refused" in page
        assert "You may complain to the authority" in page
        assert post(me, infortrend, "/me/requests/", right="gold").status_code == 422


@pytest.mark.promise("P56")
def test_a_request_that_is_late_says_so(client: httpx.Client, new_site) -> None:
    """Once its day is over, desk and person see that a request is late."""
    site = new_site("infortrend")
    someone = somebody(client, site)
    ref = taken_in(site, "restrict", someone.person)
    site.stop()
    clock = Clock(site)
    clock.set(timedelta(days=120))
    site.start()
    with closing(signed_in(site, someone.address)) as me:
        assert "The day is over." in Document(me.get(site.url + "/me/requests/")).text
    assert ref in listed(site)


@pytest.mark.promise("P56")
def test_after_an_older_backup(client: httpx.Client, new_site) -> None:
    """A request from before a backup that is put back waits again; what came after is told of as lost, and verifies."""
    site = new_site("infortrend")
    someone, backup, where = somebody(client, site), site.directory.with_name("backup"), ("--data", site.directory)
    before = taken_in(site, "access", someone.person)
    troth("backup", backup, *where)
    troth("requests", "close", before, "--outcome", "done", *where)
    after = taken_in(site, "correct", someone.person)
    site.stop()
    troth("restore", backup, *where)
    assert troth("verify", *where).startswith("Verified: ")
    assert listed(site).keys() & {before, after} == {before}
    troth("requests", "close", before, "--outcome", "done", *where)
    assert troth("verify", *where).startswith("Verified: ")
