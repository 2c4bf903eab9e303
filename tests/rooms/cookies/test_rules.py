"""What is asked, which digest it has, what stands of a choice, and which consent types Google is told of."""

import copy
import re
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.declared import declared, from_plain
from tests.support.statements import minimal
from troth.cookies import banner, rules
from troth.cookies.rules import Chosen, chosen, standing
from troth.statement.words import LANGUAGES, words

KEY = b"k" * 32
DAY = date(2026, 11, 24)
NEWS = "newsletter"
TEXT = {"en": "A number.", "zh-Hant": "一個號碼。"}


def plain(**cookies: dict[str, Any]) -> dict[str, Any]:
    """The small statement with these cookies and the one that keeps choices."""
    said: dict[str, Any] = copy.deepcopy(minimal())
    kept = {"purpose": "answer-you", "data": TEXT, "lifetime": "P6M", "exempt": TEXT}
    said["cookies"] = {"choices": kept, **cookies}
    return said


def waiting(**said: object) -> dict[str, Any]:
    """A cookie that waits for a yes."""
    return {"purpose": NEWS, "data": TEXT, "lifetime": "P6M", "consent": NEWS, **said}


def asked(**cookies: dict[str, Any]) -> rules.Asked:
    return rules.asked(from_plain(plain(**cookies)))


def test_only_what_waits_is_asked() -> None:
    """A purpose that nothing in the browser waits for is nobody's question there."""
    assert asked().purposes == ()
    assert asked(seen=waiting()).purposes == (NEWS,)
    assert rules.asked(declared("synology-2006")).purposes == ("remember-settings",)


def test_the_digest_is_of_what_a_yes_is_about() -> None:
    """Name, place, kind, time and whoever is given something change it; words do not."""
    one = asked(seen=waiting()).digest
    others = [
        asked(other=waiting()),
        asked(seen=waiting(host="elsewhere.example")),
        asked(seen=waiting(kind="local-storage")),
        asked(seen=waiting(lifetime="P7M")),
        asked(seen=waiting(), other=waiting()),
    ]
    assert len({one, *(other.digest for other in others)}) == 6
    assert asked(seen=waiting(data={"en": "Another word.", "zh-Hant": "另一個說法。"})).digest == one
    more = plain(seen=waiting())
    more["recipients"]["mail-house"]["purposes"][NEWS] = ["email"]
    less = plain(seen=waiting())
    less["recipients"]["mail-house"]["purposes"].pop(NEWS, None)
    assert rules.asked(from_plain(more)).digest != rules.asked(from_plain(less)).digest


def test_the_signal_covers_what_goes_to_others() -> None:
    """A host that is not ours, a partner or an affiliate; not a company that works for us."""
    assert asked(seen=waiting()).covered == frozenset()
    assert asked(seen=waiting(host="elsewhere.example")).covered == {NEWS}
    for kind, covered in (("processor", False), ("partner", True), ("affiliate", True), ("authority", False)):
        said = plain(seen=waiting())
        said["recipients"]["mail-house"] |= {"kind": kind, "purposes": {NEWS: ["email"]}}
        assert bool(rules.asked(from_plain(said)).covered) is covered, kind


answers = st.dictionaries(st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True), st.booleans(), max_size=8)


@given(answers, st.dates(date(2020, 1, 1), date(2100, 1, 1)))
def test_what_is_written_is_read(said: dict[str, bool], day: date) -> None:
    """The value of a cookie holds all of a choice."""
    one = Chosen("a" * rules.REF, day, "a" * rules.DIGEST, said)
    assert chosen(one.written(KEY), KEY) == one


@given(st.text(max_size=300), st.data())
def test_what_was_not_written_is_no_choice(text: str, data: st.DataObject) -> None:
    """No text of anybody else's is one, nor ours with a character changed."""
    assert chosen(text, KEY) is None
    value = Chosen("a" * rules.REF, DAY, "a" * rules.DIGEST, {NEWS: False}).written(KEY)
    at = data.draw(st.integers(0, len(value) - 1))
    other = data.draw(st.characters().filter(lambda one: one != value[at]))
    assert chosen(value[:at] + other + value[at + 1 :], KEY) is None
    assert chosen(value, b"x" * 32) is None


def test_a_choice_stands_for_its_time() -> None:
    """From its day to the day on which its time is over; not before, and not about anything else."""
    asking = asked(seen=waiting(host="elsewhere.example"))
    one = Chosen("a" * rules.REF, DAY, asking.digest, {NEWS: True})
    for day, signal, stands in (
        (DAY, False, {NEWS: True}),
        (DAY, True, {NEWS: False}),
        (date(2027, 5, 23), False, {NEWS: True}),
        (date(2027, 5, 24), False, None),
        (DAY - timedelta(days=1), False, None),
    ):
        assert standing(one, asking, day, signal=signal) == stands
    assert standing(one._replace(asked="b" * rules.DIGEST), asking, DAY, signal=False) is None
    assert standing(None, asking, DAY, signal=False) is None


@pytest.mark.parametrize(
    ("term", "types"),
    [
        ("dpv:TargetedAdvertising", "ad_storage ad_user_data ad_personalization"),
        ("dpv:DirectMarketing", "ad_storage ad_user_data"),
        ("dpv:ServiceUsageAnalytics", "analytics_storage"),
        ("dpv:UserInterfacePersonalisation", "functionality_storage"),
        ("dpv:ServicePersonalisation", "personalization_storage"),
        ("dpv:ServiceProvision", None),
    ],
)
def test_google_is_told_by_the_kind_of_purpose(term: str, types: str | None) -> None:
    """The nearest family decides; of a purpose that is none of them nothing is granted."""
    assert banner.signal(term) == types


@pytest.mark.parametrize(
    ("period", "days"), [("", 0), ("P1D", 1), ("P2W", 14), ("P6M", 180), ("P1Y1M", 395), ("P2Y", 400)]
)
def test_days_are_counted_short(period: str, days: int) -> None:
    """A script that counts days never keeps a choice for longer than is declared."""
    assert banner.days(period) == days


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_push_nobody(language: str) -> None:
    """Nobody is made to feel sorry for a no, or promised something for a yes (EDPB 03/2022, "stirring")."""
    said = words(language)
    pushing = re.compile(
        r"sorry|miss out|unfortunately|best|better|recommend|experience|please|\blov|\blos|!"
        r"|抱歉|可惜|錯過|最佳|更好|建議|體驗|拜託|喜愛|失去|！",
        re.IGNORECASE,
    )
    sentences = {key: said.sentence(key) for key in said.keys() if key.startswith("cookies.banner.")}  # noqa: SIM118 - it is no mapping
    assert len(sentences) > 10
    assert {key: one for key, one in sentences.items() if pushing.search(one)} == {}
