"""What is added from elsewhere to complete one submission (P08)."""

from datetime import datetime

from troth.collection.rules import found_elsewhere
from troth.consent import actions, reads
from troth.ledger.work import unit_of_work
from troth.statement.reads import version


@unit_of_work
def supplement(record: str, name: str, text: str, *, at: datetime) -> bytes:
    """Adds what the supplement `name` found to the submission `record`, examined as if it were typed there.

    Answers the leaf of its entry. A card number is refused here as anywhere.
    """
    agreed = reads.recorded(record).agreed
    statement = version(agreed.service, agreed.version).statement
    declared = statement.supplements.get(name)
    plain = found_elsewhere(agreed.point, declared.field, text, statement) if declared else b""
    return actions.supplement(record, name, plain, at=at)
