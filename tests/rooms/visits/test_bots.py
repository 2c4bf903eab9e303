"""Programs are told from people by the whole list, whichever way it is looked through."""

import re

from crawleruseragents import CRAWLER_USER_AGENTS_DATA

from tests.support.beacons import FIREFOX, SAFARI
from troth.visits.bots import is_bot

EXAMPLES = [example for one in CRAWLER_USER_AGENTS_DATA for example in one["instances"]]
LIST = re.compile("|".join(one["pattern"] for one in CRAWLER_USER_AGENTS_DATA))


def test_every_example_of_the_list_is_a_program() -> None:
    """What each pattern of the list finds, and what stands beside it, is answered as the pattern answers."""
    assert len(EXAMPLES) > 2000
    agents = {"", FIREFOX, SAFARI, *EXAMPLES, *(one["pattern"] for one in CRAWLER_USER_AGENTS_DATA)}
    for example in EXAMPLES:
        agents |= {example.lower(), example[1:], example[:-1], example[::-1], f"{FIREFOX} {example}", example[:3]}
    wrong = [agent for agent in agents if is_bot(agent) != (not agent or bool(LIST.search(agent)))]
    assert wrong == []


def test_people_are_none() -> None:
    """Browsers that people use are no programs; whoever says nothing is one."""
    assert (is_bot(FIREFOX), is_bot(SAFARI), is_bot("x" * 512), is_bot("")) == (False, False, False, True)
