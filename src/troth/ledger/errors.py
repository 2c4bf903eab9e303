"""Facts the ledger states when it refuses."""

from troth.errors import TrothError


class NotStored(TrothError):
    """The store could not keep this."""

    code, status = "ledger.not-stored", 503
    # The store broke off as it was told to keep it: it may have done so nevertheless.
    perhaps = False


class EntryTooLarge(TrothError):
    """An entry of the ledger has at most 65,535 bytes."""

    code, status = "ledger.entry-too-large", 413


class NotInLog(TrothError):
    """The log has published nothing under this name."""

    code, status = "ledger.not-in-log", 404


class NoteRefused(TrothError):
    """A signed note is not well-formed, or the signature that counts does not hold."""

    code, status = "ledger.note-refused", 422


class KeyUnusable(TrothError):
    """The key that signs the ledger is missing, not well-formed, or of another installation."""

    code, status = "ledger.key-unusable", 500


class LedgerDamaged(TrothError):
    """The stored ledger contradicts its last checkpoint, so nothing is signed on top of it."""

    code, status = "ledger.damaged", 500


class NotContinued(TrothError):
    """A log does not go on from where a backup ends."""

    code, status = "ledger.not-continued", 409
