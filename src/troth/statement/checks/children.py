"""It is said from which age people may use the service, and the law of each country is not undercut: GDPR Art. 8."""

from collections.abc import Iterator

from troth.statement.ages import consent_age
from troth.statement.checks.fault import Check, Declared, Fault

GROWN_UP = 18


def age_missing(declared: Declared) -> Iterator[Fault]:
    """A statement says its minimum age and what it does about children."""
    statement = declared.statement
    if statement.service.minimum_age is None:
        yield Fault(
            "children-age-missing",
            "The service has no `minimum_age`. Give it in full years, 0 if there is none.",
            ("service",),
        )
    if statement.children is None:
        yield Fault(
            "children-age-missing",
            "The section `children` is missing. Say there how children are protected.",
            ("service",),
        )


def not_asked(declared: Declared) -> Iterator[Fault]:
    """Where everyone may be asked for consent, somebody asks how old they are."""
    statement = declared.statement
    service, points = statement.service, statement.collection
    offered = any(point.choices for point in points.values())
    asked = any(point.age for point in points.values())
    if service.audience == "general" and service.minimum_age and offered and not asked:
        yield Fault(
            "children-not-asked",
            f"The minimum age is {service.minimum_age} and consent is asked of a general "
            "audience, but no point asks for the age. Set `age: true` where choices are offered.",
            ("service", "minimum_age"),
        )


def shut_out(declared: Declared) -> Iterator[Fault]:
    """A service for children admits children, who are below eighteen: Convention on the Rights of the Child Art. 1."""
    service = declared.statement.service
    if service.audience == "children" and (service.minimum_age or 0) >= GROWN_UP:
        yield Fault(
            "children-shut-out",
            f"The service is for children, but its minimum age is {service.minimum_age}. "
            "Lower the age or change `audience`.",
            ("service", "minimum_age"),
        )


def thresholds_low(declared: Declared) -> Iterator[Fault]:
    """A threshold is at least what the country's law has today."""
    children = declared.statement.children
    for country, age in children.thresholds.items() if children else ():
        law = consent_age(country, declared.today)
        if age < law:
            yield Fault(
                "children-threshold-low",
                f"The threshold for {country} is {age}, but the law there has {law}. Raise it or leave it out.",
                ("children", "thresholds", country),
            )


CHECKS: tuple[Check, ...] = (age_missing, not_asked, shut_out, thresholds_low)
