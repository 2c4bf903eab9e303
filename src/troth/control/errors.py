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
