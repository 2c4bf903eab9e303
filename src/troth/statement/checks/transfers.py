"""Nothing goes to another country but under a safeguard that holds today: GDPR Art. 44 to 49."""

from collections.abc import Iterator

from troth.statement.checks.fault import Check, Declared, Fault
from troth.statement.frameworks import Standing, frameworks, standing


def lapsed_safeguards(declared: Declared) -> Iterator[Fault]:
    """The framework that a transfer relies on is in force."""
    for country, stands in _standings(declared):
        safeguard = declared.statement.transfers[country].safeguard
        if stands == "lapsed":
            yield Fault(
                "safeguard-lapsed",
                f"`{safeguard}` does not hold for {country} today ({_sources(safeguard)}). "
                "Put another safeguard in its place or stop the transfer.",
                ("transfers", country, "safeguard"),
            )


def unfit_safeguards(declared: Declared) -> Iterator[Fault]:
    """The framework reaches this country, is open to this controller and to the recipients there."""
    for country, stands in _standings(declared):
        safeguard = declared.statement.transfers[country].safeguard
        if stands == "unfit":
            yield Fault(
                "safeguard-unfit",
                f"`{safeguard}` does not cover what a controller in "
                f"{declared.statement.controller.country} sends to the recipients in {country}. "
                "Put another safeguard in its place or stop the transfer.",
                ("transfers", country, "safeguard"),
            )


def out_of_date(declared: Declared) -> Iterator[Fault]:
    """A transfer's own dates include today; `valid_to` is its last day."""
    for country, transfer in declared.statement.transfers.items():
        if declared.today < transfer.valid_from:
            yield Fault(
                "transfer-out-of-date",
                f"The safeguard for {country} is valid from {transfer.valid_from} only. Send nothing there before.",
                ("transfers", country, "valid_from"),
            )
        if transfer.valid_to and transfer.valid_to < declared.today:
            yield Fault(
                "transfer-out-of-date",
                f"The safeguard for {country} was valid until {transfer.valid_to}. Renew it or stop the transfer.",
                ("transfers", country, "valid_to"),
            )


def without_reason(declared: Declared) -> Iterator[Fault]:
    """What cannot be objected to says why."""
    for country, transfer in declared.statement.transfers.items():
        if transfer.essential and not transfer.reason:
            yield Fault(
                "transfer-without-reason",
                f"The transfer to {country} is called essential. Say why in `reason`, or let people object to it.",
                ("transfers", country, "essential"),
            )


CHECKS: tuple[Check, ...] = (lapsed_safeguards, unfit_safeguards, out_of_date, without_reason)


def _standings(declared: Declared) -> Iterator[tuple[str, Standing]]:
    statement = declared.statement
    for country, transfer in statement.transfers.items():
        kinds = {one.kind for one in statement.recipients.values() if one.country == country} or {"affiliate"}
        found = {
            standing(transfer.safeguard, country, exporter=statement.controller.country, kind=kind, on=declared.today)
            for kind in kinds
        }
        for stands in found:
            yield country, stands


def _sources(safeguard: str) -> str:
    ended = [one.source for one in frameworks() if one.safeguard == safeguard and one.until]
    return "; ".join(ended) or "its decision is not in force"
