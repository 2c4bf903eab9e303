"""Mail that comes in, as the settings say: a listener, a mailbox that is looked into, or both."""

import logging
import threading
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import connections

from troth import clock
from troth.control import mailed, returned
from troth.control.errors import TooManyOpen, TooOften
from troth.entry.installation import Imap
from troth.errors import TrothError
from troth.mail.inbound import listening, polling, reading
from troth.mail.inbound.listening import NotNow, Place, Taking
from troth.mail.inbound.polling import Mailbox
from troth.statement.reads import in_force

log = logging.getLogger("troth.mail")
_AGAIN: Final = 10


def start() -> None:
    """Starts what the settings name; it ends with the process."""
    inbound = settings.TROTH_INBOUND
    if inbound.listen:
        place = Place(inbound.protocol, inbound.socket, *inbound.address)
        listening.start(place, Taking(is_ours, _keep_from_server))
    if inbound.imap:
        threading.Thread(target=_look_always, args=(inbound.imap,), name="troth-mailbox", daemon=True).start()


def insist_on_able(_at: datetime) -> None:
    """Refuses where a mailbox is to be looked into and its password is missing."""
    if settings.TROTH_INBOUND.imap:
        polling.password(settings.TROTH_KEYS_DIR)


def addresses() -> set[str]:
    """The addresses that mail is taken for: those of the settings, or those that the statement in force names."""
    inbound = settings.TROTH_INBOUND
    named = set(inbound.addresses)
    if not named:
        statement = in_force(settings.TROTH_SERVICE, clock.now()).statement
        named = {statement.controller.email, *([statement.complaints.email] if statement.complaints else ())}
    return {one.casefold() for one in (*named, inbound.bounces) if one}


def is_ours(address: str) -> bool:
    """Whether mail for `address` is taken: one of those, or a return path that was signed here."""
    try:
        return address.casefold() in addresses() or bool(returned.refs_in([address]))
    finally:
        connections.close_all()


def _keep_from_server(content: bytes, path: str, recipient: str) -> None:
    _keep(reading.read(content, path, (recipient,)))


def _keep(came: reading.Came) -> None:
    """Keeps a mail durably, or raises."""
    try:
        mailed.take(came, service=settings.TROTH_SERVICE, at=clock.now())
    except (TooOften, TooManyOpen):
        log.warning("a mail has to wait: too many came for one person, or in all")
        raise NotNow from None
    finally:
        connections.close_all()


def _look_always(imap: Imap) -> None:
    pause = threading.Event()
    box = Mailbox(imap.host, imap.port, imap.security == "tls", imap.user, imap.folder, settings.TROTH_KEYS_DIR)
    while True:
        try:
            polling.look(box, lambda content: _keep(reading.read(content)))
            pause.wait(imap.every)
        except TrothError as error:
            log.warning("%s: %s", error.code, error.message)
            pause.wait(min(imap.every, _AGAIN))
        except Exception:
            log.exception("the mailbox could not be looked into; it is tried again")
            pause.wait(_AGAIN)
