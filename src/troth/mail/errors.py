"""Why a letter cannot be sent or shown."""

from troth.errors import TrothError


class NotSetUp(TrothError):
    """The installation names no mail server."""

    code, status = "mail.not-set-up", 503


class PasswordMissing(TrothError):
    """The password for the mail server cannot be read."""

    code, status = "mail.password-missing", 500


class NotShown(TrothError):
    """Letters are shown on the machine itself only, where none are sent."""

    code, status = "mail.not-shown", 403


class Waiting(TrothError):
    """Letters wait, and the mail server does not take them."""

    code, status = "mail.waiting", 503
