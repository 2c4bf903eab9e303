"""What the room does by the clock: retention, and visits that nobody agrees any more to be joined with."""

from datetime import datetime

import isodate
from django.conf import settings

from troth.statement.reads import in_force
from troth.visits import actions
from troth.visits.releasing import publish_months
from troth.visits.stores import store


def keep_counts(at: datetime) -> int:
    """Counts what came, and tells everybody of the months that are over; answers how many tables that were."""
    store().settle()
    return publish_months(at)


def keep_retention(at: datetime) -> int:
    """Ends visits whose time is over at `at`, and all of them where none are declared; answers how many went."""
    service = settings.TROTH_SERVICE
    actions.unjoin_unwilling(service, at=at)
    declared = in_force(service, at).statement.visits
    today = at.date()
    before = today - isodate.parse_duration(declared.retention) if declared else today
    return actions.forget(before, service)
