"""Why a mail is not taken."""

from troth.errors import TrothError


class Unreadable(TrothError):
    """The mail is made to cost whoever reads it: too large, too deep, of too many parts or headers."""

    code, status = "mail.unreadable", 422


class MailboxClosed(TrothError):
    """The mailbox that is looked into does not let us in."""

    code, status = "mail.mailbox-closed", 503
