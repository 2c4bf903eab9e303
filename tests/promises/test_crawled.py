"""Our own examples, visited as `troth crawl` visits any site."""

import json

import pytest

from tests.support import forked

STATES = {"fresh", "gpc", "declined", "accepted", "withdrawn"}


@pytest.mark.promise("P35")
@pytest.mark.promise("P36")
@pytest.mark.parametrize("example", ["infortrend", "synology"])
def test_the_examples_are_clean(example: str, request: pytest.FixtureRequest) -> None:
    """In every state they store, ask and send what their statements say, and nothing else."""
    site = request.getfixturevalue(example)
    statement = site.directory / "statement.yaml"
    done = forked.run("crawl", f"{site.url}/", "--statement", statement, "--pages", "6", "--rest", "5", "--json")
    told = json.loads(done.stdout)
    assert (told["findings"], done.returncode, done.stderr) == ([], 0, "")
    assert {state for state, seen in told["states"].items() if seen["reached"]} == STATES
