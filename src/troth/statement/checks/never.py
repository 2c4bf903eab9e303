"""No other section does what `never` excludes."""

from collections.abc import Iterator

from troth.statement.checks.fault import Check, Declared, Fault
from troth.statement.finding import Place
from troth.statement.terms import is_a

SALES = ("sell", "rent", "lease")
SALE_TERMS = ("dpv:SellDataToThirdParties", "dpv:SellInsightsFromData")
CARD_NUMBER = "pd:PaymentCardNumber"


def sales(declared: Declared) -> Iterator[Fault]:
    """Where nothing is sold, rented or leased, nobody gives anything in return."""
    statement = declared.statement
    promised = [word for word in SALES if word in statement.never]
    for name, recipient in statement.recipients.items():
        if promised and recipient.consideration is not None:
            yield _contradicted(
                promised[0], f"the recipient `{name}` gives something in return", ("recipients", name, "consideration")
            )
    for name, purpose in statement.purposes.items():
        if promised and any(is_a(purpose.term, term) for term in SALE_TERMS):
            yield _contradicted(promised[0], f"the purpose `{name}` is a sale", ("purposes", name, "term"))


def automated_decisions(declared: Declared) -> Iterator[Fault]:
    """Where nothing is decided by machine, none of it is explained."""
    statement = declared.statement
    if "automated-decisions" in statement.never and statement.service.automated_decisions is not None:
        yield _contradicted(
            "automated-decisions", "`service` describes such decisions", ("service", "automated_decisions")
        )


def card_numbers(declared: Declared) -> Iterator[Fault]:
    """Where no card number is stored, none is typed in: a payment reference stands for it."""
    statement = declared.statement
    for name, datum in statement.data.items():
        stored = is_a(datum.term, CARD_NUMBER) and datum.input != "payment-reference"
        if "store-card-numbers" in statement.never and stored:
            yield _contradicted(
                "store-card-numbers",
                f"`{name}` takes a card number as {datum.input} and not as payment-reference",
                ("data", name, "input"),
            )


def third_party_cookies(declared: Declared) -> Iterator[Fault]:
    """Where no third party sets cookies, every cookie is the site's own."""
    statement = declared.statement
    for name, cookie in statement.cookies.items():
        if "third-party-cookies" in statement.never and cookie.host != "self":
            yield _contradicted(
                "third-party-cookies", f"the cookie `{name}` belongs to {cookie.host}", ("cookies", name, "host")
            )


CHECKS: tuple[Check, ...] = (sales, automated_decisions, card_numbers, third_party_cookies)


def _contradicted(word: str, fact: str, place: Place) -> Fault:
    return Fault("never-contradicted", f"`never` has `{word}`, but {fact}. Change one of the two.", place)
