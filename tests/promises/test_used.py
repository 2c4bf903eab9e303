"""Nothing is used that the statement, the person and the day do not allow: asked by a program, as a stranger would."""

import json
import subprocess
from contextlib import closing
from datetime import timedelta

import httpx
import pytest

from tests.support import points, versions
from tests.support.asking import Asking, wishes
from tests.support.clocks import Clock
from tests.support.declared import declared
from tests.support.documents import Document
from tests.support.forked import run
from tests.support.me import signed_in
from tests.support.outsider import Log
from tests.support.site import EXAMPLES, Failed, Running, troth
from tests.support.waiting import until


def person(client: httpx.Client, site: Running, point: str, *choices: str, **fields: object) -> str:
    """Somebody who gave what a point asks for, and said yes to `choices`."""
    asked = points.described(client, site, point)
    given = points.answers(asked["shown"], optional=True)
    given.choices = dict.fromkeys(choices, True)
    given.fields |= fields
    found: str = points.taken(points.post(client, site, point, points.submission(asked, given), given.files))["person"]
    return found


@pytest.fixture
def asking(client: httpx.Client, infortrend: Running) -> Asking:
    """A program that may ask about many things."""
    purposes = ("newsletter", "handle-subscription", "promotional-mail", "affiliates-marketing", "prepare-quote",
                "prevent-fraud", "support-you", "answer-you")  # fmt: skip
    return Asking.new(client, infortrend, *purposes)


@pytest.mark.promise("P13")
def test_without_a_yes_of_its_own_a_purpose_gets_nothing(client, infortrend, asking):
    """What was given for one purpose serves no other: each waits for its own yes, and is refused by its clause."""
    silent = person(client, infortrend, "promotional-mail")
    assert asking.may(silent, "handle-subscription", "email") == ["email"]
    for purpose in ("promotional-mail", "newsletter", "answer-you"):
        assert asking.why_not(silent, purpose, "email")["clause"] == f"purpose.{purpose}"
    agreed = person(client, infortrend, "promotional-mail", "promotional-mail")
    assert asking.may(agreed, "promotional-mail", "email", "name", "company") == ["email", "name", "company"]
    assert asking.may(agreed, "affiliates-marketing", "email", recipient="infortrend-europe") == []


@pytest.mark.promise("P13")
def test_what_nobody_declared_is_refused(client, infortrend, asking):
    """A field, recipient or country that the statement does not know, and somebody who is not there: all are no."""
    somebody = person(client, infortrend, "quote")
    assert asking.may(somebody, "prepare-quote", "email", "shoe-size") == ["email"]
    assert asking.why_not(somebody, "prepare-quote", "email", recipient="stranger")["clause"] == "recipients"
    assert asking.why_not(somebody, "prepare-quote", "email", country="BR")["code"] == "country-undeclared"
    assert asking.why_not("2" * 35, "prepare-quote", "email")["code"] == "person-unknown"


@pytest.mark.promise("P14")
def test_each_affiliate_needs_its_own_yes(client, infortrend, asking):
    """A yes for one company of the group is none for another."""
    choice = "affiliates-marketing.infortrend-europe"
    somebody = person(client, infortrend, "promotional-mail", choice)
    assert asking.may(somebody, "affiliates-marketing", "email", recipient="infortrend-europe") == ["email"]
    reason = asking.why_not(somebody, "affiliates-marketing", "email", recipient="infortrend-japan")
    assert (reason["code"], reason["about"]) == ("consent-missing", "affiliates-marketing.infortrend-japan")


@pytest.mark.promise("P16")
def test_taking_a_yes_back_holds_from_the_next_use(client, infortrend, asking):
    """One act gave it, one act takes it back, and the very next question is answered with no; and so the other way."""
    somebody = person(client, infortrend, "newsletter", "newsletter")
    for _ in range(2):
        assert asking.may(somebody, "newsletter", "email") == ["email"]
        wishes(infortrend, somebody, "withdraw", "newsletter")
        assert asking.why_not(somebody, "newsletter", "email")["code"] == "consent-missing"
        wishes(infortrend, somebody, "agree", "newsletter")
    assert asking.may(somebody, "newsletter", "email") == ["email"]


@pytest.mark.promise("P16")
def test_a_form_takes_it_back_as_well(client, infortrend, asking):
    """Whoever sends the form again without the tick has taken their yes back."""
    email = points.address()
    somebody = person(client, infortrend, "newsletter", "newsletter", email=email)
    assert asking.may(somebody, "newsletter", "email") == ["email"]
    assert person(client, infortrend, "newsletter", email=email) == somebody
    assert asking.may(somebody, "newsletter", "email") == []


@pytest.mark.promise("P16")
def test_no_form_undoes_a_withdrawal(client, infortrend, asking):
    """Anybody can type anybody's address: what was taken back stays so until its person, signed in, gives it again."""
    email = points.address()
    somebody = person(client, infortrend, "newsletter", "newsletter", email=email)
    wishes(infortrend, somebody, "withdraw", "newsletter")
    assert person(client, infortrend, "newsletter", "newsletter", email=email) == somebody
    assert asking.why_not(somebody, "newsletter", "email")["code"] == "consent-missing"
    wishes(infortrend, somebody, "agree", "newsletter")
    assert asking.may(somebody, "newsletter", "email") == ["email"]


@pytest.mark.promise("P16")
def test_wishes_stand_in_the_ledger(client, infortrend):
    """That somebody withdrew can be seen by anybody, who it was by nobody."""
    somebody = person(client, infortrend, "newsletter", "newsletter")
    printed = troth("person", "withdraw", somebody, "newsletter", "--data", infortrend.directory)
    leaf = printed.split()[-1].rstrip(".")
    entry = Log(client, infortrend).entry(leaf)
    assert (entry["kind"], entry["wish"], entry["of"], entry["given"]) == ("wished", "consent", "newsletter", False)
    assert somebody not in json.dumps(entry)


@pytest.mark.promise("P22")
def test_whoever_objects_is_left_alone(client, infortrend, asking):
    """What rests on an interest of the company ends with an objection; what was asked for goes on."""
    somebody = person(client, infortrend, "order")
    assert asking.may(somebody, "prevent-fraud", "email") == ["email"]
    wishes(infortrend, somebody, "object", "purpose.prevent-fraud")
    reason = asking.why_not(somebody, "prevent-fraud", "email")
    assert (reason["code"], reason["clause"]) == ("objected", "purpose.prevent-fraud")
    wishes(infortrend, somebody, "object", "purpose.prevent-fraud", "--take-back")
    assert asking.may(somebody, "prevent-fraud", "email") == ["email"]


@pytest.mark.promise("P22")
def test_what_guards_the_site_sells_nothing(client, infortrend, asking):
    """What may be used against fraud may not be used for mail."""
    somebody = person(client, infortrend, "order")
    assert asking.may(somebody, "prevent-fraud", "email") == ["email"]
    assert asking.may(somebody, "newsletter", "email") == asking.may(somebody, "promotional-mail", "email") == []


@pytest.mark.promise("P23")
def test_a_partner_gets_what_was_declared_for_it(client, infortrend, asking):
    """The distributor may have what a quote needs, and nothing beyond it or for anything else."""
    somebody = person(client, infortrend, "quote")
    asked = ("name", "email", "company", "phone", "message")
    assert asking.may(somebody, "prepare-quote", *asked, recipient="distributor") == ["name", "email", "company"]
    reason = asking.why_not(somebody, "prepare-quote", "phone", recipient="distributor")
    assert (reason["code"], reason["clause"]) == ("not-for-recipient", "recipient.distributor")
    assert asking.may(somebody, "support-you", "email", recipient="distributor") == []


@pytest.mark.promise("P26")
def test_a_transfer_can_be_objected_to(client, infortrend, asking):
    """One act stops what would go to a country or to somebody there; what is essential says so and goes on."""
    somebody = person(client, infortrend, "quote")

    def may(recipient: str) -> list[str]:
        allowed: list[str] = asking.may(somebody, "prepare-quote", "email", recipient=recipient)
        return allowed

    assert may("infortrend-corporation") == may("infortrend-japan") == may("distributor") == ["email"]
    wishes(infortrend, somebody, "object", "transfer.US")
    wishes(infortrend, somebody, "object", "recipient.infortrend-japan")
    assert may("infortrend-corporation") == may("infortrend-japan") == []
    assert may("infortrend-europe") == may("distributor") == ["email"]
    with pytest.raises(Failed, match=r"consent\.not-offered"):
        wishes(infortrend, somebody, "object", "transfer.CN")


@pytest.mark.promise("P54")
def test_what_was_given_keeps_its_promises(client, new_site):
    """Given under one statement and used under the next, both must allow it, until the person accepts the newer."""
    site = new_site("infortrend")
    site.stop()
    clock = Clock(site)
    site.start()
    asking = Asking.new(client, site, "answer-you", "support-you")
    before = person(client, site, "support")
    assert asking.may(before, "support-you", "phone", "message") == ["phone", "message"]

    def change(plain: versions.Plain) -> None:
        asked = plain["collection"]["support"]
        asked["required"]["message"] = ["support-you", "answer-you"]
        asked["optional"]["phone"] = ["answer-you"]

    versions.publish(site, change, points.today() + versions.NOTICE)
    clock.set(versions.NOTICE + timedelta(days=1))
    assert asking.why_not(before, "answer-you", "message")["under"] == "given"
    assert asking.why_not(before, "support-you", "phone")["under"] == "in-force"
    assert asking.may(before, "support-you", "message") == ["message"]
    after = person(client, site, "support")
    assert asking.may(after, "answer-you", "phone", "message") == ["phone", "message"]
    wishes(site, before, "accept", "2")
    assert asking.may(before, "answer-you", "phone", "message") == ["phone", "message"]
    assert asking.may(before, "support-you", "phone") == []


@pytest.mark.promise("P13")
def test_a_yes_to_less_is_none_to_more(client, new_site):
    """Where a newer statement keeps what a yes covers for longer, the yes is asked for again."""
    site = new_site("infortrend")
    site.stop()
    clock = Clock(site)
    site.start()
    asking = Asking.new(client, site, "newsletter")
    email = points.address()
    somebody = person(client, site, "newsletter", "newsletter", email=email)
    versions.publish(site, versions.keep_longer, points.today() + versions.NOTICE)
    clock.set(versions.NOTICE + timedelta(days=1))
    assert asking.why_not(somebody, "newsletter", "email")["code"] == "consent-outdated"
    assert person(client, site, "newsletter", "newsletter", email=email) == somebody
    assert asking.may(somebody, "newsletter", "email") == ["email"]


@pytest.mark.promise("P21")
def test_what_is_combined_is_declared(client, infortrend, asking):
    """What somebody gave at one point serves at another only what both of them say: an order fills in no newsletter."""
    email = points.address()
    somebody = person(client, infortrend, "order", email=email)
    assert person(client, infortrend, "newsletter", "newsletter", email=email) == somebody
    assert asking.may(somebody, "newsletter", "email", "name", "company", "phone") == ["email", "name"]


def ordered(client: httpx.Client, site: Running) -> tuple[str, str]:
    """Somebody who ordered, and the record of it."""
    told = points.taken(ordering(client, site)[1])
    return told["person"], told["receipt"].rstrip("/").rpartition("/")[2]


def ordering(client: httpx.Client, site: Running) -> tuple[points.Answers, httpx.Response]:
    """What somebody answers who orders, and what the site does."""
    asked = points.described(client, site, "order")
    given = points.answers(asked["shown"], optional=True)
    return given, points.post(client, site, "order", points.submission(asked, given), given.files)


def adding(site: Running, record: str, name: str, found: str) -> subprocess.CompletedProcess[str]:
    """What the command answers that adds what was looked up, which comes through its input."""
    return run("person", "supplement", record, name, "--data", site.directory, given=found)


def looked_up(site: Running, record: str, found: str = "Registered: 1234") -> str:
    """Adds what was looked up; answers the leaf of its entry."""
    done = adding(site, record, "company-look-up", found)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()[-1].rstrip(".")


@pytest.mark.promise("P08")
def test_a_supplement_serves_its_transaction_alone(client, infortrend):
    """What was looked up for one order is used for that order and nothing else, and every refusal names the clause."""
    asking = Asking.new(client, infortrend, "identity-check", "carry-out-order")
    somebody, record = ordered(client, infortrend)
    assert asking.why_not(somebody, "identity-check", "identity-result", transaction=record)["code"] == "not-held"
    looked_up(infortrend, record)
    assert asking.may(somebody, "identity-check", "identity-result", transaction=record) == ["identity-result"]
    reason = asking.why_not(somebody, "identity-check", "identity-result")
    assert (reason["code"], reason["clause"]) == ("other-transaction", "supplement.company-look-up")
    other, another = ordered(client, infortrend)
    assert asking.why_not(somebody, "identity-check", "identity-result", transaction=another)["code"] != ""
    assert asking.may(other, "identity-check", "identity-result", transaction=another) == []
    reason = asking.why_not(somebody, "carry-out-order", "identity-result", transaction=record)
    assert (reason["code"], reason["clause"]) == ("not-for-purpose", "supplement.company-look-up")


@pytest.mark.promise("P08")
def test_a_supplement_says_where_it_is_from(client, infortrend):
    """The person is told of it and of its source; the ledger tells of it, and of nobody and nothing that it says."""
    somebody, record = ordered(client, infortrend)
    leaf = looked_up(infortrend, record, "Registered: 98765")
    (one,) = json.loads(troth("person", "supplements", somebody, "--json", "--data", infortrend.directory))
    assert (one["supplement"], one["record"], one["field"]) == ("company-look-up", record, "identity-result")
    assert "Ministry of Economic Affairs" in one["source"]
    entry = Log(client, infortrend).entry(leaf)
    assert (entry["kind"], entry["supplement"], entry["service"]) == ("supplemented", "company-look-up", "infortrend")
    assert not any(word in json.dumps(entry) for word in (somebody, record, "98765"))


@pytest.mark.promise("P08", "P47")
def test_a_supplement_is_seen_by_the_person(client, infortrend, tmp_path):
    """On their own page it stands beside what they gave, with its source; and in their history, with what proves it."""
    given, answer = ordering(client, infortrend)
    record = points.taken(answer)["receipt"].rstrip("/").rpartition("/")[2]
    leaf = looked_up(infortrend, record, "Registered: 54321")
    with closing(signed_in(infortrend, given.fields["email"])) as me:
        page = Document(me.get(infortrend.url + "/me/data/")).text
        assert all(words in page for words in ("Registered: 54321", "Ministry of Economic Affairs"))
        assert "was added from elsewhere" in Document(me.get(infortrend.url + "/me/history/")).text
        receipt = f"{infortrend.url}/me/history/{leaf}.json"
        until(lambda: me.get(receipt).status_code == 200, "a place in the log")
        (tmp_path / "receipt.json").write_bytes(me.get(receipt).content)
    assert troth("verify", "--receipt", tmp_path / "receipt.json").startswith("Verified: ")


@pytest.mark.promise("P08")
@pytest.mark.parametrize(("name", "found", "code"), [
    ("company-look-up", "", "collection.missing"),
    ("company-look-up", "x" * 201, "collection.too-long"),
    ("company-look-up", "4111 1111 1111 1111", "collection.card-number"),
    ("credit-rating", "AAA", "consent.not-offered"),
])  # fmt: skip
def test_what_is_no_supplement_is_refused(client, infortrend, name, found, code):
    """Nothing, too much, a card number, what nobody declared: none of it is added, and what was added stays one."""
    somebody, record = ordered(client, infortrend)
    assert code in adding(infortrend, record, name, found).stderr
    assert json.loads(troth("person", "supplements", somebody, "--json", "--data", infortrend.directory)) == []
    looked_up(infortrend, record)
    assert "consent.no-transaction" in adding(infortrend, record, "company-look-up", "x").stderr


@pytest.mark.promise("P08")
def test_a_supplement_dies_with_its_transaction(client, infortrend):
    """Erased with the person: no question finds it, and nothing of it is added any more."""
    asking = Asking.new(client, infortrend, "identity-check")
    somebody, record = ordered(client, infortrend)
    looked_up(infortrend, record)
    troth("erase", somebody, "--data", infortrend.directory)
    reason = asking.why_not(somebody, "identity-check", "identity-result", transaction=record)
    assert reason["code"] == "person-unknown"
    # Swept already, or not yet.
    told = adding(infortrend, record, "payment-confirmation", "paid").stderr
    assert "consent.no-transaction" in told or "vault.no-such-person" in told
    assert troth("verify", "--data", infortrend.directory).startswith("Verified: ")


@pytest.mark.promise("P17")
def test_another_service_starts_with_nothing(client, infortrend, synology, asking):
    """What somebody chose on one service is nothing to another: there nobody knows them, and a token is refused."""
    somebody = person(client, infortrend, "newsletter", "newsletter")
    assert asking.may(somebody, "newsletter", "email") == ["email"]
    purpose = next(iter(declared("synology-2006").purposes))
    there = Asking.new(client, synology, purpose)
    assert there.why_not(somebody, purpose, "email")["code"] == "person-unknown"
    stranger = Asking(client, synology, asking.ref, asking.token)
    points.refused(stranger.post({"questions": [{"person": somebody, "purpose": purpose, "fields": ["email"]}]}),
                   401, "use.token-refused")  # fmt: skip


@pytest.mark.promise("P17")
def test_what_is_chosen_names_its_service(client, infortrend):
    """One installation serves one service: another's statement is refused, and each entry says whose choice it was."""
    somebody = person(client, infortrend, "newsletter", "newsletter")
    printed = troth("person", "withdraw", somebody, "newsletter", "--data", infortrend.directory)
    wished = Log(client, infortrend).entry(printed.split()[-1].rstrip("."))
    assert wished["service"] == "infortrend"
    said = [one for one in Log(client, infortrend).entries() if one["kind"] in ("collected", "wished", "used")]
    assert {one["service"] for one in said} == {"infortrend"}
    other = EXAMPLES / "synology-2006" / "statement.yaml"
    with pytest.raises(Failed, match=r"statement\.other-service"):
        troth("publish", other, "--effective", "today", "--data", infortrend.directory)


@pytest.mark.promise("P49")
def test_what_is_restricted_is_kept_and_not_used(client, infortrend, asking):
    """A restriction stops every use but what the law asks, and taking it back lets them go on."""
    somebody = person(client, infortrend, "quote")
    wishes(infortrend, somebody, "restrict")
    assert asking.why_not(somebody, "prepare-quote", "email")["code"] == "restricted"
    wishes(infortrend, somebody, "restrict", "--take-back")
    assert asking.may(somebody, "prepare-quote", "email") == ["email"]


@pytest.mark.promise("P49")
def test_whoever_was_erased_is_nobody_from_the_next_question_on(client, infortrend, asking):
    """A server that has just answered about somebody knows nothing of them once they are erased, by whatever door."""
    email = points.address()
    somebody = person(client, infortrend, "newsletter", "newsletter", email=email)
    assert asking.may(somebody, "newsletter", "email") == ["email"]
    troth("erase", somebody, "--data", infortrend.directory)
    assert asking.why_not(somebody, "newsletter", "email")["code"] == "person-unknown"
    again = person(client, infortrend, "newsletter", email=email)
    assert again != somebody
    assert asking.why_not(again, "newsletter", "email")["code"] == "consent-missing"
    assert asking.why_not(somebody, "newsletter", "email")["code"] == "person-unknown"


@pytest.mark.promise("P50")
def test_who_was_found_to_be_a_child_is_used_for_nothing(client, infortrend, asking):
    """Whatever they said at a point: once it is known that somebody is too young, nothing of theirs is used."""
    somebody = person(client, infortrend, "promotional-mail", "promotional-mail")
    assert asking.may(somebody, "promotional-mail", "email") == ["email"]
    wishes(infortrend, somebody, "age", "16", "--younger")
    assert asking.why_not(somebody, "promotional-mail", "email")["code"] == "too-young"
    assert asking.may(somebody, "handle-subscription", "email") == []


@pytest.mark.promise("P18")
def test_reading_a_decision_is_no_use(client, infortrend, asking):
    """A question opens nothing, and so there is nothing to tell the person of."""
    somebody = person(client, infortrend, "quote")
    assert asking.may(somebody, "prepare-quote", "email") == ["email"]
    assert json.loads(troth("person", "uses", somebody, "--json", "--data", infortrend.directory)) == []
