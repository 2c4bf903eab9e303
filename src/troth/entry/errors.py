"""Errors of the doors themselves."""

from troth.errors import TrothError


class NotFound(TrothError):
    """There is no such page."""

    code, status = "entry.not-found", 404


class NotAllowed(TrothError):
    """The address does not take this method."""

    code, status = "entry.not-allowed", 405


class LengthRequired(TrothError):
    """The request does not say how long it is."""

    code, status = "entry.length-required", 411


class Crowded(TrothError):
    """More requests are arriving at once than there are places for."""

    code, status = "entry.crowded", 503


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
    """The server would be reachable without encryption, or its figures from outside."""

    code, status = "entry.unsafe", 500


class NotDurable(TrothError):
    """The database acknowledges what it has not stored yet."""

    code, status = "entry.not-durable", 500


class Taken(TrothError):
    """Another server works on this directory."""

    code, status = "entry.taken", 409


class Unwritable(TrothError):
    """The installation's directory cannot be written."""

    code, status = "entry.unwritable", 500


class NewerStore(TrothError):
    """A newer release of troth has worked on this database."""

    code, status = "entry.newer-store", 409


class NotReady(TrothError):
    """The server runs and cannot take anything now."""

    code, status = "entry.not-ready", 503


class Stuck(TrothError):
    """Entries wait for their place in the ledger, and are not placed."""

    code, status = "entry.stuck", 503


class Overdue(TrothError):
    """Something is still held whose time is over."""

    code, status = "entry.overdue", 500


class ClockLeapt(TrothError):
    """The clock was set far ahead while the server ran, so nothing is ended by it."""

    code, status = "entry.clock-leapt", 500


class DiskLow(TrothError):
    """The disk is almost full."""

    code, status = "entry.disk-low", 507


class Occupied(TrothError):
    """The directory already holds an installation."""

    code, status = "entry.occupied", 409


class NotABackup(TrothError):
    """There is no whole backup in this directory."""

    code, status = "entry.not-a-backup", 422


class ForeignBackup(TrothError):
    """The backup is of another installation."""

    code, status = "entry.foreign-backup", 409


class AlteredBackup(TrothError):
    """The backup is not what it was when it was made."""

    code, status = "entry.altered-backup", 422


class LaterUnknown(TrothError):
    """Nothing tells what happened after the backup was made."""

    code, status = "entry.later-unknown", 409


class NotRestored(TrothError):
    """A backup is being put back, or that was cut short."""

    code, status = "entry.not-restored", 409
