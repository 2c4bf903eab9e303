"""The listener: LMTP or SMTP from the mail server in front of us. It takes mail in and sends nothing on, to anybody.

A mail is answered with 250 once whoever takes it has kept it durably; else it stays with the server that brought it.
"""

import asyncio
import logging
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, NamedTuple
from weakref import WeakSet

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from troth.mail.inbound.bounds import MOST_BYTES
from troth.mail.inbound.errors import Unreadable

log = logging.getLogger("troth.mail")
_MOST_AT_ONCE: Final = 20
_PATIENCE: Final = 120
# To take a mail apart is work for the processor: no more of them at once than leave room for pages.
_HANDS: Final = 2
_AGAIN: Final = 5.0
_LONGEST_LINE: Final = 100_000

TAKEN: Final = "250 2.0.0 Taken"
NO_SUCH: Final = "550 5.1.1 No such address here"
ONE_AT_A_TIME: Final = "452 4.5.3 One recipient at a time"
TOO_MANY: Final = "451 4.3.2 Too much at once, come again"
LATER: Final = "451 4.3.0 It could not be kept, come again"
UNREADABLE: Final = "554 5.6.0 This is too large, too deep or of too many parts to be a letter"


class NotNow(Exception):
    """Whoever takes mail cannot take this one now; whoever brings it may come again."""


class Place(NamedTuple):
    """Where to listen: a socket of this machine, or a host and port; by which protocol."""

    protocol: str
    socket: str
    host: str
    port: int


class Taking(NamedTuple):
    """Who takes mail: whether an address is ours, and what keeps a mail by its bytes, return path and recipient."""

    is_ours: Callable[[str], bool]
    keep: Callable[[bytes, str, str], None]


class _Smtp(SMTP):
    # Some mail servers hand on lines that are longer than RFC 5321 lets them be.
    line_length_limit = _LONGEST_LINE


class _Lmtp(LMTP):
    line_length_limit = _LONGEST_LINE


class Door:
    """What aiosmtpd asks of each mail."""

    def __init__(self, taking: Taking) -> None:
        self._taking = taking
        self._open: WeakSet[Envelope] = WeakSet()
        self._hands = ThreadPoolExecutor(_HANDS, thread_name_prefix="troth-mail-taken")

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if envelope.rcpt_tos:
            return ONE_AT_A_TIME
        if len(self._open) >= _MOST_AT_ONCE and envelope not in self._open:
            return TOO_MANY
        if not await self._by_hand(self._is_ours, address):
            return NO_SUCH
        self._open.add(envelope)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - the same
        answer: str = await self._by_hand(self._kept, envelope)
        return answer

    async def handle_VRFY(self, *_asked: object) -> str:  # noqa: N802 - the same
        return "252 2.5.0 Send it, and see"

    async def _by_hand(self, what: Callable[..., Any], *given: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._hands, what, *given)

    def _is_ours(self, address: str) -> bool:
        return self._taking.is_ours(address)

    def _kept(self, envelope: Envelope) -> str:
        content = envelope.original_content or b""
        try:
            self._taking.keep(content, envelope.mail_from or "", envelope.rcpt_tos[0])
        except Unreadable:
            log.warning("a mail was refused: it is too large, too deep or of too many parts")
            return UNREADABLE
        except NotNow:
            return LATER
        except Exception:
            log.exception("a mail could not be taken; it stays with the server that brought it")
            return LATER
        return TAKEN


def start(place: Place, taking: Taking) -> None:
    """Listens from now on, until the process ends. A place that is taken is tried again."""
    threading.Thread(target=_always, args=(place, taking), name="troth-mail-listener", daemon=True).start()


def _always(place: Place, taking: Taking) -> None:
    pause = threading.Event()
    while True:
        try:
            if place.socket:
                Path(place.socket).unlink(missing_ok=True)
            asyncio.run(_listen(place, Door(taking)))
        except OSError as error:
            log.warning("nobody can listen for mail there now: %s", error.strerror)
            pause.wait(_AGAIN)


async def _listen(place: Place, door: Door) -> None:
    loop = asyncio.get_running_loop()
    kind = _Lmtp if place.protocol == "lmtp" else _Smtp

    def answer() -> SMTP:
        return kind(
            door, data_size_limit=MOST_BYTES, enable_SMTPUTF8=True, hostname="troth", ident="troth", timeout=_PATIENCE,
            loop=loop,
        )  # fmt: skip

    if place.socket:
        server: asyncio.AbstractServer = await loop.create_unix_server(answer, place.socket)
        os.chmod(place.socket, 0o660)  # noqa: PTH101 - the group is the mail server's
    else:
        server = await loop.create_server(answer, place.host, place.port)
    async with server:
        await server.serve_forever()
