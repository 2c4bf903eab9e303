"""A second, independent opinion: Cedar, given the same statements, allows what we allow and nothing else."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import uses
from tests.support.cedar import Opinion
from troth.use import rules

FIELDS = (*uses.FIELDS, "result")
_answers: Counter[bool] = Counter()


@settings(max_examples=150)
@given(st.integers(0, 2**32))
def test_cedar_answers_alike(seed: int) -> None:
    """For any statements and people, of each field of each record: Cedar's answer is ours."""
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


def test_both_answers_were_asked_for() -> None:
    """Of what was drawn above, a fair part is allowed: agreeing on nothing but refusals would say little."""
    test_cedar_answers_alike()
    assert _answers[True] > 100
    assert _answers[False] > 100
