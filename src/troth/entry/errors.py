"""Errors of the doors themselves."""

from troth.errors import TrothError


class NotFound(TrothError):
    """There is no such page."""

    code, status = "entry.not-found", 404


class NotAllowed(TrothError):
    """The address does not take this method."""

    code, status = "entry.not-allowed", 405


class Unexpected(TrothError):
    """Something broke on our side."""

    code, status = "entry.unexpected", 500


class Unreadable(TrothError):
    """The store cannot be read."""

    code, status = "entry.unreadable", 500


class PortTaken(TrothError):
    """Somebody listens on this port already."""

    code, status = "entry.port-taken", 409


class Unfit(TrothError):
    """What the installation is to be made from does not fit."""

    code, status = "entry.unfit", 422


class Unsafe(TrothError):
    """The server would be reachable without encryption."""

    code, status = "entry.unsafe", 500


class Occupied(TrothError):
    """The directory already holds an installation."""

    code, status = "entry.occupied", 409
