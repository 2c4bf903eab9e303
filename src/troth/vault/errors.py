"""Why the vault refuses."""

from troth.errors import TrothError


class KeyMissing(TrothError):
    """A key that this installation needs cannot be read."""

    code, status = "vault.key-missing", 500


class ForeignKey(TrothError):
    """A key does not belong to this installation."""

    code, status = "vault.foreign-key", 500


class NotTogether(TrothError):
    """The rows and the persons' keys are not parts of one whole."""

    code, status = "vault.not-together", 500


class Erased(TrothError):
    """The person's key was destroyed; what it sealed cannot be read by anyone."""

    code, status = "vault.erased", 410


class Altered(TrothError):
    """A sealed value does not open in its place: it was changed or moved."""

    code, status = "vault.altered", 500


class NotKept(TrothError):
    """The disk cannot keep a file."""

    code, status = "vault.not-kept", 503


class NoSuchPerson(TrothError):
    """Nothing is held of anybody with this reference or address."""

    code, status = "vault.no-such-person", 404


class Rotating(TrothError):
    """The key-encryption key is being exchanged for another one."""

    code, status = "vault.rotating", 409


class NoSuchValue(TrothError):
    """Nothing of this person is held in this place."""

    code, status = "vault.no-such-value", 404


class ChangedSince(TrothError):
    """The value is not the one that was looked at: it was corrected meanwhile."""

    code, status = "vault.changed-since", 409


class AddressTaken(TrothError):
    """The address finds somebody else already."""

    code, status = "vault.address-taken", 409
