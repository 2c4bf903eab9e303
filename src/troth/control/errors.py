"""Why the room refuses."""

from troth.errors import TrothError


class NotAsked(TrothError):
    """Nobody can ask for this, or it cannot be answered so."""

    code, status = "control.not-asked", 422


class NoSuchRequest(TrothError):
    """There is no request with this reference."""

    code, status = "control.no-such-request", 404


class AlreadyAnswered(TrothError):
    """The request is answered, or cannot take longer."""

    code, status = "control.already-answered", 409


class TooManyOpen(TrothError):
    """As many requests of one person wait for an answer as can be taken."""

    code, status = "control.too-many-open", 429


class NoSuchExport(TrothError):
    """The person has no package at this address."""

    code, status = "control.no-such-export", 404


class ExportOver(TrothError):
    """The package is not kept any more."""

    code, status = "control.export-over", 410


class NoSuchEntry(TrothError):
    """The ledger has no entry about the person under this address."""

    code, status = "control.no-such-entry", 404
