"""SMTP: a letter is handed to the mail server, over TLS unless that server is this machine."""

import os
import smtplib
from email.utils import formatdate
from typing import Any, Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

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
    """Hands over one letter; raises :class:`Refused`, or what smtplib raises when it may do later."""
    letter = posted.letter
    sender = server().sender
    headers = {
        # The same at every try: who is given it twice is shown it once.
        "Message-ID": f"<{posted.ref}@{sender.rpartition('@')[2]}>",
        "Date": formatdate(posted.made.timestamp()),
        "Auto-Submitted": "auto-generated",
    }
    message = EmailMessage(letter.subject, letter.body, sender, [letter.to], headers=headers, connection=over)
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        if all(status >= _FOR_GOOD for status, _ in error.recipients.values()):
            raise Refused from None  # its words would name whom it was for
        raise
