"""Each person steers what may be done with theirs, one press at a time, and it holds from the next question on."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx
import pytest

from tests.support.asking import Asking
from tests.support.declared import declared
from tests.support.outsider import Log
from tests.support.own import Own, refused
from tests.support.site import Running
from tests.support.versions import publish, reword

New = Callable[..., Own]


@pytest.fixture
def new(client: httpx.Client, infortrend: Running) -> Iterator[New]:
    """Makes somebody who gave what a point asks for."""
    with ExitStack() as opened:

        def make(point: str, site: Running = infortrend, *, optional: bool = True) -> Own:
            made = Own(client, site, point, optional=optional)
            opened.callback(made.client.close)
            return made

        yield make


@pytest.fixture
def asking(client: httpx.Client, infortrend: Running) -> Asking:
    """A program that may ask about many things."""
    purposes = ("newsletter", "promotional-mail", "affiliates-marketing", "prepare-quote", "prevent-fraud")
    return Asking.new(client, infortrend, *purposes)


@pytest.mark.promise("P16")
def test_every_choice_that_is_declared_is_there(new):
    """Each consent, for each recipient where declared, and each objection has one switch; consents begin as no."""
    own, statement = new("newsletter", optional=False), declared("infortrend")
    switches = own.switches()
    consents = {
        place
        for name, purpose in statement.purposes.items()
        if purpose.basis == "consent"
        for place in (
            [f"consent-{name}-{party}" for party, one in statement.recipients.items() if name in one.purposes]
            if purpose.per_recipient
            else [f"consent-{name}"]
        )
    }
    interests = {
        f"objection-purpose-{name}" for name, one in statement.purposes.items() if one.basis == "legitimate-interest"
    }
    countries = {code for code, one in statement.transfers.items() if not one.essential}
    abroad = {f"objection-transfer-{code}" for code in countries}
    abroad |= {f"objection-recipient-{name}" for name, one in statement.recipients.items() if one.country in countries}
    assert set(switches) == consents | interests | abroad
    assert not any(switches[place][0] for place in consents)
    assert all(switches[place][0] for place in interests | abroad)


@pytest.mark.promise("P16")
def test_withdrawing_takes_no_more_steps_than_giving(new, asking):
    """One press gives, one press takes back, and the very next question is answered so."""
    own = new("newsletter", optional=False)
    for yes in (True, False, True):
        answer = own.press("consent-newsletter")
        assert (answer.status_code, answer.headers["location"]) == (303, "/me/choices/#consent-newsletter")
        assert own.switches()["consent-newsletter"][0] is yes
        # A value that served nothing but the choice was not kept: there is the address.
        decided = asking.ask({"person": own.person, "purpose": "newsletter", "fields": ["email"]})[0]
        assert (decided["allowed"] == ["email"]) is yes, decided


@pytest.mark.promise("P16")
def test_what_was_ticked_at_a_point_is_taken_back_here(new, asking):
    """A yes given in a form is withdrawn with one press; the ledger tells of it and not of whom."""
    own = new("newsletter")
    assert own.switches()["consent-newsletter"][0]
    assert asking.may(own.person, "newsletter", "email") == ["email"]
    own.press("consent-newsletter")
    assert asking.why_not(own.person, "newsletter", "email")["code"] == "consent-missing"


@pytest.mark.promise("P16")
def test_what_was_chosen_stands_in_the_ledger(client, infortrend, new):
    """Anybody may see that somebody chose, and that it was they who told; nobody who it was."""
    own, log = new("newsletter", optional=False), Log(client, infortrend)
    before = log.settled()
    own.press("consent-promotional-mail")
    entry = next(one for one in log.since(before) if one["kind"] == "wished")
    assert (entry["wish"], entry["of"], entry["given"], entry["by"]) == (
        "consent", "promotional-mail", True, "person"
    )  # fmt: skip


@pytest.mark.promise("P16")
def test_how_we_may_write_is_chosen_for_each_kind_of_mail(new):
    """Mail that promotes has a switch; mail that is part of the service says why it has none."""
    text = new("newsletter").page("/me/choices/").text
    for words in ("By e-mail", "May we send you the newsletter?", "Without a switch", "Part of the service."):
        assert words in text
    assert text.index("How we may write to you") < text.index("May we send you the newsletter?")


@pytest.mark.promise("P17")
def test_choices_are_of_one_service(client, synology, new, asking):
    """What somebody chose on one service is not chosen on another: there they begin with none."""
    own = new("newsletter")
    assert "for Infortrend web site and for no other service" in own.page("/me/choices/").text
    point = next(name for name, one in declared("synology-2006").collection.items() if "email" in one.fields())
    there = new(point, synology, optional=False)
    assert not any(on for place, (on, _) in there.switches().items() if place.startswith("consent-"))
    _, token = own.switches()["consent-newsletter"]
    refused(there.press_with(token), 403, "collection.forged")
    assert asking.may(own.person, "newsletter", "email") == ["email"]
    assert client.get(f"{synology.url}/me/choices/").status_code == 303


@pytest.mark.promise("P14")
def test_each_affiliate_has_a_switch_of_its_own(new, asking):
    """A yes for one company of the group is taken back by itself."""
    own = new("promotional-mail")
    own.press("consent-affiliates-marketing-infortrend-japan")

    def may(recipient: str) -> list[str]:
        allowed: list[str] = asking.may(own.person, "affiliates-marketing", "email", recipient=recipient)
        return allowed

    assert (may("infortrend-japan"), may("infortrend-europe")) == ([], ["email"])


@pytest.mark.promise("P22")
def test_an_objection_is_one_press(new, asking):
    """What rests on an interest of the company ends with one press, and begins with another."""
    own = new("order")
    assert asking.may(own.person, "prevent-fraud", "email") == ["email"]
    own.press("objection-purpose-prevent-fraud")
    assert asking.why_not(own.person, "prevent-fraud", "email")["code"] == "objected"
    own.press("objection-purpose-prevent-fraud")
    assert asking.may(own.person, "prevent-fraud", "email") == ["email"]


@pytest.mark.promise("P26")
def test_a_transfer_that_is_not_essential_has_a_switch(new, asking):
    """The next hand-over is refused; country, safeguard and its days stand beside the switch."""
    own = new("quote")
    text = own.page("/me/choices/").text
    for words in ("United States", "standard contractual clauses", "This holds since 10 February 2025"):
        assert words in text

    def may(recipient: str) -> list[str]:
        allowed: list[str] = asking.may(own.person, "prepare-quote", "email", recipient=recipient)
        return allowed

    assert may("infortrend-corporation") == may("infortrend-japan") == ["email"]
    own.press("objection-transfer-US")
    assert (may("infortrend-corporation"), may("infortrend-japan")) == ([], ["email"])
    own.press("objection-recipient-infortrend-japan")
    assert may("infortrend-japan") == []
    own.press("objection-transfer-US")
    assert may("infortrend-corporation") == ["email"]


@pytest.mark.promise("P26")
def test_an_essential_transfer_says_why_it_has_no_switch(new):
    """China is essential: no switch, and the reason that the statement declares."""
    own = new("newsletter", optional=False)
    assert not any(place.endswith("-CN") for place in own.switches())
    text = own.page("/me/choices/").text
    assert "No switch: this transfer is essential. Products sold in mainland China are repaired there." in text


@pytest.mark.promise("P49")
def test_restricted_with_one_press_and_freed_with_one(new, asking):
    """Kept and not used from the next question on, and used again as chosen after another press."""
    own = new("quote")
    for allowed in ([], ["email"]):
        token = own.page("/me/restrict/").hidden["token"]
        answer = own.press_with(token, "/me/restrict/")
        assert (answer.status_code, answer.headers["location"]) == (303, "/me/restrict/#restriction")
        assert asking.may(own.person, "prepare-quote", "email") == allowed
        text = own.page("/me/restrict/").text
        assert ("Kept and not used" in text) is (not allowed)
        assert ("Everything is kept and not used" in own.page("/me/").text) is (not allowed)


@pytest.mark.promise("P16")
def test_a_switch_that_was_pressed_before_changes_nothing(new, asking):
    """Sent again after something else was said, as from the history of a browser: refused, and the last word holds."""
    own = new("newsletter", optional=False)
    _, yes = own.switches()["consent-newsletter"]
    assert own.press_with(yes).status_code == 303
    own.press("consent-newsletter")
    refused(own.press_with(yes), 409, "collection.replayed")
    assert not own.switches()["consent-newsletter"][0]
    assert asking.may(own.person, "newsletter", "email") == []


@pytest.mark.promise("P16")
def test_nobody_chooses_for_another(client, infortrend, new, asking):
    """A switch of another person, a changed one, none at all, or one without the page's own cookie: all refused."""
    own, other = new("newsletter", optional=False), new("newsletter", optional=False)
    _, token = other.switches()["consent-newsletter"]
    for wrong in (token, token[:-1] + ("x" if token[-1] != "x" else "y"), ""):
        refused(own.press_with(wrong), 403, "collection.forged")
    refused(own.post("/me/choices/", token=own.switches()["consent-newsletter"][1]), 403, "collection.forged")
    stranger = client.post(f"{infortrend.url}/me/choices/", data={"token": token}, headers={"Origin": infortrend.url})
    assert stranger.status_code == 403
    for one in (own, other):
        assert not one.switches()["consent-newsletter"][0]
        assert asking.may(one.person, "newsletter", "email") == []


@pytest.mark.promise("P54")
def test_a_newer_statement_is_accepted_or_not(client, new_site, new):
    """What was given keeps its promises; what differs is linked, and one press accepts it. Nobody has to."""
    site = new_site("infortrend")
    own = new("quote", site)
    assert "A newer statement" not in own.page("/me/choices/").text
    publish(site, reword(2), "today")
    page = own.page("/me/choices/")
    assert "came under version 1, and version 2 is in force" in page.text
    difference = f"{site.url}/privacy/versions/1/diff/2/"
    assert difference in page.links()
    assert client.get(difference).status_code == 200
    assert "A newer statement" in own.page("/me/").text
    log = Log(client, site)
    before = log.settled()
    token = own.acceptance()
    assert own.press_with(token).headers["location"] == "/me/choices/#acceptance"
    (entry,) = log.since(before)
    assert (entry["wish"], entry["given"], entry["number"], entry["by"]) == ("acceptance", True, 2, "person")
    assert "A newer statement" not in own.page("/me/choices/").text
    assert "You accepted version 2 of the privacy statement for what you gave earlier." in own.page("/me/").text
    refused(own.press_with(token), 409, "collection.replayed")


@pytest.mark.promise("P16")
def test_it_is_said_in_both_languages(new):
    """The same switches in Chinese, with the words that the statement has in it."""
    own = new("newsletter")
    text = own.page("/zh-hant/me/choices/").text
    for words in ("我的選擇", "同意", "反對", "其他國家"):
        assert words in text
    for words in ("My choices", "What the statement says", "Allowed"):
        assert words not in text
