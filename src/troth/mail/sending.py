"""The one place from which mail leaves: each is held against its class, signed, and handed to a mail server.

That is SMTP over TLS, unless the server is this machine; or whatever Django's mail backend of a provider does.
"""

import os
import smtplib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from email.utils import formatdate
from typing import Any, Final, NamedTuple, cast

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.smtp import EmailBackend
from email_validator import EmailNotValidError, validate_email

from troth.ledger.secret import secret_in
from troth.mail import rules
from troth.mail.actions import Posted
from troth.mail.errors import NotSetUp, PasswordMissing
from troth.mail.sheets import Ready, plain
from troth.mail.signing import signer

PASSWORD_FILE: Final = "mail.password"  # noqa: S105 - where it is
FROM_ENVIRONMENT: Final = "TROTH_MAIL_PASSWORD"
_PATIENCE: Final = 20
_FOR_GOOD: Final = 500
_OK: Final = (250, 251)
_GO_ON: Final = 354
_AWAY: Final = 421
_TOO_MANY: Final = 429
_UNFIT: Final = frozenset("<> ")


class Refused(Exception):
    """The mail server will never take this mail."""


class Later(Exception):
    """The mail server does not take this mail now; it takes others."""


class Unknown(Exception):
    """The mail server may have taken this mail: it was given all of it, and said nothing."""


def password() -> str:
    """The password of `[mail] user`, or the secret of a provider, from the environment or its file."""
    given = os.environ.get(FROM_ENVIRONMENT)
    return given or secret_in(settings.TROTH_KEYS_DIR / PASSWORD_FILE, PasswordMissing)


def needs_password() -> bool:
    """Whether the mail server or provider asks for a password."""
    return bool(server().user or server().secret)


def server() -> Any:
    """The mail server that `[mail]` names."""
    if settings.TROTH_MAIL is None:
        message = "No mail can be sent from here yet, so nobody can sign in by code. Whoever runs this site knows how."
        raise NotSetUp(message)
    return settings.TROTH_MAIL


def connection() -> Any:
    """A connection to the mail server that `[mail]` names; opened with its first mail."""
    mail = server()
    if mail.backend:
        secret = {mail.secret: password()} if mail.secret else {}
        options: dict[str, Any] = {**mail.options, **secret}
        return get_connection(mail.backend, **options)
    return EmailBackend(
        host=mail.host,
        port=mail.port,
        username=mail.user,
        password=password() if mail.user else "",
        use_tls=mail.security == "starttls",
        use_ssl=mail.security == "tls",
        timeout=_PATIENCE,
    )


def send(posted: Posted, over: Any) -> None:
    """Hands over one letter; see :func:`hand_over`."""
    hand_over(_ready(posted), over)


def hand_over(ready: Ready, over: Any) -> None:
    """Hands over one mail, if it is what its class may be.

    Raises :class:`Refused`, :class:`Later` or :class:`Unknown` about this one, and what smtplib raises when no mail can
    be handed over now.
    """
    begun(prepared(ready), over)()


class Prepared(NamedTuple):
    """A mail that is signed: from and to whom, and all of it; or as a provider's backend takes it."""

    sender: str
    to: str
    whole: bytes
    given: EmailMultiAlternatives | None = None


def prepared(ready: Ready) -> Prepared:
    """Signs a mail, if it is what its class may be. Nobody else's mail passes here, and none passes elsewhere."""
    rules.insist_on_class(ready.category, ready.marks)
    to = mailbox(ready.to)
    headers = [(name, to.encode() if name == b"To" else one) for name, one in ready.headers]
    if server().backend:
        return Prepared(ready.sender, to, b"", _for_a_provider(plain(headers, ready.body), to))
    signs = signer()
    if ready.category == rules.PROMOTIONAL:
        rules.insist_on_end(ends=ready.ends, signed=signs is not None)
    above = signs.header(headers, ready.body) + b"\r\n" if signs else b""
    return Prepared(ready.sender, to, above + plain(headers, ready.body))


def begun(mail: Prepared, over: Any) -> Callable[[], None]:
    """Hands over all of a mail; what is answered says what becomes of it, once the server has looked at it.

    An address with other than ASCII before its `@` needs a mail server that knows RFC 6531. None other is given the
    mail: whatever it made of the address would be another mailbox.
    """
    if mail.given:
        mail.given.connection = over
        with _as_ours():
            mail.given.send()
        return lambda: None
    over.open()
    smtp = cast("smtplib.SMTP", over.connection)
    smtp.ehlo_or_helo_if_needed()
    utf8 = not mail.to.isascii()
    if utf8 and not smtp.has_extn("smtputf8"):
        raise Refused
    _named(smtp, f"MAIL FROM:<{mail.sender}>{' SMTPUTF8 BODY=8BITMIME' if utf8 else ''}", f"RCPT TO:<{mail.to}>")
    # Cut off before its last line, a mail is none. From there on nobody knows until the server has answered.
    smtp.send(_dotted(mail.whole))
    return lambda: _answered(smtp)


def _named(smtp: smtplib.SMTP, sender: str, to: str) -> None:
    """Says from whom and to whom, all at once where the server lets that be (RFC 2920); then it waits for the mail."""
    lines = (sender, to, "DATA")
    if smtp.has_extn("pipelining"):
        smtp.send("".join(f"{line}\r\n" for line in lines).encode())
        said = [smtp.getreply()[0] for _ in lines]
    else:
        said = []
        for line in lines:
            smtp.send(f"{line}\r\n".encode())
            said.append(smtp.getreply()[0])
            if said[-1] not in (*_OK, _GO_ON):
                break
    if said[-1] == _GO_ON and len(said) == len(lines) and said[0] in _OK and said[1] in _OK:
        return
    if -1 in said or _AWAY in said or said[0] not in _OK:
        smtp.close()
        raise smtplib.SMTPServerDisconnected(str(said[0]))  # its words would name whom it was for
    if said[-1] == _GO_ON:
        smtp.send(b".\r\n")
        smtp.getreply()
    smtp.rset()
    wrong = next(one for one in said if one not in _OK)
    raise Refused if wrong >= _FOR_GOOD else Later


def _answered(smtp: smtplib.SMTP) -> None:
    try:
        status = smtp.getreply()[0]
    except (smtplib.SMTPException, OSError):
        raise Unknown from None
    if status not in _OK:
        raise Refused if status >= _FOR_GOOD else Later


def _dotted(whole: bytes) -> bytes:
    """`whole` as it is sent: a line that is a dot ends it (RFC 5321, 4.5.2)."""
    return whole.replace(b"\r\n.", b"\r\n..") + b".\r\n"


def _for_a_provider(whole: bytes, to: str) -> EmailMultiAlternatives:
    """A mail as a provider's backend takes it, which signs it in the name of its domain."""
    read = message_from_bytes(whole, policy=default)
    text, html = read.get_body(("plain",)), read.get_body(("html",))
    left = {"from", "to", "subject", "mime-version", "content-type", "content-transfer-encoding"}
    headers = {name: str(value) for name, value in read.items() if name.lower() not in left}
    body = text.get_content() if text else ""
    message = EmailMultiAlternatives(str(read["Subject"]), body, str(read["From"]), [to], headers=headers)
    if html:
        message.attach_alternative(html.get_content(), "text/html")
    return message


@contextmanager
def _as_ours() -> Iterator[None]:
    """What a backend raises says what became of the mail: a provider's own refusal, or nobody knows."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - whatever a provider's library raises
        status = getattr(error, "status_code", None) or 0
        if status == _TOO_MANY:
            raise Later from None
        raise Refused if _FOR_GOOD > status >= _FOR_GOOD - 100 else Unknown from None


def _ready(posted: Posted) -> Ready:
    letter, sender = posted.letter, server().sender
    message = EmailMessage(policy=SMTP.clone(utf8=not letter.to.isascii()))
    message["From"], message["To"], message["Subject"] = sender, mailbox(letter.to), letter.subject
    # The same at every try: who is given it twice is shown it once.
    message["Message-ID"] = f"<{posted.ref}@{sender.rpartition('@')[2]}>"
    message["Date"] = formatdate(posted.made.timestamp())
    message["Auto-Submitted"] = "auto-replied" if letter.answers else "auto-generated"
    message.set_content(letter.body, cte="quoted-printable")
    head, _, body = message.as_bytes().partition(b"\r\n\r\n")
    headers: list[tuple[bytes, bytes]] = []
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b": ")
        if line[:1] in b" \t":
            headers[-1] = headers[-1][0], headers[-1][1] + b"\r\n" + line
        else:
            headers.append((name, value))
    return Ready(
        letter.category, "" if letter.answers else sender, letter.to, headers, body, rules.marks_of(letter.body)
    )


def mailbox(address: str) -> str:
    """`address` with its domain as mail servers know it; :class:`Refused` for what would be more than an address."""
    local, _, domain = address.rpartition("@")
    if not local or not address.isprintable() or _UNFIT & set(address):
        raise Refused
    if domain.isascii():
        return address
    try:
        return f"{local}@{validate_email(f'a@{domain}', check_deliverability=False).ascii_domain}"
    except EmailNotValidError:
        raise Refused from None
