"""A second, independent opinion: Cedar, given the same statements, allows what we allow and nothing else."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import uses
from tests.support.cedar import Opinion
from troth.use import rules

FIELDS = (*uses.FIELDS, "result")
_answers: Counter[bool] = Counter()


@settings(max_examples=250)
@given(st.integers(0, 2**32))
def _asked_alike(seed: int) -> None:
    random = uses.chance(seed)
    world = uses.world(random, people=6)
    opinion = Opinion(world, uses.TODAY)
    for wanted in uses.questions(random, 4):
        for known in world.people.values():
            for number, one in enumerate(world.givens(known)):
                own = random.random() < 0.5
                asked = wanted._replace(transaction=one.record if own else "")
                may = rules.may_use(one, world.said(known), asked, rules.asked(one.source.own, FIELDS), uses.ON)
                ours = set(rules.named(one.source.own, may))
                assert ours == opinion.may_use(known, number, wanted, FIELDS, own=own)
                _answers[bool(ours)] += 1


def test_cedar_answers_alike() -> None:
    """For any statements and people, Cedar's answer is ours; and a fair part of what was drawn is allowed."""
    _asked_alike()
    assert _answers[True] > 100
    assert _answers[False] > 100
