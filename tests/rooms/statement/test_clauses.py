"""People read the whole statement, in their language, each clause with its own address."""

import re
from typing import Any

import pytest

from tests.support.declared import NAMES, declared, from_plain
from tests.support.statements import minimal
from troth.sharing.rules import K
from troth.statement.clause import Clause, every, offered
from troth.statement.clauses import clauses
from troth.statement.model import Statement
from troth.statement.words import LANGUAGES


def _clause(plain: dict[str, Any], clause: str, language: str = "en") -> Clause:
    return {one.id: one for one in every(clauses(from_plain(plain), language))}[clause]


def _facts(clause: Clause) -> dict[str, str]:
    return {fact.label: fact.text for fact in clause.facts}


def _texts(statement: Statement, language: str) -> list[str]:
    found = []
    for section in clauses(statement, language):
        found.append(section.title)
        for clause in every([section]):
            found += [clause.text, *(part for fact in clause.facts for part in (fact.label, fact.text))]
            found += [text for text in (clause.title, clause.kept_by) if text]
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_left_open(name: str, language: str) -> None:
    """No sentence has a blank that nobody filled."""
    for text in _texts(declared(name), language):
        assert text.strip()
        assert not re.search(r"[{}]|\bNone\b|\[\s*List", text)


@pytest.mark.parametrize("name", NAMES)
def test_every_clause_has_an_address_of_its_own(name: str) -> None:
    """Ids are unique, fit an anchor, and are the same in every language."""
    ids = [[one.id for one in every(clauses(declared(name), language))] for language in LANGUAGES]
    assert ids[0] == ids[1]
    sections = [section.id for section in clauses(declared(name), "en")]
    assert len({*ids[0], *sections}) == len(ids[0]) + len(sections)
    assert not [one for one in ids[0] if re.search(r"\s", one)]


@pytest.mark.parametrize("name", NAMES)
def test_everything_declared_has_its_clause(name: str) -> None:
    """Nothing is declared that people cannot read."""
    statement = declared(name)
    expected = {f"purpose.{one}" for one in statement.purposes}
    expected |= {f"recipient.{one}" for one in statement.recipients}
    expected |= {f"transfer.{one}" for one in statement.transfers}
    expected |= {f"cookie.{one}" for one in statement.cookies}
    expected |= {f"mail.{one}" for one in statement.mail}
    expected |= {f"right.{one}" for one in statement.rights}
    expected |= {f"never.{one}" for one in statement.never}
    expected |= {f"supplement.{one}" for one in statement.supplements}
    for point, one in statement.collection.items():
        expected |= {f"collection.{point}", *(f"collection.{point}.{field}" for field in one.fields())}
        expected |= {f"collection.{point}.choice.{choice.id}" for choice in offered(statement, point)}
    assert expected <= {clause.id for clause in every(clauses(statement, "en"))}


@pytest.mark.parametrize(("language", "eleven"), [("en", "fewer than eleven visitors"), ("zh-Hant", "少於十一位訪客")])
def test_counts_that_leave_say_how_nobody_is_found_in_them(language: str, eleven: str) -> None:
    """The purpose for which partners and researchers may have counts of visits says what is left out, as it is."""
    found = {one.id: one for one in every(clauses(declared("synology-2006"), language))}
    clause = found["purpose.statistics"]
    assert (clause.promise, K) == ("P33", 11)
    assert eleven in clause.kept_by
    assert found["purpose.newsletter"].promise == "P18"


def test_sections_stand_in_the_order_people_look_for_them() -> None:
    """It begins with who we are and ends with how to complain."""
    sections = [section.id.removeprefix("section.") for section in clauses(declared(), "en")]
    assert sections[:5] == ["who", "about", "collection", "purposes", "consent"]
    assert sections[-2:] == ["changes", "complaints"]


def test_a_section_with_nothing_to_say_is_left_out() -> None:
    """A site without cookies says nothing about cookies."""
    plain = minimal()
    plain["cookies"] = {}
    assert "section.cookies" not in {section.id for section in clauses(from_plain(plain), "en")}


def test_a_field_says_whether_it_is_required_and_what_for() -> None:
    """P04: at each point you are told what is required and what is optional."""
    assert _clause(minimal(), "collection.enquiry.email").text == "Required. For: Answer you."
    assert _clause(minimal(), "collection.enquiry.name").text == "Optional. For: Answer you."
    newsletter = _clause(minimal(), "collection.newsletter.email").text
    assert newsletter == "Required. For: Your subscription. Only if you agree: Newsletter."


def test_a_purpose_says_its_basis_with_the_article_and_its_time() -> None:
    """GDPR Art. 13(1)(c), (d) and 13(2)(a): basis, interest and time of each purpose."""
    facts = _facts(_clause(minimal(), "purpose.newsletter"))
    assert facts["Legal basis"] == "Your consent (GDPR Art. 6(1)(a); PDPA Art. 19(1)(5))"
    assert facts["Kept for"] == "2 years"
    assert facts["We ask you"] == "May we send you news about our products?"
    assert facts["Given to"] == "Example Mail House"
    assert _facts(_clause(minimal(), "purpose.answer-you"))["Your say"] == "You can object at any time."


def test_chinese_is_chinese() -> None:
    """The same clauses in Traditional Chinese."""
    facts = _facts(_clause(minimal(), "purpose.newsletter", "zh-Hant"))
    assert facts["法律依據"] == "您的同意（GDPR 第 6 條第 1 項 (a) 款；個資法第 19 條第 1 項第 5 款）"
    assert facts["保存期限"] == "2 年"
    assert _clause(minimal(), "stored-in", "zh-Hant").text == "您的資料存放並處理於臺灣。"


def test_using_the_site_is_never_consent() -> None:
    """P11: implied agreement opens nothing."""
    assert _clause(minimal(), "consent.implied").text.startswith("Using this site is not consent.")


def test_consent_for_each_recipient_is_a_choice_for_each() -> None:
    """P14: consent is given per purpose and recipient."""
    plain = minimal()
    plain["purposes"]["newsletter"]["per_recipient"] = True
    clause = _clause(plain, "collection.newsletter.choice.newsletter.mail-house")
    assert clause.title == "Your choice: Newsletter, Example Mail House"
    assert [one.id for one in offered(from_plain(plain), "newsletter")] == ["newsletter.mail-house"]


def test_nobody_is_named_where_nobody_is_given_anything() -> None:
    """P31: no recipients is said as such."""
    plain = minimal()
    plain["recipients"] = plain["transfers"] = {}
    assert _clause(plain, "recipients").text == "We give your information to nobody."
    assert _facts(_clause(plain, "purpose.newsletter"))["Given to"] == "Nobody else"


def test_visits_and_cookies_are_told() -> None:
    """P02 and P35: what a visit leaves, and what is kept in the browser."""
    plain = minimal()
    plain["visits"] = {"fields": ["country", "page"], "purposes": ["answer-you"], "retention": "P6M"}
    plain["cookies"] = {
        "form": {"purpose": "answer-you", "data": "A random value.", "lifetime": "session", "exempt": "Needed."},
        "settings": {"purpose": "newsletter", "data": "Settings.", "lifetime": "P6M", "consent": "newsletter"},
        "draft": {"kind": "local-storage", "purpose": "answer-you", "data": "Drafts.", "host": "cdn.example"},
    }
    visits = _clause(plain, "visits").text
    assert visits.startswith("When you look at a page, we note the country you visit from and the page.")
    assert _facts(_clause(plain, "cookie.form"))["Lasts"] == "Until you close the browser"
    assert _facts(_clause(plain, "cookie.settings"))["Do we ask first?"] == "Yes: Newsletter."
    assert _facts(_clause(plain, "cookie.draft"))["Set by"] == "cdn.example"


def test_joining_visits_with_people_needs_a_yes() -> None:
    """P20: visits are kept apart unless a person agrees."""
    plain = minimal()
    plain["visits"] = {"fields": ["page"], "purposes": ["answer-you"], "retention": "P6M", "join": "newsletter"}
    assert "Only if you agree (Newsletter)" in _clause(plain, "visits.join").text


def test_an_undeclared_name_is_said_as_it_stands() -> None:
    """A statement that is not whole yet can be read; `troth check` names what is missing."""
    plain = minimal()
    plain["collection"]["newsletter"]["choices"] = ["resale"]
    plain["collection"]["enquiry"]["optional"] = {"shoe-size": ["resale"]}
    plain["recipients"]["mail-house"]["purposes"] = {"resale": ["shoe-size"]}
    assert _clause(plain, "collection.enquiry.shoe-size").text == "Optional. For: resale."
    assert _clause(plain, "recipient.mail-house").facts[0] == ("resale", "shoe-size", "")


def test_what_keeps_a_clause_is_said_where_something_does() -> None:
    """P58: a clause names what keeps it, and none where only the declaration stands behind it."""
    assert _clause(minimal(), "collection.enquiry").kept_by
    assert not _clause(minimal(), "recipient.mail-house").kept_by
