"""What is material between two statements, and who must be asked again."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.declared import declared, from_plain
from tests.support.statements import minimal
from troth.statement.canonical import digest
from troth.statement.difference import Change, Difference, difference
from troth.statement.model import Statement
from troth.statement.words import LANGUAGES

GONE = object()
FIRST: dict[str, Any] = {
    "visits": {"fields": ["page"], "purposes": ["answer-you"], "retention": "P6M"},
    "cookies": {
        "settings": {"purpose": "newsletter", "data": "Settings.", "lifetime": "P6M", "consent": "newsletter"},
        "form": {"purpose": "answer-you", "data": "Random.", "lifetime": "session", "exempt": "Needed."},
    },
    "supplements": {"look-up": {"field": "name", "source": "Register", "purpose": "answer-you", "point": "enquiry"}},
    "links": {"w3c": {"label": "W3C", "url": "https://www.w3.org"}},
}
RECIPIENT = {"name": "Printer", "kind": "processor", "country": "TW", "purposes": {"answer-you": ["email"]}}
PURPOSE = {
    "label": "Research", "text": "We study.", "term": "dpv:CommercialResearch", "basis": "contract", "retention": "P1Y",
}  # fmt: skip
SECOND_POINT = {"title": "Call", "intro": "We call.", "required": {"email": ["answer-you"]}}


def _first() -> dict[str, Any]:
    plain = minimal()
    plain.update({section: dict(value) for section, value in FIRST.items()})
    plain["children"]["thresholds"] = {"FR": 15}
    plain["data"]["kind"] = {
        "label": "Kind", "term": "pd:Preference", "input": "choice", "hint": "Choose.",
        "options": {"repair": {"en": "Repair", "zh-Hant": "維修"}, "other": "Other"},
    }  # fmt: skip
    plain["data"]["picture"] = {"label": "Picture", "term": "pd:Picture", "input": "file", "accept": ["png", "jpeg"]}
    plain["collection"]["enquiry"]["optional"] |= {"kind": ["answer-you"], "picture": ["answer-you"]}
    plain["purposes"]["answer-you"]["obligation"] = "None."
    plain["controller"]["phone"] = "+886 2 2345 6789"
    plain["transfers"]["US"] |= {"valid_to": "2030-01-01", "essential": True, "reason": "Needed."}
    plain["recipients"]["mail-house"] |= {"consideration": "Nothing."}
    return plain


def _changed(path: str, value: Any) -> Statement:
    """The first statement with `value` at `path`; GONE takes it out, an added list item is `path +`."""
    plain = _copy(_first())
    *steps, last = path.split("/")
    part: Any = plain
    for step in steps:
        part = part[int(step)] if isinstance(part, list) else part.setdefault(step, {})
    if isinstance(part, list):
        part[int(last)] = value
    elif value is GONE:
        del part[last]
    else:
        part[last] = value
    return from_plain(plain)


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _copy(item) for name, item in value.items()}
    return [_copy(item) for item in value] if isinstance(value, list) else value


def _difference(path: str, value: Any, language: str = "en") -> Difference:
    return difference(from_plain(_first()), _changed(path, value), language)


def _only(found: Difference) -> Change:
    (change,) = found.changes
    return change


MATERIAL = [
    ("purposes/research", PURPOSE, "We use information for something new."),
    ("purposes/subscription/basis", "legitimate-interest", "We rely on another legal basis."),
    ("purposes/subscription/retention", "P25M", "It is kept longer."),
    ("purposes/newsletter/question/en", "May we?", "We ask you something else."),
    ("purposes/newsletter/term", "dpv:Advertising", "The purpose itself changes."),
    ("purposes/newsletter/separate", False, "We would no longer ask for this by itself."),
    ("data/name/term", "pd:OfficialID", "It is now another kind of information."),
    ("collection/call", SECOND_POINT, "We ask for information in a new form."),
    ("collection/newsletter/optional", {"name": ["newsletter"]}, "We ask for something new."),
    ("collection/enquiry/required/email", ["answer-you", "subscription"],
     "What you give here is used for something more."),
    ("collection/newsletter/age", False, "We would no longer ask for the age."),
    ("recipients/printer", RECIPIENT, "Somebody new is given information."),
    ("recipients/mail-house/name", "Other Mail House", "Somebody new is given information."),
    ("recipients/mail-house/kind", "partner", "The recipient is of another kind."),
    ("recipients/mail-house/country", "TW", "The recipient is in another country."),
    ("recipients/mail-house/purposes/newsletter", ["email", "name"], "A recipient is given more information."),
    ("recipients/mail-house/purposes/answer-you", ["email"], "A recipient is given information for something more."),
    ("recipients/mail-house/agreement/confidential", False, "A recipient is no longer bound to confidence."),
    ("recipients/mail-house/agreement/kind", "partner", "The agreement with a recipient changes its kind."),
    ("recipients/printer", {**RECIPIENT, "consideration": "Money"}, "Somebody new is given information."),
    ("transfers/JP", {"safeguard": "adequacy", "valid_from": "2020-01-01", "copy_at": "Ask."},
     "Information goes to another country."),
    ("transfers/US/safeguard", "dpf", "The safeguard becomes weaker."),
    ("supplements/look-up/source", "Newspaper", "We add information from another source."),
    ("stored_in", ["TW", "US"], "Your information is kept in another country."),
    ("never", ["sell", "rent", "lease"], "A promise never to do this is taken back."),
    ("rights/erase", GONE, "A right is no longer named."),
    ("service/minimum_age", 15, "Younger people are let in than before."),
    ("service/laws", ["gdpr"], "A law that the statement followed is no longer named."),
    ("service/automated_decisions", "A machine decides.", "It is about decisions made by a machine."),
    ("children/thresholds/FR", 14, "Younger people are let in than before."),
    ("children", GONE, "What protects children becomes less."),
    ("changes/notice", "P14D", "You are told of changes later than before."),
    ("changes/channels", ["notice"], "You are told of changes in fewer ways."),
    ("complaints/answer_within", "P60D", "We take longer to answer."),
    ("complaints/authority", GONE, "A way to complain is taken away."),
    ("controller/name", "Other Inc.", "Somebody else answers for your information."),
    ("visits/fields", ["page", "isp"], "We note more about visits."),
    ("visits/purposes", ["answer-you", "subscription"], "Visits are used for something more."),
    ("visits/statistics", "public", "Counts of visits become public."),
    ("visits/join", "newsletter", "Visits may be connected with people."),
    ("visits/retention", "P7M", "It is kept longer."),
    ("cookies/seen", {"purpose": "answer-you", "data": "Seen.", "lifetime": "P1D", "exempt": "Needed."},
     "Something new is kept in your browser."),
    ("cookies/settings/lifetime", "P7M", "It stays in your browser longer."),
    ("cookies/settings/consent", GONE, "It no longer waits for your consent."),
    ("cookies/settings/host", "cdn.example", "Somebody else sets it."),
    ("mail/confirmation/class", "promotional", "It becomes another kind of mail."),
    ("security", [], "A protection is no longer named."),
    ("languages", ["en"], "The statement is no longer there in this language."),
]  # fmt: skip

MINOR = [
    ("purposes/newsletter/text/en", "We send you the news of our products.", "Only the wording changes."),
    ("purposes/subscription/label/zh-Hant", "訂閱", "Only the wording changes."),
    ("purposes/newsletter/retention", "P1Y", "It is kept for less time."),
    ("data/name/label/en", "Your name", "Only the wording changes."),
    ("data/name/max_length", 50, "How the field is filled in changes."),
    ("collection/enquiry/intro/en", "Ask us.", "Only the wording changes."),
    ("collection/enquiry/optional", {"name": ["answer-you"], "kind": ["answer-you"]}, "We do less than before."),
    ("collection/enquiry/embed", ["https://fans.example"], "The form appears in other places."),
    ("recipients/mail-house", GONE, "We do less than before."),
    ("recipients/mail-house/agreement/expires", "2030-01-01", "A date changes."),
    ("transfers/US/safeguard", "bcr", "The safeguard becomes another one that is as strong."),
    ("links/ietf", {"label": "IETF", "url": "https://www.ietf.org"}, "A link to another site."),
    ("changes/notice", "P60D", "You get more."),
    ("children/thresholds/DE", 16, "You get more."),
    ("complaints/email", "complaints@example.com", "How to reach somebody changes."),
    ("controller/officer/email", "dpo@example.com", "How to reach somebody changes."),
    ("mail/extra", {"class": "service", "purpose": "subscription", "text": "Ends."}, "You get another kind of mail."),
    ("service/minimum_age", 18, "You get more."),
    ("cookies/settings/lifetime", "session", "It is kept for less time."),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value", "why"), MATERIAL, ids=[one[0] for one in MATERIAL])
def test_it_is_material(path: str, value: Any, why: str) -> None:
    """Whoever is promised less, or asked for more, is told beforehand, and why."""
    found = _difference(path, value)
    assert found.material
    assert why in [change.why for change in found.changes if change.material]


@pytest.mark.parametrize(("path", "value", "why"), MINOR, ids=[one[0] for one in MINOR])
def test_it_is_not_material(path: str, value: Any, why: str) -> None:
    """Words, links, and whatever gives people more, need no notice beforehand."""
    found = _difference(path, value)
    assert not found.material
    assert _only(found).why.startswith(why)
    assert found.ask_again == ()


def test_nothing_changes_between_equals() -> None:
    """A statement does not differ from itself."""
    assert difference(declared(), declared()).changes == ()


def test_an_optional_field_that_becomes_required() -> None:
    """Asking harder is material, asking less hard is not."""
    plain = _first()
    plain["collection"]["enquiry"]["required"]["name"] = plain["collection"]["enquiry"]["optional"].pop("name")
    change = _only(difference(from_plain(_first()), from_plain(plain)))
    assert (change.material, change.why) == (True, "What was optional becomes required.")
    assert (change.old, change.new) == ("Optional", "Required")
    assert (change.clause, change.points) == ("collection.enquiry.name", ("enquiry",))
    assert not difference(from_plain(plain), from_plain(_first())).material


ASKED_AGAIN = [
    ("purposes/newsletter/question/en", "May we?"),
    ("purposes/newsletter/term", "dpv:Advertising"),
    ("purposes/newsletter/retention", "P3Y"),
    ("collection/newsletter/optional", {"name": ["newsletter"]}),
    ("collection/enquiry/required/message", ["answer-you", "newsletter"]),
    ("recipients/mail-house/country", "TW"),
    ("recipients/mail-house/purposes/newsletter", ["email", "name"]),
    ("recipients/printer", {**RECIPIENT, "purposes": {"newsletter": ["email"]}}),
    ("cookies/settings/lifetime", "P7M"),
    ("purposes/subscription/basis", "consent"),
]


@pytest.mark.parametrize(("path", "value"), ASKED_AGAIN, ids=[one[0] for one in ASKED_AGAIN])
def test_a_yes_to_something_else_is_asked_again(path: str, value: Any) -> None:
    """A yes covers what it was asked for: question, term, time, fields, recipients."""
    purpose = "subscription" if path.endswith("basis") else "newsletter"
    assert _difference(path, value).ask_again == (purpose,)


NOT_ASKED_AGAIN = [
    ("purposes/newsletter/retention", "P1Y"),
    ("purposes/newsletter/label/en", "News"),
    ("recipients/printer", RECIPIENT),
    ("purposes/subscription/retention", "P3Y"),
    ("collection/call", {**SECOND_POINT, "required": {"email": ["subscription", "newsletter"]}}),
    ("purposes/research", {**PURPOSE, "basis": "consent"}),
]


@pytest.mark.parametrize(("path", "value"), NOT_ASKED_AGAIN, ids=[one[0] for one in NOT_ASKED_AGAIN])
def test_a_yes_that_still_covers_it_is_not_asked_again(path: str, value: Any) -> None:
    """Nor is a new purpose: it is asked for the first time."""
    assert _difference(path, value).ask_again == ()


def test_what_frees_the_other_side_is_material() -> None:
    """A transfer that can no longer be objected to, and information given away for something."""
    essential = difference(_changed("transfers/US/essential", GONE), from_plain(_first()))
    assert _only(essential).why == "You can no longer object to this transfer."
    paid = difference(_changed("recipients/mail-house/consideration", GONE), from_plain(_first()))
    assert _only(paid).why == "We get something for giving information away."


def test_a_part_that_comes_or_goes_is_told_once() -> None:
    """A new purpose is one change, not one for each of its parts."""
    added = _only(_difference("purposes/research", PURPOSE))
    assert (added.kind, added.clause, added.old, added.new) == ("added", "purpose.research", "", "Research")
    removed = _only(_difference("transfers/US", GONE))
    assert (removed.kind, removed.clause, removed.old, removed.new) == ("removed", "transfer.US", "United States", "")


def test_a_change_is_told_in_the_language_asked_for() -> None:
    """Texts and reasons are in the reader's language."""
    change = _only(_difference("purposes/newsletter/retention", "P3Y", "zh-Hant"))
    assert (change.old, change.new, change.why) == ("2 年", "3 年", "保存得更久。")


def test_a_change_in_another_language_is_still_seen() -> None:
    """A change of the Chinese text alone is told to readers of English too."""
    change = _only(_difference("purposes/newsletter/label/zh-Hant", "通訊"))
    assert (change.old, change.new) == ("Newsletter / 電子報", "Newsletter / 通訊")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_material_does_not_depend_on_the_language(language: str) -> None:
    """The same changes are material in both languages."""
    assert [change.material for change in _difference("stored_in", ["US"], language).changes] == [True, False]


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in items:
        yield (*path, name)
        yield from _leaves(item, (*path, name))


def test_nothing_changes_unseen() -> None:
    """Whatever part is taken out of a statement: if its digest changes, so does what people are told.

    A kind of information is told of by the fields that ask for it; without any, `troth check` refuses it.
    """
    whole = from_plain(_first())
    plain = whole.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    for path in _leaves(plain):
        if path[0] in ("id", "troth") or (path[0] == "data" and len(path) == 2):
            continue
        smaller = _copy(plain)
        part = smaller
        for step in path[:-1]:
            part = part[step]
        del part[path[-1]]
        changed = _readable(smaller)
        if changed and digest(changed) != digest(whole):
            assert difference(whole, changed).changes, path


def _readable(plain: dict[str, Any]) -> Statement | None:
    try:
        return Statement.model_validate(plain)
    except ValueError:
        return None
