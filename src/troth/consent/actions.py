"""Recording what a person agreed to and chose, together with its ledger entry."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from troth.consent import rules
from troth.consent.models import Agreement, Choice, Wording
from troth.ledger.actions import append
from troth.ledger.rows import Insertion
from troth.ledger.rules import JSON, canonical, commitment
from troth.ledger.work import unit_of_work
from troth.statement.clause import Offered
from troth.statement.reads import version

_add_wording = Insertion(Wording, unless_there=True)
_add_agreement = Insertion(Agreement)
_add_choices = Insertion(Choice)


@dataclass(frozen=True)
class Shown:
    """What stood on the page: which statement, in which language, in which words, with which countries."""

    service: str
    point: str
    statement: str
    version: int
    language: str
    wording: str
    body: bytes
    countries: tuple[str, ...]


@unit_of_work
def agree(  # noqa: PLR0913 - a submission has these parts
    record: str,
    person: str,
    shown: Shown,
    choices: Mapping[Offered, bool],
    *,
    digests: Mapping[str, str],
    salt: bytes,
    at: datetime,
) -> bytes:
    """Binds the submission `record` to what was shown and appends its entry; answers the entry's leaf.

    A purpose that was offered and not chosen is recorded as refused: silence is never consent
    (GDPR recital 32). `digests` are those of the sealed values by field.
    """
    _add_wording({"digest": shown.wording, "body": shown.body})
    agreed = rules.Agreed(
        record=record,
        person=person,
        service=shown.service,
        point=shown.point,
        statement=shown.statement,
        version=shown.version,
        language=shown.language,
        wording=shown.wording,
        at=at,
        digests=dict(digests),
        choices={offer.id: given for offer, given in choices.items()},
    )
    statement = version(shown.service, shown.version).statement
    receipt = canonical(rules.receipt(agreed, statement, settings.TROTH_URL))
    facts: dict[str, JSON] = {
        "service": agreed.service,
        "point": agreed.point,
        "statement": agreed.statement,
        "language": agreed.language,
        "shown": agreed.wording,
        "fields": sorted(digests),
        "choices": agreed.choices,
        "countries": list(shown.countries),
        "commitment": commitment(salt, rules.opened_record(agreed, receipt)),
    }
    leaf = append("collected", facts, at=at)
    _add_agreement({**vars(agreed), "receipt": receipt, "leaf": leaf})
    bound = {"record": record, "person": person, "service": shown.service, "at": at}
    _add_choices(
        *(
            {**bound, "purpose": offer.purpose, "recipient": offer.recipient, "given": given}
            for offer, given in choices.items()
        )
    )
    return leaf
