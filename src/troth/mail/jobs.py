"""What the room does by the clock: it sends what waits."""

import logging
import smtplib
from datetime import datetime
from typing import Final

from django.conf import settings

from troth.mail import actions, many, opting, reads, sending
from troth.mail.rules import pause

_QUIET: Final = 1.0
log = logging.getLogger("troth.mail")


def send_due(at: datetime) -> int:
    """Sends the letters that are due; answers how many went. One that cannot go now is tried again later."""
    if reads.any_over(at) and actions.drop_over(at=at) and settings.TROTH_MAIL:
        log.warning("letters were given up: their time was over before the mail server took them")
    if settings.TROTH_MAIL is None or not reads.any_due(at):
        return 0
    sent = 0
    while some := actions.take_due(at=at):
        sent += _send(some)
    return sent


def _send(some: list[actions.Posted]) -> int:
    over, done = sending.connection(), []
    try:
        for posted in some:
            try:
                sending.send(posted, over)
            except sending.Refused:
                log.warning("the mail server refused a letter for good")
            except (sending.Later, sending.Unknown) as error:
                log.warning("the mail server does not take letters now: %s", type(error).__name__)
                continue
            except (smtplib.SMTPException, OSError):
                raise
            except Exception:
                # Whatever is wrong with one letter must keep no other from going.
                log.exception("a letter was given up: it cannot be sent")
            done.append(posted.ref)
            actions.drop([posted.ref])
    except (smtplib.SMTPException, OSError) as error:
        log.warning("the mail server does not take letters now: %s", type(error).__name__)
    finally:
        over.close()
    return len(done)


def ask_new(at: datetime) -> int:
    """Asks by mail whether a yes was theirs, where mail can be sent; answers how many letters are on their way."""
    return opting.ask_new(settings.TROTH_SERVICE, at) if settings.TROTH_MAIL else 0


def tidy(at: datetime) -> None:
    """Removes what is kept about mail and has had its time."""
    opting.tidy(at)
    many.forget_over(at)


class Issues:
    """Sends issues, some at a time, for as long as a thread lives."""

    def __init__(self) -> None:
        self._sender, self._away = many.Sender(), 0

    def send_some(self, at: datetime) -> float:
        """Sends some of every issue that is under way; answers for how many seconds there is nothing to do."""
        if settings.TROTH_MAIL is None:
            return _QUIET
        try:
            done = many.send_some(self._sender, at)
        except many.Away:
            self._away += 1
            return pause(self._away).total_seconds()
        self._away = 0
        if not done:
            self._sender.close()
        return 0 if done else _QUIET
