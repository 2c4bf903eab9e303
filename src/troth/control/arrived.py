"""Which mails came already, so that one that is handed over again is the same mail."""

from datetime import datetime, timedelta
from typing import Final

from troth.control import rules
from troth.control.models import Arrived
from troth.ledger.work import insist_on_unit, unit_of_work
from troth.vault.keys import look_up_key

_REMEMBERED: Final = timedelta(days=30)


def is_new(digest: bytes, *, at: datetime) -> bool:
    """Whether the mail with this digest was not taken yet; from now on it was, if its unit of work is kept."""
    insist_on_unit()
    keyed = rules.keyed(look_up_key(), "mail", digest)
    _, new = Arrived.objects.get_or_create(digest=keyed, defaults={"until": at + _REMEMBERED})
    return new


@unit_of_work
def drop_over(*, at: datetime) -> None:
    """Mails that came long ago are not remembered."""
    Arrived.objects.filter(until__lte=at).delete()
