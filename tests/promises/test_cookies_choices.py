"""Accepting and declining: one press each, without script too, on record for good, and asked again only for cause."""

import json
from datetime import timedelta

import httpx
import pytest

from tests.conftest import NewSite
from tests.support import choices, documents, versions
from tests.support.outsider import Log
from tests.support.site import Running, http, troth
from tests.support.waiting import until

PURPOSE = "remember-settings"


def switches(page: documents.Document) -> dict[str, bool]:
    """Each switch of the page, and whether it is on."""
    return {
        one.name.removeprefix("allow."): "checked" in one.attributes
        for one in page.controls
        if one.attributes.get("role") == "switch"
    }


@pytest.mark.promise("P36")
def test_choices_are_made_without_script(client: httpx.Client, synology: Running) -> None:
    """All or nothing are one press each, one purpose is two; the page then shows what stands."""
    page = documents.opened(client, f"{synology.url}/choices/")
    assert switches(page) == {PURPOSE: False}
    assert "You have not chosen yet" in page.text
    for said, stands in (
        ({"all": "yes"}, {PURPOSE: True}),
        ({"all": "no"}, {PURPOSE: False}),
        ({f"allow.{PURPOSE}": "yes"}, {PURPOSE: True}),
    ):
        answer = choices.form(client, synology, **said)
        assert (answer.status_code, answer.headers["location"]) == (303, "/choices/#saved")
        page = documents.opened(client, f"{synology.url}/choices/")
        assert switches(page) == stands
        assert "You chose on" in page.text
    assert list(client.cookies) == ["choices"]


@pytest.mark.promise("P36")
def test_declining_is_as_near_as_accepting(client: httpx.Client, site: Running) -> None:
    """Both are buttons of the same form and kind, one after the other, in each language; nothing is on beforehand."""
    for prefix, words in (("", ["Decline all", "Accept all"]), ("/zh-hant", ["全部拒絕", "全部接受"])):
        answer = client.get(f"{site.url}{prefix}/choices/")
        page = documents.Document(answer)
        both = [found for tag, found in page.elements if tag == "button" and found.get("name") == "all"]
        assert [one["value"] for one in both] == ["no", "yes"]
        assert [set(one) for one in both] == [{"type", "name", "value"}] * 2
        assert all(word in page.text for word in words)
        assert not any(switches(page).values())


@pytest.mark.promise("P36")
def test_a_choice_has_its_entry_and_its_receipt(client: httpx.Client, synology: Running, tmp_path) -> None:
    """The ledger tells which choice was made and nothing of whose; the receipt shows it, and anybody may check that."""
    first = choices.made(client, synology, PURPOSE)
    second = choices.made(client, synology, reference=first["reference"])
    entry = Log(client, synology).entry(second["entry"]["leaf"])
    assert entry["choices"] == {PURPOSE: False}
    assert (entry["kind"], entry["gpc"], entry["language"]) == ("chosen", False, "en")
    assert not any(one["reference"][: choices.REF] in json.dumps(entry) for one in (first, second))
    file = tmp_path / "receipt.json"
    file.write_bytes(client.get(second["receipt"]).content)
    assert "Verified" in troth("verify", "--receipt", file)
    assert json.loads(file.read_bytes())["receipt"]["dct:replaces"] == first["reference"][: choices.REF]
    for mark in ("127.0.0.1", "python-httpx"):
        assert mark not in file.read_text("utf-8").replace(synology.url.removeprefix("http://"), "")


@pytest.mark.promise("P36")
def test_the_cookie_says_what_was_chosen(client: httpx.Client, synology: Running) -> None:
    """It holds reference, day, what was asked and the answers, for the page to read, as long as is declared."""
    answer = choices.send(client, synology, {PURPOSE: True})
    name, _, rest = answer.headers["set-cookie"].partition("=")
    value, *attributes = rest.split("; ")
    told, asked = answer.json(), choices.asked(client, synology)
    assert (name, value) == ("choices", told["cookie"])
    version, reference, day, digest, said = value.split(".")
    assert (version, reference, digest) == ("v1", told["reference"], asked["digest"])
    assert (len(day), said) == (8, f"{PURPOSE}=1")
    assert {one.partition("=")[0] for one in attributes} == {"Max-Age", "Path", "SameSite"}
    assert abs(int(attributes[0].partition("=")[2]) // 86400 - asked["lifetime_days"]) < 5


@pytest.mark.promise("P36")
def test_what_is_not_asked_is_not_taken(client: httpx.Client, synology: Running) -> None:
    """An unknown purpose, something else that was shown, another language or shape: refused by name, nothing is set."""
    log = Log(client, synology)
    before = log.settled()
    for answer, status, code in (
        (choices.send(client, synology, {"sell-everything": True}), 422, "cookies.not-asked"),
        (choices.send(client, synology, {}, language="fr"), 422, "cookies.not-asked"),
        (choices.send(client, synology, {}, digest="0" * 16), 409, "cookies.not-shown"),
        (choices.send(client, synology, {PURPOSE: "yes"}), 400, "cookies.malformed"),
        (choices.send(client, synology, {}, more="of it"), 400, "cookies.malformed"),
        (choices.send(client, synology, {}, reference="x" * 5000), 400, "cookies.malformed"),
        (choices.form(client, synology, **{"allow.sell-everything": "yes"}), 422, "cookies.not-asked"),
        (choices.form(client, synology, digest="old"), 409, "cookies.not-shown"),
    ):
        assert answer.status_code == status, answer.text
        assert code in answer.text
        assert "set-cookie" not in answer.headers
    assert [one for one in log.since(before) if one["kind"] == "chosen"] == []


@pytest.mark.promise("P36")
def test_no_other_site_chooses_for_anybody(client: httpx.Client, synology: Running) -> None:
    """A form or script of another site is refused, whatever it says of itself; a reference nobody gave is followed by
    nothing.
    """
    for headers in (
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": f"{synology.url}.elsewhere.example"},
    ):
        for answer in (
            choices.send(client, synology, {}, headers=headers),
            client.post(f"{synology.url}/choices/", data={"all": "yes"}, headers=headers),
            client.post(f"{synology.url}{choices.API}/found", json={"found": []}, headers=headers),
        ):
            assert (answer.status_code, "cookies.foreign" in answer.text) == (403, True), answer.text
            assert "access-control-allow-origin" not in answer.headers
    across = client.post(f"{synology.url}/choices/", data={"all": "yes"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert across.status_code == 403
    told = choices.made(client, synology, reference="a" * choices.REF + "0" * 16)
    until(lambda: client.get(told["receipt"]).status_code == 200, "the receipt")
    assert client.get(told["receipt"]).json()["receipt"]["dct:replaces"] == ""


@pytest.mark.promise("P36")
def test_what_is_asked_is_the_same_for_everybody(client: httpx.Client, synology: Running) -> None:
    """Caches keep what is asked, also within the script, until it changes; each language says all of it."""
    served = {path: client.get(synology.url + path) for path in (choices.API, "/troth.js")}
    for path, answer in served.items():
        again = client.get(synology.url + path, headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert "public" in answer.headers["cache-control"]
        assert "cookie" not in answer.headers.get("vary", "").lower()
    told = choices.asked(client, synology)
    english, chinese = (told["languages"][one] for one in ("en", "zh-Hant"))
    assert english.keys() == chinese.keys()
    assert [one["id"] for one in told["purposes"]] == list(english["purposes"]) == [PURPOSE]
    started = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    assert f"troth.start({started});" in served["/troth.js"].text.replace("\\/", "/")
    named = {
        one: client.get(f"{synology.url}/troth.js", params={"language": one}).text for one in ("en", "zh-Hant", "", "x")
    }
    assert [told["text"] in named[one] for one in ("en", "zh-Hant") for told in (english, chinese)] == [
        True, False, False, True,
    ]  # fmt: skip
    assert named[""] == named["x"] == served["/troth.js"].text


@pytest.mark.promise("P36")
def test_a_choice_outlives_a_kill(new_site: NewSite) -> None:
    """Whoever was told that their choice is kept finds it, though the server was killed the moment after."""
    site = new_site("synology-2006")
    with http() as client:
        told = [choices.made(client, site, PURPOSE) for _ in range(5)]
        site.kill()
        site.start()
        for one in told:
            until(lambda one=one: client.get(one["receipt"]).status_code == 200, "the receipt of a choice")


@pytest.mark.promise("P36")
def test_nobody_is_asked_again_without_cause(shifting, client: httpx.Client) -> None:
    """Other words are no cause; the end of the time declared is one."""
    site, clock = shifting
    choices.made(client, site, "remember-settings")
    versions.publish(site, versions.reword(1), "today")
    assert switches(documents.opened(client, f"{site.url}/choices/")) == {"remember-settings": True}
    clock.set(timedelta(days=200))
    page = documents.opened(client, f"{site.url}/choices/")
    assert switches(page) == {"remember-settings": False}
    assert "that is over or something else is asked by now" in page.text
