"""Why a letter cannot be sent or shown, and why an issue cannot go to many."""

from troth.errors import TrothError


class NotSetUp(TrothError):
    """The installation names no mail server."""

    code, status = "mail.not-set-up", 503


class PasswordMissing(TrothError):
    """The password for the mail server cannot be read."""

    code, status = "mail.password-missing", 500


class KeyUnusable(TrothError):
    """The key that signs mail is missing, or cannot be used."""

    code, status = "mail.key-unusable", 500


class NotShown(TrothError):
    """Letters are shown on the machine itself only, where none are sent."""

    code, status = "mail.not-shown", 403


class Waiting(TrothError):
    """Letters wait, and the mail server does not take them."""

    code, status = "mail.waiting", 503


class Malformed(TrothError):
    """The file of an issue cannot be read."""

    code, status = "mail.malformed", 422


class NotDeclared(TrothError):
    """The statement in force declares no such mail, or not for this."""

    code, status = "mail.not-declared", 422


class LanguageMissing(TrothError):
    """An issue lacks words in a language of the statement."""

    code, status = "mail.language-missing", 422


class NotOfItsClass(TrothError):
    """A mail carries what its class may not carry: promotion or tracking in what nobody can refuse."""

    code, status = "mail.not-of-its-class", 422


class RemoteContent(TrothError):
    """A mail would fetch something from elsewhere when it is opened."""

    code, status = "mail.remote-content", 422


class NoSuchIssue(TrothError):
    """There is no issue with this reference."""

    code, status = "mail.no-such-issue", 404


class NotNow(TrothError):
    """An issue is not in the state in which this can be done."""

    code, status = "mail.not-now", 409


class TokenRefused(TrothError):
    """An address out of a mail is not whole, or was not made here."""

    code, status = "mail.token-refused", 404


class TokenOver(TrothError):
    """An address out of a mail has had its time, or something else was said since."""

    code, status = "mail.token-over", 409
