"""What the room does by the clock: it sends what waits."""

import logging
import smtplib
from datetime import datetime

from django.conf import settings

from troth.mail import actions, reads, sending

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
