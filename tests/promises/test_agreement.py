"""Consent: a submission is bound to what was shown, and every choice is asked for on its own and off by default."""

import hashlib
import json
from typing import Any

import httpx
import pytest

from tests.support import disk, documents, points
from tests.support.outsider import Log
from tests.support.site import Running

LANGUAGES = ("en", "zh-Hant")
EVERYWHERE = pytest.mark.parametrize(("site", "point"), points.all_points(), indirect=["site"])
# What is said to people is the same whatever keeps the rows.
SQLITE_ALONE = pytest.mark.usefixtures("sqlite")
ONLY_INFORTREND = pytest.mark.parametrize("site", ["infortrend"], indirect=True)
ONLY_SYNOLOGY = pytest.mark.parametrize("site", ["synology-2006"], indirect=True)


def canonical(value: Any) -> bytes:
    """JSON in the one way the ledger writes it."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def accepted(
    client: httpx.Client, site: Running, point: str, *, choices: dict[str, bool] | None, language: str = "en"
) -> dict[str, Any]:
    """Valid answers to everything at `point`, taken with these `choices`; none at all where they are None."""
    asked = points.described(client, site, point, language)
    given = points.answers(asked["shown"])
    body = points.submission(asked, given)
    if choices is None:
        del body["choices"]
    else:
        body["choices"] = choices
    return points.taken(points.post(client, site, point, body, given.files))


def receipt(client: httpx.Client, taken: dict[str, Any]) -> dict[str, Any]:
    """The receipt's file."""
    found: dict[str, Any] = points.receipt(client, taken["receipt"]).json()
    return found


@pytest.mark.promise("P11")
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_submission_is_bound_to_what_was_shown(client: httpx.Client, site: Running, log: Log, language: str) -> None:
    """Ledger entry and receipt name the statement, the language and the very words that were shown."""
    asked = points.described(client, site, "quote", language)
    assert asked["digest"] == hashlib.sha256(canonical(asked["shown"])).hexdigest()
    taken = accepted(client, site, "quote", choices=None, language=language)
    entry = log.entry(taken["entry"]["leaf"])
    in_force = next(one for one in log.entries() if one["kind"] == "published")
    assert entry["statement"] == asked["shown"]["statement"] == in_force["statement"]
    assert (entry["language"], entry["shown"]) == (language, asked["digest"])
    notice = receipt(client, taken)["receipt"]["dpv:hasNotice"]
    assert notice["@id"].endswith(f"@sha256-{asked['digest']}")
    assert notice["dct:isPartOf"]["@id"].endswith(f"@sha256-{in_force['statement']}")
    assert notice["dct:language"] == language


@pytest.mark.promise("P11")
def test_what_was_not_shown_is_not_agreed_to(client: httpx.Client, site: Running) -> None:
    """A submission that names other words than those in force is refused, and nothing of it is stored."""
    asked = points.described(client, site, "quote")
    body = points.submission(asked, points.answers(asked["shown"], optional=False))
    stale = [
        "0" * 64,
        points.described(client, site, "information")["digest"],
        points.described(client, site, "quote", "zh-Hant")["digest"],
    ]
    with disk.nothing_kept(client, site, body["fields"]["email"]):
        for digest in stale:
            answer = points.post(client, site, "quote", {**body, "shown": digest})
            assert points.refused(answer, 409, "collection.not-shown")["clause"] == "collection.quote"


@pytest.mark.promise("P11")
def test_another_language_is_another_wording(client: httpx.Client, site: Running) -> None:
    """What is shown in one language is told apart from what is shown in the other."""
    shown = [points.described(client, site, "quote", language) for language in LANGUAGES]
    assert shown[0]["digest"] != shown[1]["digest"]
    assert shown[0]["shown"]["statement"] == shown[1]["shown"]["statement"]


@SQLITE_ALONE
@pytest.mark.promise("P12", "P13")
@EVERYWHERE
def test_choices_are_separate_and_off(client: httpx.Client, site: Running, point: str) -> None:
    """Each purpose that needs a yes is a question of its own, off by default, in page and schema alike."""
    asked = points.described(client, site, point)
    page = documents.opened(client, documents.address_of(site, point))
    boxes = {one.name: one for one in page.asked if one.kind == "checkbox"}
    offered = {choice["id"] for choice in asked["shown"]["choices"]}
    assert {f"choice.{name}" for name in offered} == boxes.keys()
    assert not any("checked" in box.attributes or "required" in box.attributes for box in boxes.values())
    schema = asked["schema"]["properties"]["choices"]
    assert {name: one["default"] for name, one in schema["properties"].items()} == dict.fromkeys(offered, False)
    assert "choices" not in asked["schema"]["required"]
    consented = {one["id"] for one in asked["shown"]["purposes"] if one["consent"]}
    assert consented == {choice["purpose"] for choice in asked["shown"]["choices"]}
    for choice in asked["shown"]["choices"]:
        assert choice["question"] in page.text


@pytest.mark.promise("P12")
def test_silence_is_a_no(client: httpx.Client, site: Running, log: Log) -> None:
    """Whoever says nothing to the newsletter is served all the same, and the ledger and receipt say no."""
    for choices in (None, {}, {"newsletter": False}):
        taken = accepted(client, site, "newsletter", choices=choices)
        offered = log.entry(taken["entry"]["leaf"])["choices"]
        assert offered["newsletter"] is False
        assert set(offered.values()) == {False}
        assert statuses(receipt(client, taken)) == dict.fromkeys(offered, "dpv:ConsentRefused")


@pytest.mark.promise("P12")
def test_a_yes_is_one_yes(client: httpx.Client, site: Running, log: Log) -> None:
    """A yes to the newsletter says yes to nothing else."""
    shown = points.described(client, site, "promotional-mail")["shown"]
    chosen = shown["choices"][0]["id"]
    taken = accepted(client, site, "promotional-mail", choices={chosen: True})
    offered = {choice["id"]: choice["id"] == chosen for choice in shown["choices"]}
    assert len(offered) > 1
    assert log.entry(taken["entry"]["leaf"])["choices"] == offered
    expected = {name: "dpv:ConsentGiven" if yes else "dpv:ConsentRefused" for name, yes in offered.items()}
    assert statuses(receipt(client, taken)) == expected


@pytest.mark.promise("P12", "P13")
@pytest.mark.parametrize("point", ["newsletter", "partner-listing", "registration"])
def test_without_the_yes_nothing_is_kept_for_it(client: httpx.Client, site: Running, log: Log, point: str) -> None:
    """A value that would serve only what was declined is not stored, and the answer names it."""
    shown = points.described(client, site, point)["shown"]
    asked = {one["id"] for one in shown["purposes"] if one["consent"]}
    declined = {one["id"] for one in shown["fields"] if set(one["purposes"]) <= asked}
    assert declined
    taken = accepted(client, site, point, choices={})
    assert set(taken["not_kept"]) == declined
    assert not declined & {*log.entry(taken["entry"]["leaf"])["fields"]}
    agreed = accepted(client, site, point, choices={choice["id"]: True for choice in shown["choices"]})
    assert agreed["not_kept"] == []
    assert declined <= {*log.entry(agreed["entry"]["leaf"])["fields"]}


@pytest.mark.promise("P12")
def test_a_choice_is_yes_or_no(client: httpx.Client, site: Running) -> None:
    """What is neither yes nor no is refused by name: nobody's yes is guessed."""
    asked = points.described(client, site, "newsletter")
    body = points.submission(asked, points.answers(asked["shown"], optional=False))
    for value in ("yes", "true", 1, None, {"given": True}):
        answer = points.post(client, site, "newsletter", {**body, "choices": {"newsletter": value}})
        error = points.refused(answer, 422, "collection.mistyped")
        assert (error["field"], error["clause"]) == ("newsletter", "collection.newsletter.choice.newsletter")


@pytest.mark.promise("P14")
@ONLY_SYNOLOGY
def test_each_partner_is_asked_for_on_its_own(client: httpx.Client, site: Running, log: Log) -> None:
    """Offers of partners need a yes for each partner by name, and one partner's yes is not another's."""
    shown = points.described(client, site, "promotion")["shown"]
    partners = {one["id"]: one for one in shown["choices"] if one["recipient"]}
    assert len(partners) > 1
    assert all(name == f"{one['purpose']}.{one['recipient']}" for name, one in partners.items())
    assert all(one["recipient_name"] in one["question"] for one in partners.values())
    chosen = min(partners)
    taken = accepted(client, site, "promotion", choices={chosen: True})
    recorded = log.entry(taken["entry"]["leaf"])["choices"]
    assert [name for name, given in recorded.items() if given] == [chosen]
    whole = receipt(client, taken)["receipt"]["dpv:hasProcess"]
    receiving = {
        party["@id"].rpartition(":")[2]
        for process in whole
        if process["@id"] == f"urn:troth:purpose:{chosen}"
        for party in process["dpv:hasRecipient"]
    }
    assert receiving == {partners[chosen]["recipient"]}


@pytest.mark.promise("P14")
@ONLY_INFORTREND
def test_affiliates_marketing_is_apart_from_ours(client: httpx.Client, site: Running, log: Log) -> None:
    """A yes to our own mail is no yes to the marketing of affiliates, nor the other way round."""
    shown = points.described(client, site, "promotion")["shown"]
    own = {one["id"] for one in shown["choices"] if one["purpose"] == "promotional-mail"}
    affiliates = {one["id"] for one in shown["choices"] if one["purpose"] == "affiliates-marketing"}
    assert own
    assert affiliates
    for chosen, other in ((own, affiliates), (affiliates, own)):
        taken = accepted(client, site, "promotion", choices=dict.fromkeys(chosen, True))
        recorded = log.entry(taken["entry"]["leaf"])["choices"]
        assert {name for name, given in recorded.items() if given} == chosen
        assert not any(recorded[name] for name in other)


@SQLITE_ALONE
@pytest.mark.promise("P15")
@pytest.mark.parametrize("language", LANGUAGES)
@EVERYWHERE
def test_countries_are_told_before_sending(client: httpx.Client, site: Running, point: str, language: str) -> None:
    """Where information goes, and under which safeguard, stands above the button that sends it."""
    shown = points.described(client, site, point, language)["shown"]
    answer = client.get(documents.address_of(site, point, language))
    before_sending = answer.text.rpartition('<button type="submit"')[0]
    told = documents.Document(httpx.Response(200, text=before_sending, request=answer.request)).text
    assert shown["stored"] in told
    for country in shown["countries"]:
        assert country["name"] in told
        assert country["safeguard"]
        assert country["safeguard"] in told
    for recipient in shown["recipients"]:
        assert recipient["name"] in told


@pytest.mark.promise("P15")
@pytest.mark.parametrize("point", ["quote", "support", "information"])
def test_countries_are_recorded(client: httpx.Client, site: Running, log: Log, point: str) -> None:
    """The ledger says which countries the person was told of."""
    shown = points.described(client, site, point)["shown"]
    taken = accepted(client, site, point, choices=None)
    assert log.entry(taken["entry"]["leaf"])["countries"] == [one["code"] for one in shown["countries"]]


def statuses(whole: dict[str, Any]) -> dict[str, str]:
    """The state of each choice that a receipt tells of."""
    return {
        process["@id"].rpartition(":")[2]: process["dpv:hasConsentStatus"]["@type"]
        for process in whole["receipt"]["dpv:hasProcess"]
        if "dpv:hasConsentStatus" in process
    }
