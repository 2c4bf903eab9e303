"""Why nothing can be announced."""

from troth.errors import TrothError


class NoLetter(TrothError):
    """The statement promises letters about changes, and declares no mail of the class `change` for them."""

    code, status = "desk.no-letter", 409
