"""Why consent has nothing to show."""

from troth.errors import TrothError


class NoSuchReceipt(TrothError):
    """There is no receipt at this address."""

    code, status = "consent.no-such-receipt", 404


class NotYet(TrothError):
    """The ledger has not given the entry its place yet; it takes a second."""

    code, status = "consent.not-yet", 503
