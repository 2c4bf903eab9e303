"""Why a choice about what is kept in the browser is not taken, or not found."""

from troth.errors import TrothError


class Foreign(TrothError):
    """The choice was not made on this site, nor on one that it names."""

    code, status = "cookies.foreign", 403


class Malformed(TrothError):
    """What was sent is not a choice."""

    code, status = "cookies.malformed", 400


class NotAsked(TrothError):
    """The statement asks visitors about no such purpose."""

    code, status = "cookies.not-asked", 422


class NotShown(TrothError):
    """What was chosen about is not what is asked now."""

    code, status = "cookies.not-shown", 409


class NoSuchChoice(TrothError):
    """No choice is recorded under this reference."""

    code, status = "cookies.no-such-choice", 404


class NotYet(TrothError):
    """The ledger has not given the entry of the choice its place yet."""

    code, status = "cookies.not-yet", 503
