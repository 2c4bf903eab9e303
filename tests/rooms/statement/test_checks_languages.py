"""Every text stands in every declared language and in no other."""

from typing import Any

from tests.support.statements import codes, findings, load_plain, minimal
from troth.statement.checks.languages import texts

TEXT = {"en": "Words.", "zh-Hant": "文字。"}


def every_text(plain: Any) -> int:
    """How many texts by language `plain` holds, found without the model."""
    if isinstance(plain, list):
        return sum(every_text(one) for one in plain)
    if not isinstance(plain, dict):
        return 0
    return 1 if "zh-Hant" in plain else sum(every_text(one) for one in plain.values())


def full() -> dict[str, Any]:
    """A statement with a text in every place that can have one."""
    plain = minimal()
    plain["service"]["automated_decisions"] = TEXT
    plain["data"]["message"] |= {"hint": TEXT, "options": {"one": TEXT, "two": TEXT}}
    plain["purposes"]["answer-you"] |= {"obligation": TEXT}
    plain["cookies"] = {"reading": {"data": TEXT, "exempt": TEXT}}
    plain["recipients"]["mail-house"]["consideration"] = TEXT
    plain["transfers"]["US"]["reason"] = TEXT
    plain["links"] = {"maker": {"label": TEXT, "url": "https://example.com"}}
    return plain


def test_every_text_in_every_section_is_looked_at() -> None:
    plain = full()
    statement = load_plain(plain).statement
    assert statement is not None
    assert len([one for _, _, one in texts(statement) if "zh-Hant" in one]) == every_text(plain)


def test_a_text_that_lacks_a_language_is_found_with_its_place() -> None:
    plain = minimal()
    del plain["purposes"]["newsletter"]["question"]["zh-Hant"]
    (found,) = findings(plain)
    assert (found.code, found.place) == ("text-untranslated", ("purposes", "newsletter", "question"))
    assert "zh-Hant" in found.message


def test_plain_prose_is_found_where_there_are_two_languages() -> None:
    plain = minimal()
    plain["data"]["message"]["options"] = {"one": "One"}
    (found,) = findings(plain)
    assert (found.code, found.place) == ("text-untranslated", ("data", "message", "options", "one"))


def test_a_proper_name_may_stand_untranslated() -> None:
    plain = minimal()
    plain["controller"]["name"] = {"zh-Hant": "範例儲存股份有限公司"}
    assert codes(plain) == []


def test_a_language_that_is_not_declared_is_found() -> None:
    plain = minimal()
    plain["rights"]["access"]["de"] = "Sehen Sie nach."
    plain["controller"]["name"] = {"en": "Example", "fr": "Exemple"}
    assert {(one.code, one.place[-1]) for one in findings(plain)} == {
        ("language-undeclared", "de"),
        ("language-undeclared", "fr"),
    }


def _in_english(plain: Any) -> Any:
    if isinstance(plain, list):
        return [_in_english(one) for one in plain]
    if not isinstance(plain, dict):
        return plain
    return plain["en"] if "zh-Hant" in plain else {key: _in_english(one) for key, one in plain.items()}


def test_where_there_is_one_language_plain_prose_is_enough() -> None:
    plain = _in_english(minimal()) | {"languages": ["en"]}
    assert codes(plain) == []
    plain["children"]["text"] = {"zh-Hant": "文字。"}
    assert sorted(codes(plain)) == ["language-undeclared", "text-untranslated"]
