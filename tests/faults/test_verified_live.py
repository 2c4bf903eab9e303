"""A site that people use verifies while they do, and nothing hides behind what goes on."""

from collections.abc import Callable, Iterator

import pytest

from tests.support import tampering
from tests.support.crowd import Crowd
from tests.support.site import Failed, Running, troth
from tests.support.waiting import until

TIMES = 5


@pytest.fixture
def busy(new_site: Callable[[str], Running]) -> Iterator[Running]:
    """A site to which many people send."""
    site = new_site("infortrend")
    crowd = Crowd(site)
    crowd.start()
    until(lambda: _agreements(site) > 1, "somebody sends")
    yield site
    crowd.stop()


def _agreements(site: Running) -> int:
    with tampering.connected(site.directory) as ask:
        ((count,),) = ask("SELECT COUNT(*) FROM consent_agreement")
    return int(count)


@pytest.mark.promise("P44")
def test_a_busy_site_verifies(busy: Running) -> None:
    """Whatever is being written, verification looks at one moment, and finds nothing that is not there."""
    sizes = [int(troth("verify", "--data", busy.directory).split()[1].replace(",", "")) for _ in range(TIMES)]
    assert sizes == sorted(sizes)


@pytest.mark.promise("P44")
def test_an_agreement_that_nobody_made_is_found_on_a_busy_site(busy: Running) -> None:
    """An agreement put in while others come in by the dozen is named: no count is taken at two different times."""
    record = "a" * 26
    with tampering.connected(busy.directory) as ask:
        names = tampering.columns(busy.directory)["consent_agreement"]
        (row,) = ask(f"SELECT {', '.join(names)} FROM consent_agreement LIMIT 1")
        made_up = {**dict(zip(names, map(tampering.kept, row), strict=True)), "record": record, "leaf": bytes(32)}
        marks = ", ".join(["%s"] * len(names))
        ask(f"INSERT INTO consent_agreement ({', '.join(names)}) VALUES ({marks})", *made_up.values())
    with pytest.raises(Failed, match=rf"agreements \(record {record}\): No entry of the ledger tells"):
        troth("verify", "--data", busy.directory)
    with tampering.asking(busy.directory) as ask:
        ask("DELETE FROM consent_agreement WHERE record = %s", record)
