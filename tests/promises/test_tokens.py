"""Who may ask what may be used: tokens of programs, and everything that is no question."""

import json
import sqlite3
from contextlib import closing
from datetime import timedelta

import httpx
import pytest

from tests.support import points
from tests.support.asking import Asking
from tests.support.clocks import Clock
from tests.support.outsider import Log
from tests.support.site import Failed, troth

QUESTION = {"person": "2" * 35, "purpose": "newsletter", "fields": ["email"]}
REFUSED = 401, "use.token-refused"


@pytest.fixture
def asking(client: httpx.Client, infortrend) -> Asking:
    """A program that may ask about the newsletter."""
    return Asking.new(client, infortrend, "newsletter")


def authorized(asking: Asking, header: str | None) -> httpx.Response:
    """What is answered under this ``Authorization``, or under none."""
    headers = {} if header is None else {"Authorization": header}
    return asking.client.post(f"{asking.site.url}/api/v1/decide", json={"questions": [QUESTION]}, headers=headers)


@pytest.mark.promise("P44")
def test_nobody_asks_without_a_token(asking):
    """No token, a wrong one, half of one, another kind of secret: all are refused in the same words."""
    assert authorized(asking, f"Bearer {asking.token}").status_code == 200
    assert authorized(asking, f"bearer  {asking.token}").status_code == 200
    wrong = [None, "", "Bearer", f"Bearer {asking.token[:-1]}", f"Bearer {asking.token}x",
             f"Basic {asking.token}", asking.token, f"Bearer {asking.ref}"]  # fmt: skip
    told = {points.refused(authorized(asking, one), *REFUSED)["message"] for one in wrong}
    assert len(told) == 1


@pytest.mark.promise("P44")
def test_a_token_ends(asking):
    """Whoever has a token that was ended is refused from then on; it ends once."""
    assert "in force" in troth("token", "list", "--data", asking.site.directory)
    troth("token", "end", asking.ref, "--data", asking.site.directory)
    points.refused(authorized(asking, f"Bearer {asking.token}"), *REFUSED)
    with pytest.raises(Failed, match=r"use\.no-such-token"):
        troth("token", "end", asking.ref, "--data", asking.site.directory)
    rows = json.loads(troth("token", "list", "--json", "--data", asking.site.directory))
    assert {one["token"]: one["state"] for one in rows}[asking.ref] == "ended"


@pytest.mark.promise("P44")
def test_a_token_is_over(client, new_site):
    """A token holds until its day, whoever has it."""
    site = new_site("infortrend")
    site.stop()
    clock = Clock(site)
    site.start()
    asking = Asking.new(client, site, "newsletter", days=1)
    assert authorized(asking, f"Bearer {asking.token}").status_code == 200
    clock.set(timedelta(days=1, minutes=1))
    points.refused(authorized(asking, f"Bearer {asking.token}"), *REFUSED)


@pytest.mark.promise("P18")
def test_a_token_covers_what_it_names(client, infortrend):
    """Another purpose or another recipient than the token's is refused, for every question of the call."""
    asking = Asking.new(client, infortrend, "prepare-quote", recipient="distributor")
    quote = {**QUESTION, "purpose": "prepare-quote"}
    assert len(asking.ask(quote, {**quote, "recipient": "distributor"})) == 2
    for other, field in (({"purpose": "newsletter"}, "purpose"), ({"recipient": "infortrend-japan"}, "recipient")):
        error = points.refused(asking.post({"questions": [quote, {**quote, **other}]}), 403, "use.not-covered")
        assert error["field"] == field
    own = Asking.new(client, infortrend, "prepare-quote", "newsletter")
    assert own.post({"questions": [{**quote, "recipient": "distributor"}]}).status_code == 200


@pytest.mark.promise("P44")
@pytest.mark.usefixtures("sqlite")
def test_a_token_is_kept_by_nobody_here(asking):
    """The token is in no file of the installation and in no entry; the ledger says what it may."""
    assert authorized(asking, f"Bearer {asking.token}").status_code == 200
    secret = asking.token.encode()
    files = [file for file in asking.site.directory.rglob("*") if file.is_file()]
    assert [file.name for file in (*files, asking.site.output) if secret in file.read_bytes()] == []
    with closing(sqlite3.connect(asking.site.directory / "troth.sqlite3")) as rows:
        ((digest,),) = rows.execute("SELECT digest FROM use_token WHERE ref = ?", [asking.ref]).fetchall()
    assert len(digest) == 32
    entries = [one for one in Log(asking.client, asking.site).entries() if one["kind"] == "token"]
    assert [one["purposes"] for one in entries if one["reference"] == asking.ref] == [["newsletter"]]


@pytest.mark.parametrize("wrong", [
    ("--purpose", "resale"), ("--purpose", "newsletter", "--recipient", "stranger"),
    ("--purpose", "newsletter", "--days", "0"), (),
])  # fmt: skip
@pytest.mark.promise("P18")
def test_a_token_for_nothing_is_not_made(infortrend, wrong):
    """A purpose or recipient that the statement does not declare has no token."""
    before = troth("token", "list", "--data", infortrend.directory)
    with pytest.raises(Failed):
        troth("token", "new", *wrong, "--data", infortrend.directory)
    assert troth("token", "list", "--data", infortrend.directory) == before


LONG = "x" * 61
WRONG = {
    "nothing": {},
    "no questions": {"questions": []},
    "too many": {"questions": [QUESTION] * 1001},
    "no list": {"questions": QUESTION},
    "something else": {"questions": [QUESTION], "more": 1},
    "no object": {"questions": ["email"]},
    "no person": {"questions": [{"purpose": "newsletter", "fields": ["email"]}]},
    "no fields": {"questions": [{**QUESTION, "fields": []}]},
    "many fields": {"questions": [{**QUESTION, "fields": ["email"] * 101}]},
    "a field that is none": {"questions": [{**QUESTION, "fields": [None]}]},
    "a long field": {"questions": [{**QUESTION, "fields": [LONG]}]},
    "a long person": {"questions": [{**QUESTION, "person": "2" * 36}]},
    "a long transaction": {"questions": [{**QUESTION, "transaction": "2" * 36}]},
    "an empty purpose": {"questions": [{**QUESTION, "purpose": ""}]},
    "a number": {"questions": [{**QUESTION, "purpose": 7}]},
    "an undeclared part": {"questions": [{**QUESTION, "because": "I said so"}]},
    "a lower country": {"questions": [{**QUESTION, "country": "us"}]},
    "a long country": {"questions": [{**QUESTION, "country": "USA"}]},
    "an empty recipient": {"questions": [{**QUESTION, "recipient": ""}]},
}


@pytest.mark.promise("P18")
@pytest.mark.parametrize("body", WRONG.values(), ids=WRONG)
def test_what_is_no_question_is_refused(asking, body):
    """Whatever is not shaped as described gets no answer, not even to the part that is."""
    points.refused(asking.post(body), 422, "use.malformed")


@pytest.mark.promise("P18")
@pytest.mark.parametrize("sent", [b"", b"{", b"[]", b"null", b'{"questions": [], "questions": []}', b"[" * 5000,
                                  b"\xff", b'{"questions": NaN}'])  # fmt: skip
def test_what_is_no_json_is_refused(asking, sent):
    """Half a body, a name twice, something that is no JSON: refused in the one shape."""
    headers = {"Authorization": f"Bearer {asking.token}", "Content-Type": "application/json"}
    answer = asking.client.post(f"{asking.site.url}/api/v1/decide", content=sent, headers=headers)
    points.refused(answer, 422, "use.malformed")


@pytest.mark.promise("P18")
def test_another_media_type_is_refused(asking):
    """Questions are JSON and say so."""
    url, headers = f"{asking.site.url}/api/v1/decide", {"Authorization": f"Bearer {asking.token}"}
    points.refused(asking.client.post(url, data={"questions": "[]"}, headers=headers), 422, "use.malformed")
    assert asking.client.get(url, headers=headers).status_code == 405


@pytest.mark.promise("P18")
def test_a_thousand_questions_are_answered_in_their_order(asking):
    """Each question has its answer at its place, and a field that is asked for twice has one."""
    asked = [{**QUESTION, "fields": [f"field-{number}", f"field-{number}"]} for number in range(1000)]
    found = asking.ask(*asked)
    assert [list(one["refused"]) for one in found] == [[f"field-{number}"] for number in range(1000)]
