"""What runs beside the pages in every server process: the sequencer, what is counted of visits, the hourly clean-up."""

import logging
import os
import signal
import threading
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connections

from troth import clock
from troth.collection.actions import forget_keys
from troth.control import packing, sessions
from troth.control.jobs import answer_mails, send_codes, tidy
from troth.desk.jobs import Publishing
from troth.desk.jobs import tidy as tidy_desk
from troth.entry import erasing, receiving
from troth.entry.errors import ClockLeapt
from troth.ledger.sequencer import Sequencer
from troth.mail import jobs as mail
from troth.vault.jobs import keep_retention
from troth.visits import intake
from troth.visits import jobs as visits

log = logging.getLogger("troth.keeper")
_FARTHEST = timedelta(days=1)
# In seconds.
_RETENTION_AGAIN = 60
_MAIL_EVERY, _MAIL_AGAIN, _PUBLISHING_EVERY = 0.5, 10, 1


@dataclass
class Rounds:
    """Rounds of retention since the process began: how many finished, how many failed, how much they ended."""

    finished: int = 0
    failed: int = 0
    ended: int = 0


rounds = Rounds()


def start() -> None:
    """Starts them; they end with the process."""
    Sequencer().start()
    threading.Thread(target=_hourly, name="troth-retention", daemon=True).start()
    threading.Thread(target=packing.run, name="troth-packages", daemon=True).start()
    threading.Thread(target=_always, name="troth-mail", daemon=True).start()
    threading.Thread(target=_issues, name="troth-issues", daemon=True).start()
    threading.Thread(target=_publishing, name="troth-publishing", daemon=True).start()
    receiving.start()
    intake.start(lambda token, at: sessions.whose(token, at=at))


def end_with(parent: int) -> None:
    """Ends this process soon after `parent` has ended, however that ended: nobody would tell it to stop any more."""
    threading.Thread(target=_outlive, args=(parent,), name="troth-parent", daemon=True).start()


def _outlive(parent: int) -> None:
    pause = threading.Event()
    while os.getppid() == parent:
        pause.wait(1)
    os.kill(os.getpid(), signal.SIGTERM)


def _hourly() -> None:
    pause, leap = threading.Event(), clock.Leap()
    while True:
        wait = settings.TROTH_RETENTION_EVERY
        try:
            _insist_on_time(leap)
            now = clock.now()
            ended = erasing.finish(now) + keep_retention(now)
            visits.keep_counts(now)
            ended += visits.keep_retention(now)
            forget_keys(at=now)
            tidy(now)
            mail.tidy(now)
            tidy_desk(now)
            rounds.finished += 1
            rounds.ended += ended
            log.info("retention finished", extra={"ended": ended})
        except Exception:
            wait = min(wait, _RETENTION_AGAIN)
            rounds.failed += 1
            log.exception("retention did not finish; it is tried again soon")
        finally:
            connections.close_all()
        pause.wait(wait)


def _always() -> None:
    """Codes that were asked for, and letters that are due: looked at again and again."""
    pause = threading.Event()
    while True:
        try:
            now = clock.now()
            send_codes(now)
            answer_mails(settings.TROTH_SERVICE, now)
            mail.ask_new(now)
            mail.send_due(now)
            pause.wait(_MAIL_EVERY)
        except Exception:
            log.exception("letters could not be looked at; they are tried again")
            connections.close_all()
            pause.wait(_MAIL_AGAIN)


def _issues() -> None:
    """Issues that are under way, beside the letters, which need not wait for them."""
    pause, issues = threading.Event(), mail.Issues()
    while True:
        try:
            pause.wait(issues.send_some(clock.now()))
        except Exception:
            log.exception("issues could not be looked at; they are tried again")
            connections.close_all()
            pause.wait(_MAIL_AGAIN)


def _publishing() -> None:
    """What is to be told of a change, and that a version has begun."""
    pause, publishing = threading.Event(), Publishing()
    while True:
        try:
            publishing.go_on(clock.now())
            pause.wait(_PUBLISHING_EVERY)
        except Exception:
            log.exception("an announcement could not go on; it is tried again")
            connections.close_all()
            pause.wait(_MAIL_AGAIN)


def _insist_on_time(leap: clock.Leap) -> None:
    """What retention ends is gone for good: a clock that was set ahead must not end what is to be kept for years."""
    if leap.ahead() > _FARTHEST:
        message = f"The clock leapt {leap.ahead()} ahead. Set it right; if it is right now, start the server again."
        raise ClockLeapt(message)
