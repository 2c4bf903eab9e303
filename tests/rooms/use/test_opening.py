"""Plaintext comes out through `use` alone, only what is decided, and is counted before anybody sees it."""

from datetime import timedelta
from typing import Any

import pytest

from tests.rooms.use.givers import AT, SERVICE, Gives, address, later, order
from troth.consent.actions import supplement, wish
from troth.consent.errors import NoSuchPerson, NotOffered
from troth.consent.reads import supplements_of
from troth.consent.wishes import Wish
from troth.ledger import actions as ledger
from troth.ledger.evidence import told
from troth.use.actions import Values, open_field, open_own, open_values
from troth.use.audience import audience
from troth.use.errors import NotDeclared, Refused
from troth.use.gates import Wanted
from troth.use.models import CROWD, FEW, Use, Used
from troth.use.reads import Question, decide, uses_of
from troth.vault.actions import erase
from troth.vault.jobs import keep_retention
from troth.vault.models import Sealed

NEWS = Wanted("newsletter")
KEEP = Wanted("handle-subscription")


def opened(persons: list[str], wanted: Wanted, *fields: str, **changed: Any) -> Values:
    return open_values(persons, wanted, fields, **{"service": SERVICE, "by": "a test", "at": AT, **changed})


def may(person: str, wanted: Wanted, *fields: str, at: Any = AT) -> tuple[str, ...]:
    """What may be used of somebody."""
    return decide([Question(person, wanted, fields)], SERVICE, at)[0].allowed


def wishes(person: str, kind: Any, about: str = "", *, given: bool = True, number: int = 0) -> None:
    wish(person, SERVICE, Wish(kind, given, about, number), by="person", at=AT)


def entries(kind: str) -> list[dict[str, Any]]:
    """What the ledger says of this kind."""
    ledger.sequence()
    return [one.said for block, _ in told(lambda *_: None) for one in block if one.said["kind"] == kind]


def test_what_may_be_used_is_opened(gives: Gives) -> None:
    """Of several people the field that the purpose may use comes out, and of nobody anything else."""
    addresses = [address() for _ in range(3)]
    persons = [gives("newsletter", choices=("newsletter",), email=one, name="Lin").person for one in addresses]
    silent = gives("newsletter", email=address()).person
    values = opened([*persons, silent], NEWS, "email")
    assert {person: one["email"][-1][1].decode() for person, one in values.plain.items()} == dict(
        zip(persons, addresses, strict=True)
    )
    assert all(set(one) == {"email"} for one in values.plain.values())
    assert values.refused[silent]["email"].code == "consent-missing"


def test_each_use_is_counted(gives: Gives) -> None:
    """The ledger says for what, of how many, which fields and by whom; and each person can be told."""
    persons = sorted(gives("newsletter", choices=("newsletter",), email=address()).person for _ in range(3))
    values = opened(persons, NEWS, "email", "name", by="job.news")
    said = entries("used")[-1]
    assert (said["purpose"], said["persons"], said["fields"], said["by"]) == ("newsletter", 3, {"email": 3}, "job.news")
    assert not any(person in str(said) for person in persons)
    for person in persons:
        (use,) = uses_of(person)
        assert (use.purpose, use.by, use.entry) == ("newsletter", "job.news", values.leaf.hex())


def test_a_use_of_many_is_counted_as_well(gives: Gives) -> None:
    """Also where hundreds are opened at once, each of them can be told, and nobody else is."""
    persons = sorted(gives("newsletter", choices=("newsletter",), email=address()).person for _ in range(CROWD + 9))
    other = gives("newsletter", email=address()).person
    values = opened(persons, NEWS, "email", by="job.news")
    assert entries("used")[-1]["persons"] == len(persons)
    for person in (persons[0], persons[CROWD - 1], persons[CROWD], persons[-1]):
        assert [use.entry for use in uses_of(person)] == [values.leaf.hex()]
    assert uses_of(other) == uses_of("2" * 35) == uses_of("z" * 35) == []


def test_what_is_refused_is_no_use(gives: Gives) -> None:
    """Where nothing may be used, nothing is opened and nothing counted; the refusal names its clause."""
    person = gives("newsletter", email=address()).person
    with pytest.raises(Refused) as refused:
        open_field(person, "email", NEWS, service=SERVICE, by="a test", at=AT)
    assert (refused.value.clause, refused.value.field) == ("purpose.newsletter", "email")
    assert opened([person], NEWS, "email").leaf == b""
    assert uses_of(person) == []


def test_somebody_unknown_is_refused(gives: Gives) -> None:
    """A reference of nobody opens nothing, and is no error among others."""
    person = gives("newsletter", email=address()).person
    values = opened([person, "x" * 35], KEEP, "email")
    assert set(values.plain) == {person}
    assert values.refused["x" * 35]["email"].code == "person-unknown"


def test_a_withdrawal_holds_from_the_next_use(gives: Gives) -> None:
    """Yes, no, yes again: each holds from the next question on, and only for what it is about."""
    person = gives("newsletter", choices=("newsletter",), email=address()).person
    assert may(person, NEWS, "email") == ("email",)
    wishes(person, "consent", "newsletter", given=False)
    assert may(person, NEWS, "email") == ()
    assert may(person, KEEP, "email") == ("email",)
    wishes(person, "consent", "newsletter")
    assert may(person, NEWS, "email") == ("email",)


def test_what_was_said_last_holds_whatever_the_clock_says(gives: Gives) -> None:
    """A withdrawal under a clock that was set back is still later than the yes before it."""
    person = gives("newsletter", choices=("newsletter",), email=address()).person
    wish(person, SERVICE, Wish("consent", given=False, about="newsletter"), by="person", at=AT - timedelta(days=3))
    assert may(person, NEWS, "email") == ()


def test_an_objection_stops_what_rests_on_interest_alone(gives: Gives) -> None:
    """Whoever objects to fraud prevention is left alone by it; their order is carried out."""
    person = order(gives).person
    assert may(person, Wanted("prevent-fraud"), "email") == ("email",)
    wishes(person, "objection", "purpose.prevent-fraud")
    assert may(person, Wanted("prevent-fraud"), "email") == ()
    assert may(person, Wanted("carry-out-order"), "email") == ("email",)
    wishes(person, "objection", "purpose.prevent-fraud", given=False)
    assert may(person, Wanted("prevent-fraud"), "email") == ("email",)


def test_a_restriction_stops_all_but_the_law(gives: Gives) -> None:
    """What is restricted is kept and not used, but for what the law asks."""
    person = order(gives).person
    wishes(person, "restriction")
    assert may(person, Wanted("carry-out-order"), "email") == ()
    assert may(person, Wanted("legal-duty"), "name") == ("name",)


def test_a_child_that_was_found_out_is_left_alone(gives: Gives) -> None:
    """Somebody found to be too young is used for nothing, whatever they said at a point, until they are grown up."""
    person = gives("promotional-mail", choices=("promotional-mail",), email=address()).person
    assert may(person, Wanted("promotional-mail"), "email") == ("email",)
    wishes(person, "age", given=False, number=16)
    assert may(person, Wanted("promotional-mail"), "email") == ()
    assert may(person, Wanted("handle-subscription"), "email") == ()
    wishes(person, "age", number=16)
    assert may(person, Wanted("promotional-mail"), "email") == ("email",)


def test_a_yes_that_comes_later_is_as_good(gives: Gives) -> None:
    """Without a yes an address serves the promotion alone; a yes said later covers the mail as well."""
    person = gives("promotion", email=address(), name="Lin", country="TW").person
    assert may(person, Wanted("promotional-mail"), "email") == ()
    wishes(person, "consent", "promotional-mail")
    assert may(person, Wanted("promotional-mail"), "email") == ("email",)


def test_time_ends_a_use(gives: Gives) -> None:
    """A quote is kept for a year: on the day on which the year is over it is used no more."""
    person = gives("quote", name="Lin", email=address(), company="Example", country="TW", product="EonStor").person
    quote = Wanted("prepare-quote")
    assert may(person, quote, "email", at=later(days=364)) == ("email",)
    assert may(person, quote, "email", at=later(days=365)) == ()


def test_a_transfer_that_is_objected_to_does_not_happen(gives: Gives) -> None:
    """An objection to a country or a recipient stops what goes there, and nothing else (P26)."""
    person = gives("quote", name="Lin", email=address(), company="Example", country="TW", product="EonStor").person
    there, here = Wanted("prepare-quote", "infortrend-corporation"), Wanted("prepare-quote", "distributor")
    assert may(person, there, "email") == may(person, here, "email") == ("email",)
    wishes(person, "objection", "transfer.US")
    assert may(person, there, "email") == ()
    assert may(person, Wanted("prepare-quote", "infortrend-europe"), "email") == ("email",)
    wishes(person, "objection", "recipient.infortrend-europe")
    assert may(person, Wanted("prepare-quote", "infortrend-europe"), "email") == ()
    assert may(person, here, "email") == ("email",)


def test_a_right_opens_everything_for_the_person(gives: Gives) -> None:
    """For the person themself all of it is opened, even under a restriction, and counted as what it is."""
    email = address()
    person = gives("newsletter", choices=("newsletter",), email=email, name="Lin").person
    wishes(person, "restriction")
    values = open_own(person, "access", service=SERVICE, by="person", at=AT)
    assert {field: one[-1][1].decode() for field, one in values.plain[person].items()} == {
        "email": email,
        "name": "Lin",
    }
    assert entries("used")[-1]["purpose"] == "right.access"
    with pytest.raises(NotDeclared):
        open_own(person, "admire", service=SERVICE, by="person", at=AT)


def test_a_supplement_is_opened_for_its_transaction(gives: Gives) -> None:
    """What was looked up for an order is opened for that order alone, beside it for nobody; and for the person."""
    ordered = order(gives)
    person, check = ordered.person, Wanted("identity-check")
    supplement(ordered.record, "company-look-up", b"Registered", at=AT)
    assert not opened([person], check, "identity-result").opened
    other = opened([person], check._replace(transaction="2" * 35), "identity-result")
    assert other.refused[person]["identity-result"].code == "other-transaction"
    values = opened([person], check._replace(transaction=ordered.record), "identity-result")
    assert [plain for _, _, _, plain in values.opened] == [b"Registered"]
    own = open_own(person, "access", service=SERVICE, by="person", at=AT).plain[person]["identity-result"]
    (added,) = supplements_of(person)
    assert own == [(added.ref, b"Registered")]
    assert (added.record, added.name) == (ordered.record, "company-look-up")


def test_a_supplement_ends_no_later_than_its_transaction(gives: Gives) -> None:
    """With the time of its purpose, or of the last that was given, it is used no more, and goes."""
    ordered = order(gives)
    supplement(ordered.record, "company-look-up", b"Registered", at=later(days=3))
    (added,) = supplements_of(ordered.person)
    assert added.until <= max(one.keep_until for one in Sealed.objects.filter(record=ordered.record))
    wanted = Wanted("identity-check", transaction=ordered.record)
    assert may(ordered.person, wanted, "identity-result", at=added.until - timedelta(days=1)) == ("identity-result",)
    assert may(ordered.person, wanted, "identity-result", at=added.until) == ()


@pytest.mark.parametrize(
    "refused",
    [
        Wish("consent", given=True, about="answer-you"),
        Wish("consent", given=True, about="affiliates-marketing"),
        Wish("objection", given=True, about="purpose.newsletter"),
        Wish("objection", given=True, about="transfer.CN"),
        Wish("objection", given=True, about="recipient.infortrend-china"),
        Wish("acceptance", given=True, number=99),
        Wish("age", given=True, number=0),
    ],
)
def test_what_nobody_may_choose_is_refused(gives: Gives, refused: Wish) -> None:
    """No yes to what asks none, no objection to what must be: the statement says what is a person's to say."""
    person = gives("newsletter", email=address()).person
    with pytest.raises(NotOffered):
        wish(person, SERVICE, refused, by="person", at=AT)


@pytest.mark.usefixtures("gives")
def test_nobody_wishes_nothing() -> None:
    """A wish of somebody of whom nothing is held is refused."""
    with pytest.raises(NoSuchPerson):
        wish("y" * 35, SERVICE, Wish("restriction", given=True), by="person", at=AT)


def test_an_audience_follows_what_people_say(gives: Gives) -> None:
    """Who subscribes is in it, who withdraws is out of it, who comes back is in it again."""
    first = gives("newsletter", choices=("newsletter",), email=address()).person
    assert first in audience(NEWS, service=SERVICE, at=AT)
    second = gives("newsletter", choices=("newsletter",), email=address()).person
    wishes(first, "consent", "newsletter", given=False)
    found = audience(NEWS, service=SERVICE, at=AT)
    assert first not in found
    assert second in found
    wishes(first, "consent", "newsletter")
    again = audience(NEWS, service=SERVICE, at=AT, field="email")
    assert {first, second} <= set(again)
    assert set(again) == {one for one in again if may(one, NEWS, "email")}


def test_whoever_was_erased_is_in_no_audience(gives: Gives) -> None:
    """Erased, and remembered by nobody: no question, no audience and no opening finds them any more."""
    persons = [gives("newsletter", choices=("newsletter",), email=address()).person for _ in range(FEW + 1)]
    assert {*persons} <= {*audience(NEWS, service=SERVICE, at=AT)}
    assert may(persons[0], NEWS, "email") == ("email",)
    erase(persons[0], at=AT)
    assert persons[0] not in audience(NEWS, service=SERVICE, at=AT)
    (answer,) = decide([Question(persons[0], NEWS, ("email",))], SERVICE, AT)
    assert answer.refused["email"].code == "person-unknown"
    values = opened(persons, NEWS, "email")
    assert {*values.plain} == {*persons[1:]}
    assert values.refused[persons[0]]["email"].code == "person-unknown"


def test_whose_time_is_over_is_in_no_audience(gives: Gives) -> None:
    """What was ended by the clock is in no audience on that day, and on the day before it is again in one."""
    person = gives("quote", name="Lin", email=address(), company="Example", country="TW", product="EonStor").person
    quote = Wanted("prepare-quote")
    assert person in audience(quote, service=SERVICE, at=later(days=364))
    assert person not in audience(quote, service=SERVICE, at=later(days=365))
    assert person in audience(quote, service=SERVICE, at=later(days=364))
    keep_retention(later(days=366))
    assert may(person, quote, "email", at=later(days=366)) == ()
    assert person not in audience(quote, service=SERVICE, at=later(days=366))


def test_an_audience_counts_who_is_in_it(gives: Gives) -> None:
    """Its number is that of its members, and stays what it was when somebody says something later."""
    first = gives("newsletter", choices=("newsletter",), email=address()).person
    found = audience(NEWS, service=SERVICE, at=AT)
    assert len(found) == len(list(found))
    wishes(first, "consent", "newsletter", given=False)
    assert first in found
    assert len(audience(NEWS, service=SERVICE, at=AT)) == len(found) - 1


def test_rows_of_uses_stay(gives: Gives) -> None:
    """What was counted cannot be taken back."""
    from django.db import Error  # noqa: PLC0415 - needs the installation

    person = gives("newsletter", email=address()).person
    opened([person], KEEP, "email")
    for rows in (Use.objects.all(), Used.objects.filter(person=person)):
        with pytest.raises(Error, match="append-only"):
            rows.delete()
