"""What is said of everybody at once is what is said of each alone."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import uses
from tests.support.uses import ON, World
from troth.use import rules
from troth.use.board import Board
from troth.use.gates import Wanted, kept_since
from troth.use.known import Kind, Known

SEEDS = st.integers(0, 2**32)


def alone(world: World, wanted: Wanted, field: str) -> set[str]:
    """Those of whom a decision about each allows something."""
    fields = (field,) if field else (*uses.FIELDS, "result")
    return {
        person
        for person, known in world.people.items()
        if rules.decide(world.givens(known), world.said(known), wanted, fields, ON).allowed
    }


def together(board: Board, world: World, wanted: Wanted, field: str) -> set[str]:
    return set(board.persons(board.answer(wanted, field, ON, world.law)))


@settings(max_examples=700)
@given(SEEDS)
def test_everybody_at_once_is_each_alone(seed: int) -> None:
    """For any statements, whatever people gave and said: an audience is those of whom a decision says yes."""
    random = uses.chance(seed)
    world = uses.world(random)
    board = Board()
    board.begin(sorted(world.people.items()), len(world.people))
    for wanted in uses.questions(random, 5):
        field = random.choice(("", *uses.FIELDS))
        assert together(board, world, wanted, field) == alone(world, wanted, field)


@settings(max_examples=250)
@given(SEEDS)
def test_what_is_over_is_forgotten_and_missed_by_nobody(seed: int) -> None:
    """At the end of a day what nobody keeps any more goes from memory: no answer is another one for it."""
    random = uses.chance(seed)
    world = uses.world(random)
    board = Board()
    board.begin(sorted(world.people.items()), len(world.people))

    def first(kind: Kind) -> int:
        source = world.source(kind)
        return kept_since(source, source.own.fields.known(kind.fields), ON) if kind.fields else 0

    board.forget(first)
    for wanted in uses.questions(random, 5):
        assert together(board, world, wanted, "") == alone(world, wanted, "")
    over = {person for person, known in world.people.items() if all(day < first(kind) for kind, day in known.records)}
    assert over.isdisjoint(board.persons(board.held()))


@settings(max_examples=250)
@given(SEEDS)
def test_it_stays_so_as_people_speak(seed: int) -> None:
    """People who come, give more, say something else or are gone: the board follows, in whatever order."""
    random = uses.chance(seed)
    world = uses.world(random, people=8)
    board = Board()
    board.begin(sorted(world.people.items())[:4], 4)
    present = dict(sorted(world.people.items())[:4])
    for _ in range(12):
        person = random.choice(list(world.people))
        now: Known = uses.known(random, world.plain)
        if person in present and random.random() < 0.4:
            now = present[person]._replace(stance=now.stance)
            board.say(person, now.stance)
        else:
            board.put(person, now)
        present[person] = now
    world.people = present
    for wanted in uses.questions(random, 4):
        assert together(board, world, wanted, "") == alone(world, wanted, "")
    assert len(board) == len(present)
