"""Why somebody is not let in."""

from troth.errors import TrothError


class NotAnAddress(TrothError):
    """What was typed is no e-mail address."""

    code, status = "control.not-an-address", 422


class TooOften(TrothError):
    """This was tried too often for one address, or from one place."""

    code, status = "control.too-often", 429
    retry_after = 0


class WrongCode(TrothError):
    """The code is not the one that was sent for this form."""

    code, status = "control.wrong-code", 403


class CodeOver(TrothError):
    """The code was used already, or its time or its tries are over."""

    code, status = "control.code-over", 403


class WrongPassword(TrothError):
    """Address and password do not belong together."""

    code, status = "control.wrong-password", 403


class WeakPassword(TrothError):
    """Others would guess this password soon, or it is too short or too long."""

    code, status = "control.weak-password", 422


class PasskeyRefused(TrothError):
    """The passkey could not be verified."""

    code, status = "control.passkey-refused", 403


class NothingThere(TrothError):
    """There is no such session, passkey or password of this person."""

    code, status = "control.nothing-there", 404


class Foreign(TrothError):
    """The form was not made for this browser."""

    code, status = "control.foreign", 403


class AddressStays(TrothError):
    """The address that a person is found by is not put right like another value."""

    code, status = "control.address-stays", 409


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


class LinkOver(TrothError):
    """What this link confirms was confirmed or answered already, or its time is over."""

    code, status = "control.link-over", 410
