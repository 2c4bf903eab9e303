"""Why consent has nothing to show."""

from troth.errors import TrothError


class NoSuchReceipt(TrothError):
    """There is no receipt at this address."""

    code, status = "consent.no-such-receipt", 404


class NotYet(TrothError):
    """The ledger has not given the entry its place yet; it takes a second."""

    code, status = "consent.not-yet", 503


class NoSuchPerson(TrothError):
    """Nothing is held of anybody with this reference."""

    code, status = "consent.no-such-person", 404


class NotOffered(TrothError):
    """The statement in force leaves this to nobody's choice."""

    code, status = "consent.not-offered", 422


class NoTransaction(TrothError):
    """Nothing is held of this submission, or what is added was added to it before."""

    code, status = "consent.no-transaction", 404
