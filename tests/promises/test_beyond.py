"""Beyond what was declared there is nothing: no purpose, no partner and no joining of services, on either example."""

from datetime import timedelta

import httpx
import pytest

from tests.support import points, versions
from tests.support.asking import Asking, wishes
from tests.support.clocks import Clock
from tests.support.declared import declared
from tests.support.site import Running

ONE = pytest.mark.parametrize("site", ["synology-2006"], indirect=True)


def stated(site: Running):
    """What the statement of `site` declares."""
    return declared(site.directory.name)


def purposes(site: Running, *bases: str) -> list[str]:
    """The purposes that rest on one of `bases` and for which a point asks for something."""
    served = {name for point in stated(site).collection.values() for names in point.fields().values() for name in names}
    return [name for name, one in stated(site).purposes.items() if one.basis in bases and name in served]


def somebody(client: httpx.Client, site: Running, *places: str, agreed: bool = False) -> str:
    """Somebody who gave everything at these points, with a yes to all that is asked or to nothing."""
    email, person = points.address(), ""
    for point in places:
        asked = points.described(client, site, point)
        given = points.answers(asked["shown"])
        given.fields["email"] = email
        given.choices = dict.fromkeys(given.choices, agreed)
        sent = points.post(client, site, point, points.submission(asked, given), given.files)
        person = points.taken(sent)["person"]
    return person


def asked_for(site: Running, purpose: str) -> tuple[str, str]:
    """A point that asks for a field which serves `purpose`, and the field."""
    return next(
        (point, field)
        for point, one in stated(site).collection.items()
        for field, names in one.fields().items()
        if purpose in names
    )


@pytest.mark.promise("P13")
def test_a_purpose_that_nobody_declared_is_refused(client, site):
    """A question about a purpose that the statement does not know gets no answer, and nothing of its call does."""
    (known, *_) = purposes(site, "contract")
    asking = Asking.new(client, site, known)
    point, field = asked_for(site, known)
    question = {"person": somebody(client, site, point), "purpose": known, "fields": [field]}
    assert asking.ask(question)[0]["allowed"] == [field]
    for undeclared in ("resale", "profiling", known.upper()):
        answer = asking.post({"questions": [question, {**question, "purpose": undeclared}]})
        assert points.refused(answer, 403, "use.not-covered")["field"] == "purpose"


@pytest.mark.promise("P13")
def test_a_purpose_that_is_no_longer_declared_is_refused(client, new_site):
    """Once the statement no longer names a purpose, what was given for it serves it no more."""
    site = new_site("infortrend")
    site.stop()
    clock = Clock(site)
    site.start()
    asking = Asking.new(client, site, "prevent-fraud", "carry-out-order")
    before = somebody(client, site, "order")
    assert asking.may(before, "prevent-fraud", "email") == ["email"]

    def change(plain: versions.Plain) -> None:
        del plain["purposes"]["prevent-fraud"]
        for point in plain["collection"].values():
            for field, names in {**point["required"], **point["optional"]}.items():
                asked = point["required"] if field in point["required"] else point["optional"]
                asked[field] = [name for name in names if name != "prevent-fraud"]

    versions.publish(site, change, points.today() + versions.NOTICE)
    clock.set(versions.NOTICE + timedelta(days=1))
    reason = asking.why_not(before, "prevent-fraud", "email")
    assert (reason["code"], reason["clause"], reason["under"]) == ("purpose-unknown", "purposes", "in-force")
    assert asking.may(before, "carry-out-order", "email") == ["email"]


@pytest.mark.promise("P22")
def test_every_interest_of_the_company_ends_with_an_objection(client, site):
    """Whatever rests on an interest is open to an objection, one by one; taking it back lets it go on."""
    own = purposes(site, "legitimate-interest")
    asking = Asking.new(client, site, *own)
    assert own
    for purpose in own:
        assert stated(site).purposes[purpose].interest
        point, field = asked_for(site, purpose)
        person = somebody(client, site, point)
        others = [other for other in own if asking.may(person, other, field)]
        assert purpose in others
        wishes(site, person, "object", f"purpose.{purpose}")
        assert asking.why_not(person, purpose, field)["about"] == f"purpose.{purpose}"
        assert [other for other in own if asking.may(person, other, field)] == [one for one in others if one != purpose]
        wishes(site, person, "object", f"purpose.{purpose}", "--take-back")
        assert asking.may(person, purpose, field) == [field]


@pytest.mark.promise("P22")
def test_no_interest_of_the_company_opens_what_waits_for_a_yes(client, site):
    """Somebody who said yes to nothing is left alone by all that needs a yes, whatever else may be used of them."""
    own, waiting = purposes(site, "legitimate-interest"), purposes(site, "consent")
    asking = Asking.new(client, site, *own, *waiting)
    person = somebody(client, site, "registration", "order")
    assert any(asking.may(person, purpose, "email", "name") for purpose in own)
    for purpose in waiting:
        assert asking.may(person, purpose, *stated(site).data) == []


@pytest.mark.promise("P23")
def test_a_partner_gets_its_fields_for_its_purposes(client, site):
    """Of all that is held, a partner may have what is declared for it, for what is declared, and nothing else."""
    everything = tuple(stated(site).data)
    asking = Asking.new(client, site, *stated(site).purposes)
    person = somebody(client, site, "registration", "quote", "order", "promotional-mail", agreed=True)
    partners = {name: one for name, one in stated(site).recipients.items() if one.kind == "partner"}
    assert partners
    for name, partner in partners.items():
        for purpose in stated(site).purposes:
            may = asking.may(person, purpose, *everything, recipient=name)
            assert set(may) <= set(partner.purposes.get(purpose, ())), (name, purpose)
            assert bool(may) == (purpose in partner.purposes), (name, purpose)


@ONE
@pytest.mark.promise("P21")
def test_services_are_combined_for_a_declared_purpose(client, site):
    """Another service of the company learns which product somebody owns, as declared, and nothing else for that."""
    declaration = stated(site).purposes["consistent-experience"]
    assert (declaration.basis, bool(declaration.interest)) == ("legitimate-interest", True)
    asking = Asking.new(client, site, "consistent-experience", "service-account", recipient="synology-america")
    person = somebody(client, site, "registration", "order")
    fields = ("product", "name", "email", "home-address", "serial-number")
    assert asking.may(person, "consistent-experience", *fields) == ["product"]
    reason = asking.why_not(person, "consistent-experience", "email")
    assert (reason["code"], reason["clause"]) == ("not-for-purpose", "purpose.consistent-experience")
    assert asking.why_not(person, "service-account", "serial-number")["clause"] == "recipient.synology-america"
    wishes(site, person, "object", "purpose.consistent-experience")
    assert asking.why_not(person, "consistent-experience", "product")["code"] == "objected"
