"""Whether what is remembered of submissions, so that each counts once, is of submissions that were made."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from django.db.models import Count

from troth.collection.models import Sent
from troth.consent.reads import bound
from troth.ledger.rebuild import Finding

_AT_ONCE: Final = 1000


def altered() -> Iterator[Finding]:
    """Every form or idempotency key that is remembered for a submission that there was not, or not so."""
    rows = Sent.objects.values_list("record", "person", "leaf", "at").iterator(_AT_ONCE)
    while some := list(islice(rows, _AT_ONCE)):
        agreements = bound([record for record, *_ in some])
        for record, *rest in some:
            if agreements.get(record) != tuple(rest):
                message = "A form or idempotency key is remembered for a submission that was not made like this."
                yield Finding("submissions", message, record=record)
    twice = Sent.objects.values("record").annotate(keys=Count("key")).filter(keys__gt=1)
    for record in twice.values_list("record", flat=True):
        yield Finding("submissions", "Two forms or idempotency keys are remembered for one submission.", record=record)
