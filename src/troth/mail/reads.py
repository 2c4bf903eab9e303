"""What other rooms may know of the outbox, and what this machine may be shown of it."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings

from troth.mail.actions import Posted, opened
from troth.mail.errors import Waiting
from troth.mail.models import Mail
from troth.mail.sending import needs_password, password

_MOST_SHOWN: Final = 100
_PATIENCE: Final = timedelta(minutes=15)


def insist_on_able(_at: datetime | None = None) -> None:
    """Refuses where no letter could reach anybody: no mail server is named, or its password is missing."""
    if not settings.TROTH_MAILS_SHOWN and needs_password():
        password()


def insist_on_sending(at: datetime) -> None:
    """Refuses when a letter waits for longer than a mail server is ever away."""
    if settings.TROTH_MAIL is None:
        return
    since = Mail.objects.filter(issue="", until__gt=at).order_by("made").values_list("made", flat=True).first()
    if since and at - since > _PATIENCE:
        message = f"Letters wait since {since:%Y-%m-%d %H:%M} UTC for a mail server that takes them. The log says more."
        raise Waiting(message)


def any_due(at: datetime) -> bool:
    """Whether a letter is to be sent now."""
    return Mail.objects.filter(issue="", state="waiting", due__lte=at, until__gt=at).exists()


def any_over(at: datetime) -> bool:
    """Whether the time of a letter is over."""
    return Mail.objects.filter(issue="", until__lte=at).exists()


def waiting() -> int:
    """How many letters are in the outbox."""
    return Mail.objects.filter(issue="").count()


def unsent(refs: Collection[str]) -> set[str]:
    """Those of these letters that were not handed over yet: one that was has left the outbox."""
    return set(Mail.objects.filter(ref__in=refs).values_list("ref", flat=True))


def kept(at: datetime) -> list[Posted]:
    """The letters that are kept here instead of being sent, the newest first."""
    return opened(list(Mail.objects.filter(issue="", until__gt=at).order_by("-ref")[:_MOST_SHOWN]))
