"""The one place from which mail leaves: each is held against its class, signed, and handed to a mail server.

That is SMTP over TLS, unless the server is this machine; or whatever Django's mail backend of a provider does.
"""

import os
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from typing import Any, Final, cast

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
_TOO_MANY: Final = 429


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
    be handed over now. An address with other than ASCII before its `@` needs a mail server that knows RFC 6531. None
    other is given the mail: whatever it made of the address would be another mailbox.
    """
    rules.insist_on_class(ready.category, ready.marks)
    to = _mailbox(ready.to)
    ready = ready._replace(
        headers=[(b"To", to.encode()) if name == b"To" else (name, one) for name, one in ready.headers]
    )
    if server().backend:
        _give(ready, to, over)
        return
    signs = signer()
    if ready.category == rules.PROMOTIONAL:
        rules.insist_on_end(ends=ready.ends, signed=signs is not None)
    above = signs.header(ready.headers, ready.body) + b"\r\n" if signs else b""
    over.open()
    _hand_over(cast("smtplib.SMTP", over.connection), ready.sender, to, above + plain(ready.headers, ready.body))


def _hand_over(smtp: smtplib.SMTP, sender: str, to: str, whole: bytes) -> None:
    smtp.ehlo_or_helo_if_needed()
    options = []
    if not to.isascii():
        if not smtp.has_extn("smtputf8"):
            raise Refused
        options = ["SMTPUTF8", "BODY=8BITMIME"]
        smtp.command_encoding = "utf-8"
    try:
        status, said = smtp.mail(sender, options)
        if status not in _OK:
            raise smtplib.SMTPSenderRefused(status, said, sender)
        _insist(smtp, smtp.rcpt(to)[0])
        status = smtp.docmd("DATA")[0]
        if status != _GO_ON:
            _insist(smtp, status)
            raise Later
    finally:
        smtp.command_encoding = "ascii"
    # Cut off before its last line, a mail is none. From there on nobody knows until the server has answered.
    smtp.send(_dotted(whole))
    try:
        status = smtp.getreply()[0]
    except (smtplib.SMTPException, OSError):
        raise Unknown from None
    if status not in _OK:
        raise Refused if status >= _FOR_GOOD else Later


def _insist(smtp: smtplib.SMTP, status: int) -> None:
    """Goes on if the server takes what it was told; its words would name whom it was for."""
    if status in _OK:
        return
    if status in (-1, 421):
        message = "The mail server ended the conversation."
        raise smtplib.SMTPServerDisconnected(message)
    smtp.rset()
    raise Refused if status >= _FOR_GOOD else Later


def _dotted(whole: bytes) -> bytes:
    """`whole` as it is sent: a line that is a dot ends it (RFC 5321, 4.5.2)."""
    return whole.replace(b"\r\n.", b"\r\n..") + b".\r\n"


def _give(ready: Ready, to: str, over: Any) -> None:
    """Gives a mail to the provider's backend, which signs it in the name of its domain."""
    from email import message_from_bytes, policy  # noqa: PLC0415 - only with a provider

    read = message_from_bytes(plain(ready.headers, ready.body), policy=policy.default)
    text, html = read.get_body(("plain",)), read.get_body(("html",))
    left = {"from", "to", "subject", "mime-version", "content-type", "content-transfer-encoding"}
    headers = {name: str(value) for name, value in read.items() if name.lower() not in left}
    message = EmailMultiAlternatives(
        str(read["Subject"]), text.get_content() if text else "", str(read["From"]), [to], connection=over,
        headers=headers,
    )  # fmt: skip
    if html:
        message.attach_alternative(html.get_content(), "text/html")
    with _as_ours():
        message.send()


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
    message["From"], message["To"], message["Subject"] = sender, _mailbox(letter.to), letter.subject
    # The same at every try: who is given it twice is shown it once.
    message["Message-ID"] = f"<{posted.ref}@{sender.rpartition('@')[2]}>"
    message["Date"] = formatdate(posted.made.timestamp())
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.body, cte="quoted-printable")
    head, _, body = message.as_bytes().partition(b"\r\n\r\n")
    headers: list[tuple[bytes, bytes]] = []
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b": ")
        if line[:1] in b" \t":
            headers[-1] = headers[-1][0], headers[-1][1] + b"\r\n" + line
        else:
            headers.append((name, value))
    return Ready(letter.category, sender, letter.to, headers, body, rules.marks_of(letter.body))


def _mailbox(address: str) -> str:
    """`address` with its domain as mail servers know it; :class:`Refused` for what would be more than an address."""
    local, _, domain = address.rpartition("@")
    if not local or not address.isprintable() or " " in domain:
        raise Refused
    if domain.isascii():
        return address
    try:
        return f"{local}@{validate_email(f'a@{domain}', check_deliverability=False).ascii_domain}"
    except EmailNotValidError:
        raise Refused from None
