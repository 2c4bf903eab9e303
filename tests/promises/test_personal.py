"""The site fits whoever is signed in and allows it: what it shows them, why, and that it is gone when they do not."""

import httpx
import pytest

from tests.support import documents, me
from tests.support.asking import wishes
from tests.support.outsider import Log
from tests.support.signed import ALLOWED, INTERESTS, Registered, give

RECOMMENDED, REMEMBERED = "Recommended for you", "We remember that you prefer"
PAGES = ("/", "/products/")
OTHER = {"infortrend": "scale-out", "synology-2006": "disk-station"}
FROM_ELSEWHERE = pytest.mark.parametrize("site_said", ["none", "cross-site"])


def seen(one: Registered, path: str = "/") -> documents.Document:
    """The page at `path` as they see it."""
    return documents.opened(one.client, one.site.url + path)


def recommended(one: Registered, path: str = "/") -> str:
    """What they are recommended at `path`, in words."""
    return seen(one, path).text.partition(RECOMMENDED)[2].partition("Switch it off")[0]


def shown(one: Registered) -> tuple[bool, bool]:
    """Whether they are shown recommendations and a remembered setting; both pages say the same."""
    (found,) = {(RECOMMENDED in text, REMEMBERED in text) for text in (seen(one, path).text for path in PAGES)}
    return found


@pytest.mark.promise("P19")
def test_products_fit_who_allows_it(site, people):
    """Whoever said what interests them and allows it sees products that fit, why they see them, and how to end it."""
    one = people.registered(*ALLOWED)
    _, fitting, other = INTERESTS[site.directory.name]
    for path in PAGES:
        page = seen(one, path)
        told = recommended(one, path)
        assert all(name in told for name in fitting), path
        assert other not in told
        assert "Shown because you answered" in told
        links = page.attributes("a", "href")
        assert {"/privacy/#purpose.recommendations", "/me/choices/#consent-recommendations"} <= set(links)


@pytest.mark.promise("P19")
def test_settings_are_remembered(people):
    """Whoever said which language they like and allows it is told so, offered it, and told how to end it."""
    one = people.registered(*ALLOWED)
    for path in PAGES:
        page = seen(one, path)
        assert REMEMBERED in page.text
        assert f"/zh-hant{path}" in page.attributes("a", "href")
        assert {"/privacy/#purpose.remember-settings", "/me/choices/#consent-remember-settings"} <= set(
            page.attributes("a", "href")
        )
        chinese = seen(one, f"/zh-hant{path}").text
        assert "我們記得您慣用繁體中文" in chinese
        assert "為您推薦" in chinese


@FROM_ELSEWHERE
@pytest.mark.promise("P19")
def test_the_site_opens_in_the_remembered_language(client, site, people, site_said):
    """Who comes from elsewhere finds the language they like; who chooses another one on the site gets that one."""
    one = people.registered("remember-settings")
    answer = one.client.get(f"{site.url}/", headers={"Sec-Fetch-Site": site_said})
    assert (answer.status_code, answer.headers["location"]) == (302, "/zh-hant/")
    assert answer.headers["cache-control"] == "no-store"
    assert one.client.get(f"{site.url}/", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200
    assert one.client.get(f"{site.url}/zh-hant/", headers={"Sec-Fetch-Site": site_said}).status_code == 200
    assert one.client.get(f"{site.url}/products/", headers={"Sec-Fetch-Site": site_said}).status_code == 200
    wishes(site, one.person, "withdraw", "remember-settings")
    assert one.client.get(f"{site.url}/", headers={"Sec-Fetch-Site": site_said}).status_code == 200
    assert client.get(f"{site.url}/", headers={"Sec-Fetch-Site": site_said}).status_code == 200


@pytest.mark.promise("P19", "P48")
def test_what_is_put_right_is_heard_at_once(site, people):
    """Another answer in the place of the first, and the next page fits that one."""
    one = people.registered(*ALLOWED)
    _, fitting, _ = INTERESTS[site.directory.name]
    assert fitting[0] in recommended(one, "/")
    (path,) = (link for link in seen(one, "/me/data/").attributes("a", "href") if link.endswith("/interests/"))
    said = {**seen(one, path).hidden, "value": OTHER[site.directory.name]}
    answer = one.client.post(site.url + path, data=said, headers={"Origin": site.url})
    assert answer.status_code == 303, answer.text
    assert fitting[0] not in recommended(one, "/")


@pytest.mark.promise("P19")
def test_nothing_is_shown_to_who_declined(people):
    """Whoever said no is shown what everybody is shown, and nothing of theirs is opened for it."""
    one = people.registered()
    assert shown(one) == (False, False)
    only = people.registered("recommendations")
    assert shown(only) == (True, False)
    assert [use["purpose"] for use in (*one.uses(), *only.uses())] == ["recommendations"]


@pytest.mark.promise("P19")
@pytest.mark.promise("P16")
def test_it_is_gone_with_the_next_page(site, people):
    """A yes that is taken back, or a restriction, holds from the next page on, in the same session; each by itself."""
    one = people.registered(*ALLOWED)
    assert shown(one) == (True, True)
    wishes(site, one.person, "withdraw", "recommendations")
    assert shown(one) == (False, True)
    wishes(site, one.person, "agree", "recommendations")
    wishes(site, one.person, "withdraw", "remember-settings")
    assert shown(one) == (True, False)
    wishes(site, one.person, "agree", "remember-settings")
    assert shown(one) == (True, True)
    wishes(site, one.person, "restrict")
    assert shown(one) == (False, False)
    wishes(site, one.person, "restrict", "--take-back")
    assert shown(one) == (True, True)


@pytest.mark.promise("P19")
def test_it_follows_what_was_said_last(client, site, people):
    """Somebody who answers anew finds at the next page what fits that, and no longer what fitted before."""
    one = people.registered(*ALLOWED)
    _, fitting, other = INTERESTS[site.directory.name]
    assert fitting[0] in recommended(one)
    anew = {"infortrend": "unified", "synology-2006": "disk-station"}[site.directory.name]
    give(client, site, "registration", one.address, *ALLOWED, interests=anew, preferred_language="en")
    assert fitting[0] not in recommended(one)
    assert other in seen(one, "/products/").text
    assert "Shown because" in recommended(one)
    assert "you prefer English" in seen(one).text


@pytest.mark.promise("P18")
@pytest.mark.promise("P19")
def test_each_session_is_counted_once(client, site, people):
    """What is opened for the pages of a session is counted once for each purpose, and anew when anything was said."""
    one = people.registered(*ALLOWED)
    log = Log(client, site)
    before = log.settled()
    for _ in range(3):
        assert shown(one) == (True, True)
    first = one.uses()
    assert sorted(use["purpose"] for use in first) == sorted(ALLOWED)
    assert [(use["fields"], use["by"], use["recipient"]) for use in one.uses("recommendations")] == [
        ({"interests": 1}, "site", "")
    ]
    entries = [entry for entry in log.since(before) if entry["kind"] == "used"]
    assert sorted(entry["purpose"] for entry in entries) == sorted(ALLOWED)
    assert {entry["persons"] for entry in entries} == {1}
    assert one.person not in str(entries)
    assert seen(one, "/me/data/").text.count("by this site, to show it to you") == 2
    again = people.signed_in(one.address, one.person)
    assert shown(again) == (True, True)
    assert [len(one.uses(purpose)) for purpose in ALLOWED] == [2, 2]
    wishes(site, one.person, "withdraw", "recommendations")
    assert shown(again) == (False, True)
    assert len(one.uses("recommendations")) == 2


@pytest.mark.promise("P19")
def test_everybody_sees_their_own(site, people):
    """Two people at once are shown what each of them said, and nobody what somebody else said."""
    first = people.registered(*ALLOWED)
    anew = {"infortrend": "scale-out", "synology-2006": "software"}[site.directory.name]
    second = people.registered(*ALLOWED, interests=anew, preferred_language="en")
    _, fitting, _ = INTERESTS[site.directory.name]
    for _ in range(2):
        for one, fits in ((first, True), (second, False)):
            assert (fitting[0] in recommended(one)) == fits
            assert ("you prefer English" in seen(one).text) != fits


@pytest.mark.promise("P01")
@pytest.mark.promise("P19")
def test_pages_for_anybody_stay_as_they_are(client, site, people):
    """Who is not signed in gets the same page as ever, byte for byte, with no cookie, and no cache mixes the two up."""

    def anybody(**cookies: str) -> list[httpx.Response]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())} if cookies else {}
        pages = [site.url + prefix + path for prefix in ("", "/zh-hant") for path in PAGES]
        answers = [client.get(page, headers=headers) for page in pages]
        for answer in answers:
            assert answer.status_code == 200
            assert "set-cookie" not in answer.headers
            assert "cookie" in answer.headers["vary"].lower()
        return answers

    before = [answer.content for answer in anybody()]
    one = people.registered(*ALLOWED)
    client.cookies.clear()
    own = one.client.get(f"{site.url}/")
    assert own.headers["cache-control"] == "no-store"
    assert "cookie" in own.headers["vary"].lower()
    assert "set-cookie" not in own.headers
    assert [answer.content for answer in anybody()] == before
    assert [answer.content for answer in anybody(me="x" * 43)] == before
    assert [answer.content for answer in anybody(me=one.person)] == before
    declined = people.registered()
    client.cookies.clear()
    assert declined.client.get(f"{site.url}/").content == before[0]
    page = documents.opened(one.client, f"{site.url}/me/")
    assert me.post(one.client, site, "/me/sign-out/", page).status_code == 303
    assert one.client.get(f"{site.url}/").content == before[0]
