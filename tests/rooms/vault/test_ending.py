"""What ends is counted, however much of it ends at the same moment."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from troth.ledger import actions as ledger
from troth.ledger.evidence import told
from troth.ledger.work import unit_of_work
from troth.vault import rules
from troth.vault.actions import Holding, Value, hold
from troth.vault.jobs import keep_retention

AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
# More than two rounds of retention.
MANY = 1100


@pytest.mark.usefixtures("installation")
def test_rounds_that_are_alike_are_each_told() -> None:
    """When more ends at once than one round takes, the ledger's entries count all of it."""
    keep_retention(AT - timedelta(days=1))
    before = ended()
    end = AT + timedelta(days=1)
    unit_of_work(hold)([Holding(rules.new_ref(AT), [Value("name", b"Lin", end)], None) for _ in range(MANY)], at=AT)
    keep_retention(end)
    assert ended() - before == Counter(name=MANY, persons=MANY)


def ended() -> Counter[str]:
    """What the ledger says that ended."""
    ledger.sequence()
    counted: Counter[str] = Counter()
    for block, strange in told(lambda _done, _total: None):
        assert strange == []
        for entry in block:
            if entry.said["kind"] == "expired":
                counted.update({**entry.said["fields"], "persons": entry.said["persons"]})
    return counted
