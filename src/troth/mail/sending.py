"""SMTP: a letter is handed to the mail server, over TLS unless that server is this machine."""

import os
import smtplib
from email.message import EmailMessage
from email.utils import formatdate
from typing import Any, Final, cast

from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend
from email_validator import validate_email

from troth.ledger.secret import secret_in
from troth.mail.actions import Posted
from troth.mail.errors import NotSetUp, PasswordMissing

PASSWORD_FILE: Final = "mail.password"  # noqa: S105 - where it is
FROM_ENVIRONMENT: Final = "TROTH_MAIL_PASSWORD"
_PATIENCE: Final = 20
_FOR_GOOD: Final = 500


class Refused(Exception):
    """The mail server will never take this letter."""


def password() -> str:
    """The password of `[mail] user`, from the environment or its file."""
    given = os.environ.get(FROM_ENVIRONMENT)
    return given or secret_in(settings.TROTH_KEYS_DIR / PASSWORD_FILE, PasswordMissing)


def server() -> Any:
    """The mail server that `[mail]` names."""
    if settings.TROTH_MAIL is None:
        message = "No mail can be sent from here yet, so nobody can sign in by code. Whoever runs this site knows how."
        raise NotSetUp(message)
    return settings.TROTH_MAIL


def connection() -> EmailBackend:
    """A connection to the mail server that `[mail]` names; opened with its first letter."""
    mail = server()
    return EmailBackend(
        host=mail.host,
        port=mail.port,
        username=mail.user,
        password=password() if mail.user else "",
        use_tls=mail.security == "starttls",
        use_ssl=mail.security == "tls",
        timeout=_PATIENCE,
    )


def send(posted: Posted, over: EmailBackend) -> None:
    """Hands over one letter; raises :class:`Refused`, or what smtplib raises when it may do later.

    An address with other than ASCII before its `@` needs a mail server that knows RFC 6531. None other is given the
    letter: whatever it made of the address would be another mailbox.
    """
    over.open()
    smtp = cast("smtplib.SMTP", over.connection)
    to = _mailbox(posted.letter.to)
    try:
        smtp.send_message(_message(posted, to), to_addrs=[to])
    except smtplib.SMTPRecipientsRefused as error:
        if all(status >= _FOR_GOOD for status, _ in error.recipients.values()):
            raise Refused from None  # its words would name whom it was for
        raise
    except smtplib.SMTPNotSupportedError:
        raise Refused from None


def _message(posted: Posted, to: str) -> EmailMessage:
    sender = server().sender
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, posted.letter.subject
    # The same at every try: who is given it twice is shown it once.
    message["Message-ID"] = f"<{posted.ref}@{sender.rpartition('@')[2]}>"
    message["Date"] = formatdate(posted.made.timestamp())
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(posted.letter.body)
    return message


def _mailbox(address: str) -> str:
    """`address` with its domain as mail servers know it."""
    local, _, domain = address.rpartition("@")
    if domain.isascii():
        return address
    return f"{local}@{validate_email(f'a@{domain}', check_deliverability=False).ascii_domain}"
