"""Each thing that can stand against a use does, names its clause, and stands against nothing else."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from tests.support.declared import from_plain
from tests.support.statements import minimal
from troth.statement.clause import every
from troth.statement.clauses import clauses
from troth.statement.compile import Compiled, compile_statement
from troth.use import rules
from troth.use.gates import FOREVER, Reason, Source, Wanted
from troth.use.rules import Given, Standing

TODAY = date(2026, 11, 23)
ON = TODAY.toordinal()
YES = Standing(frozenset({"newsletter"}), frozenset({"newsletter"}), born_by=ON - 20 * 366)
NEWS, ANSWER = Wanted("newsletter"), Wanted("answer-you")
FIELDS = ("email", "name", "message")
Plain = dict[str, Any]
Change = Callable[[Plain], object]


def compiled(*changes: Change) -> Compiled:
    """The small statement with changes."""
    plain = minimal()
    for change in changes:
        change(plain)
    return compile_statement(from_plain(plain))


def given(own: Compiled, point: str = "newsletter", *, judges: tuple[Compiled, ...] = (), days: int = 1) -> Given:
    """All that a point asks for, given so many days ago."""
    source = Source(own, judges or (own,), point, own.consent)
    return Given(source, own.fields.mask(FIELDS), ON - days, "record")


def answered(own: Compiled, wanted: Wanted = NEWS, standing: Standing = YES, **changed: Any) -> Reason | None:
    """Why an e-mail address may not be used; None if it may."""
    point = "newsletter" if wanted.purpose == "newsletter" else "enquiry"
    held = given(own, changed.pop("point", point), **changed)
    return rules.decide([held], standing, wanted, ("email",), ON).refused.get("email")


def refused(code: str, *rest: Any, **changed: Any) -> None:
    """It is refused for this reason, and the clause is one of the statement's."""
    reason = answered(*rest, **changed)
    assert reason is not None
    assert reason.code == code
    assert reason.clause in {one.id for one in every(clauses(from_plain(minimal()), "en"))}


def test_what_is_declared_and_agreed_to_may_be_used() -> None:
    """With a yes the newsletter may use the address, here and at the mail house."""
    own = compiled()
    assert answered(own) is None
    assert answered(own, Wanted("newsletter", "mail-house")) is None
    assert answered(own, Wanted("newsletter", "mail-house", "US")) is None
    assert answered(own, ANSWER) is None


def test_what_is_not_declared_may_not() -> None:
    """No purpose, recipient, country, field or transaction that the statement does not know (P13, P23, P31)."""
    own = compiled()
    refused("purpose-unknown", own, Wanted("resale"))
    refused("not-for-purpose", own, ANSWER, point="newsletter")
    refused("recipient-unknown", own, Wanted("newsletter", "stranger"))
    refused("not-for-recipient", own, Wanted("answer-you", "mail-house"))
    refused("country-undeclared", own, Wanted("newsletter", "", "CN"))
    refused("other-country", own, Wanted("newsletter", "mail-house", "TW"))
    assert rules.decide([given(own)], YES, NEWS, ("shoe-size",), ON).refused == {"shoe-size": rules.NOT_HELD}
    assert rules.decide([], YES, NEWS, ("email",), ON) == ((), {"email": rules.NOT_HELD})


def test_consent_is_a_yes_that_covers_what_is_asked() -> None:
    """Without a yes, or with one to something else, the newsletter goes to nobody; an answer waits for none."""
    own = compiled()
    refused("consent-missing", own, NEWS, YES._replace(given=frozenset(), covered=frozenset()))
    refused("consent-outdated", own, NEWS, YES._replace(covered=frozenset()))
    assert answered(own, ANSWER, Standing()) is None


def test_each_recipient_is_asked_about() -> None:
    """Where a yes is for each recipient, a yes for another one, or for nobody by name, is none."""
    own = compiled(lambda p: p["purposes"]["newsletter"].update(per_recipient=True))
    house = Standing(frozenset({"newsletter.mail-house"}), frozenset({"newsletter.mail-house"}), born_by=YES.born_by)
    assert answered(own, Wanted("newsletter", "mail-house"), house) is None
    refused("consent-missing", own, Wanted("newsletter", "mail-house"), YES)
    refused("recipient-unnamed", own, NEWS, house)


def test_objections_stop_what_may_be_objected_to() -> None:
    """To what rests on an interest, and to a transfer that is not essential; to nothing else."""
    own = compiled()
    against = Standing(objected=frozenset({"purpose.answer-you", "purpose.newsletter"}))
    refused("objected", own, ANSWER, against)
    assert answered(own, NEWS, YES._replace(objected=against.objected)) is None
    for about in ("transfer.US", "recipient.mail-house"):
        abroad = YES._replace(objected=frozenset({about}))
        refused("objected", own, Wanted("newsletter", "mail-house"), abroad)
        assert answered(own, NEWS, abroad) is None
        essential = compiled(lambda p: p["transfers"]["US"].update(essential=True))
        assert answered(essential, Wanted("newsletter", "mail-house"), abroad) is None


def test_a_restriction_stops_everything_but_what_the_law_asks() -> None:
    """GDPR Art. 18: what is restricted is kept and not used."""
    restricted = YES._replace(restricted=True)
    refused("restricted", compiled(), NEWS, restricted)
    refused("restricted", compiled(), ANSWER, restricted)
    lawful = compiled(lambda p: p["purposes"]["answer-you"].update(basis="legal-obligation"))
    assert answered(lawful, ANSWER, restricted) is None


@pytest.mark.parametrize(("period", "last"), [("P30D", 29), ("P1M", 30), ("P1Y", 364), ("P2W", 13)])
def test_retention_ends_with_the_day_before(period: str, last: int) -> None:
    """A value is used until the day on which its time is over begins. 23 October and a month is 23 November."""
    own = compiled(lambda p: p["purposes"]["answer-you"].update(retention=period))
    assert answered(own, ANSWER, days=last) is None
    refused("retention-over", own, ANSWER, days=last + 1)


def test_what_was_not_given_yet_is_not_used() -> None:
    """Under a clock that was set back, what came later is not there."""
    refused("retention-over", compiled(), NEWS, days=-1)


def test_a_purpose_is_not_longer_than_what_something_was_kept_for() -> None:
    """What lives longer for one purpose does not live longer for another, nor a purpose longer than what is held."""
    own = compiled(
        lambda p: p["purposes"]["subscription"].update(retention="P1M"),
        lambda p: p["purposes"]["newsletter"].update(retention="P2Y"),
    )
    source = Source(own, (own,), "newsletter", 0)  # no yes then: it was kept for the subscription alone
    held = Given(source, own.fields.mask(FIELDS), ON - 40, "record")
    assert rules.decide([held], YES, NEWS, ("email",), ON).allowed == ()
    assert rules.decide([held._replace(day=ON - 20)], YES, NEWS, ("email",), ON).allowed == ("email",)
    refused("retention-over", own, Wanted("subscription"), point="newsletter", days=40)


def test_age_counts_where_it_is_asked() -> None:
    """Who did not say that they are old enough, where that is asked, is not used for what they agreed to there."""
    own = compiled()
    refused("age-unknown", own, NEWS, YES._replace(born_by=FOREVER))
    refused("age-unknown", own, NEWS, YES._replace(born_by=date(2010, 11, 24).toordinal()))
    assert answered(own, NEWS, YES._replace(born_by=date(2010, 11, 23).toordinal())) is None
    assert answered(own, ANSWER, Standing()) is None
    older = compiled(lambda p: p["service"].update(minimum_age=18))
    refused("age-unknown", older, NEWS, YES._replace(born_by=date(2010, 1, 1).toordinal()))


def test_a_child_is_used_for_nothing() -> None:
    """Who was found to be too young is left alone until they are surely old enough."""
    child = YES._replace(young=True, born_by=date(2014, 1, 1).toordinal())
    refused("too-young", compiled(), NEWS, child)
    refused("too-young", compiled(), ANSWER, child)
    anybody = compiled(lambda p: p["service"].update(minimum_age=None))
    assert answered(anybody, ANSWER, child) is None
    refused("too-young", anybody, NEWS, child)  # asks consent: sixteen where no country is known, GDPR Art. 8
    assert answered(compiled(), ANSWER, child._replace(born_by=date(2010, 11, 23).toordinal())) is None


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("agreement-lapsed", lambda p: p["recipients"]["mail-house"].pop("agreement")),
        ("agreement-lapsed", lambda p: p["recipients"]["mail-house"]["agreement"].update(signed="2026-11-24")),
        ("agreement-lapsed", lambda p: p["recipients"]["mail-house"]["agreement"].update(expires="2026-11-22")),
        ("agreement-lapsed", lambda p: p["recipients"]["mail-house"]["agreement"].update(confidential=False)),
        ("agreement-lapsed", lambda p: p["recipients"]["mail-house"]["agreement"].update(kind="partner")),
        ("safeguard-lapsed", lambda p: p["transfers"]["US"].update(valid_from="2026-11-24")),
        ("safeguard-lapsed", lambda p: p["transfers"]["US"].update(valid_to="2026-11-22")),
        ("safeguard-lapsed", lambda p: p["transfers"]["US"].update(safeguard="safe-harbor")),
        ("safeguard-lapsed", lambda p: p["transfers"]["US"].update(safeguard="privacy-shield")),
        ("safeguard-lapsed", lambda p: p["transfers"]["US"].update(safeguard="dpf")),
        ("country-undeclared", lambda p: p["transfers"].clear()),
    ],
)
def test_nothing_leaves_without_agreement_and_safeguard(code: str, change: Change) -> None:
    """What does not hold on this day stops what would leave, and nothing that stays (P25, P28)."""
    own = compiled(change)
    refused(code, own, Wanted("newsletter", "mail-house"))
    assert answered(own) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda p: p["recipients"]["mail-house"]["agreement"].update(expires="2026-11-23"),
        lambda p: p["transfers"]["US"].update(valid_from="2026-11-23", valid_to="2026-11-23"),
    ],
)
def test_the_last_day_is_one_of_them(change: Change) -> None:
    """An agreement and a safeguard hold on their last day."""
    assert answered(compiled(change), Wanted("newsletter", "mail-house")) is None


def test_both_statements_must_allow_it() -> None:
    """What was given under one statement keeps its promises under the next, and the next one's (P54)."""
    then = compiled()
    wider = compiled(
        lambda p: p["collection"]["enquiry"]["required"].update(email=["answer-you", "subscription"]),
        lambda p: p["purposes"]["answer-you"].update(retention="P5Y"),
    )
    both, accepted = {"judges": (then, wider)}, {"judges": (wider,)}
    later = Wanted("subscription")
    reason = answered(then, later, point="enquiry", **both)
    assert reason == Reason("not-for-purpose", "purpose.subscription", "", "given")
    assert answered(then, later, point="enquiry", **accepted) is None
    refused("retention-over", then, ANSWER, days=400, **both)
    narrower = compiled(lambda p: p["collection"]["enquiry"]["required"].update(email=["subscription"]))
    reason = answered(then, ANSWER, judges=(then, narrower))
    assert reason == Reason("not-for-purpose", "purpose.answer-you", "", "in-force")


def test_a_supplement_serves_its_transaction_alone() -> None:
    """What was looked up for one order serves that order (P08)."""
    added = {"field": "name", "source": "A register", "purpose": "answer-you", "point": "newsletter"}
    own = compiled(lambda p: p.update(supplements={"look": added}))
    held = given(own)

    def found(wanted: Wanted) -> rules.Answer:
        return rules.decide([held], YES, wanted, ("name",), ON)

    assert found(ANSWER._replace(transaction="record")).allowed == ("name",)
    assert found(ANSWER).refused["name"] == Reason("other-transaction", "supplement.look", "", "in-force")
    assert found(ANSWER._replace(transaction="other")).refused["name"].code == "other-transaction"
    assert found(NEWS._replace(transaction="record")).refused["name"].code == "not-for-purpose"


def test_the_newest_record_says_why() -> None:
    """A field that is held twice may be used if either may; if neither, the newest says why."""
    own = compiled()
    old, new = given(own, "enquiry", days=500), given(own, "newsletter", days=3)._replace(record="newer")
    assert rules.decide([new, old], YES, NEWS, ("email",), ON).allowed == ("email",)
    assert rules.decide([new, old], YES, ANSWER, ("email",), ON).refused["email"].code == "not-for-purpose"
