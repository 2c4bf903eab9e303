"""Why a table is not released."""

from troth.errors import TrothError


class NotDeclared(TrothError):
    """The statement in force does not let this be released, or not to them."""

    code, status = "sharing.not-declared", 422


class Exposing(TrothError):
    """Beside what was released before, this could expose what one or a few did."""

    code, status = "sharing.exposing", 409


class NotOver(TrothError):
    """The days are not over yet, or not kept whole any more."""

    code, status = "sharing.not-over", 409


class TooFew(TrothError):
    """Too few people are in it for anything to be told."""

    code, status = "sharing.too-few", 409


class BudgetSpent(TrothError):
    """The year's budget for tables with noise does not suffice."""

    code, status = "sharing.budget-spent", 409


class NoNoise(TrothError):
    """OpenDP, which makes the noise, is not installed."""

    code, status = "sharing.no-noise", 500
