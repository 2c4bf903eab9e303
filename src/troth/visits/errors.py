"""Why a beacon is not taken. Of one that is taken nobody is told what became of it: it is counted."""

from troth.errors import TrothError


class WrongOrigin(TrothError):
    """The beacon was not sent from a page of this site."""

    code, status = "visits.wrong-origin", 403


class WrongType(TrothError):
    """The beacon is not of a type that is taken here."""

    code, status = "visits.wrong-type", 415


class TooLarge(TrothError):
    """The beacon is larger than any can be."""

    code, status = "visits.too-large", 413
