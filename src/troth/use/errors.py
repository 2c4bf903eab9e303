"""Why a use is refused."""

from troth.errors import TrothError


class Refused(TrothError):
    """The statement, what the person said, or the day does not allow this use."""

    code, status = "use.refused", 403


class TokenRefused(TrothError):
    """The request carries no token, or none that is known here, is in force and covers this."""

    code, status = "use.token-refused", 401


class NotCovered(TrothError):
    """The token does not name this purpose, or is another recipient's."""

    code, status = "use.not-covered", 403


class NotDeclared(TrothError):
    """The statement in force declares no such purpose or recipient."""

    code, status = "use.not-declared", 422


class NoSuchToken(TrothError):
    """There is no token in force with this reference."""

    code, status = "use.no-such-token", 404


class Malformed(TrothError):
    """The question is not one that this door understands."""

    code, status = "use.malformed", 422
