"""No blank is left open, and no ordinary text is taken for one."""

import pytest

from tests.support.statements import TODAY, codes, findings, minimal
from troth.statement.checks import check
from troth.statement.checks.blanks import blanks
from troth.statement.loader import loads


def with_text(text: str) -> list[str]:
    plain = minimal()
    plain["children"]["text"]["en"] = text
    return codes(plain)


@pytest.mark.parametrize(
    "text",
    [
        "We send it to [List of countries], where we work.",
        "Affiliates [List of affiliates and their purpose for processing]",
        "such as [List of data collected by cookies] for [Purpose of data collection].",
        "我們會傳送至［國家清單］。",
        "TBD",
        "to be agreed (TBC)",
        "Write to XXX for a copy.",
        "XXXX",
        "TODO: ask the lawyers",
        "FIXME",
        "Lorem ipsum dolor sit amet",
        "lorem ipsum",
        "<company name> keeps it.",
        "<公司名稱>",
        "{{ company }}",
        "signed ____",
        "until ???",
        "",
        "   ",
        "…",
        "-",
        "○○公司",
        "待補",
    ],
)
def test_a_blank_is_found(text: str) -> None:
    assert "blank" in with_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "Read more [here](https://www.example.com/more).",
        "As the court held [1], and [2006] again.",
        "Where a < b and c > d nothing is shared.",
        "Write to Example <privacy@example.com>.",
        "Is that so? Really?? Yes!",
        "Sizes run from S to XXL and XXXL.",
        "todo and fixme are words of another trade",
        "使用《個人資料保護法》所稱「蒐集」之定義，二〇〇六年。",
        "A cookie named __Host-choice is kept.",
        "x_y and a__b are names.",
        "DS220+ {DSM 7}",
    ],
)
def test_ordinary_text_is_no_blank(text: str) -> None:
    assert with_text(text) == []


def test_a_blank_is_found_where_the_shape_does_not_hold() -> None:
    found = check(loads(b"troth: 1\ncontroller:\n  name: '[Company]'\n"), today=TODAY)
    (blank,) = [one for one in found if one.code == "blank"]
    assert blank.place == ("controller", "name")
    assert blank.where == (3, 3)


def test_a_name_left_blank_is_found() -> None:
    plain = minimal() | {"cookies": {"[name]": {"data": {"en": "Words.", "zh-Hant": "文字。"}}}}
    assert "blank" in codes(plain)


def test_the_finding_shows_the_blank_and_only_its_beginning() -> None:
    plain = minimal()
    plain["children"]["text"]["en"] = "[" + "list of children " * 40 + "]"
    (found,) = findings(plain)
    assert "`[list of children list" in found.message
    assert len(found.message) < 200


@pytest.mark.parametrize("text", ["[", "[a", "[1", "<a", "<a ", "{{", "{{a", "a" * 50, "_?", "○a", "X"])
def test_no_text_takes_long(text: str) -> None:
    opening = text[:1]
    for long in (text * 40_000, opening + text[1:] * 40_000, opening + "a" * 100_000, opening + "1" * 100_000):
        list(blanks({"text": long}))
