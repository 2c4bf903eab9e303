"""What a law wants a statement to say is said: GDPR Art. 13, Taiwan PDPA Art. 8.

Items that the shape of a statement already holds, such as the controller's name, and items that another check
holds, such as a basis for each purpose, are not repeated here; ``docs/findings/README.md`` lists them all.
"""

from collections.abc import Iterator

from troth.statement.checks.fault import Check, Declared, Fault
from troth.statement.frameworks import is_in_eea
from troth.statement.model import Right, Statement

GDPR_RIGHTS: tuple[Right, ...] = ("access", "correct", "erase", "restrict", "object", "portability")
TAIWAN_RIGHTS: tuple[Right, ...] = ("access", "copy", "correct", "erase")
STOPPING: tuple[Right, ...] = ("object", "restrict")


def representative(declared: Declared) -> Iterator[Fault]:
    """GDPR Art. 13(1)(a) with 27: a controller outside the EEA names its representative there."""
    controller = declared.statement.controller
    if _gdpr(declared) and not is_in_eea(controller.country) and controller.representative is None:
        yield Fault(
            "duty-13-1a",
            f"The controller is in {controller.country}, outside the EEA. Name its `representative` there.",
            ("controller",),
        )


def officer(declared: Declared) -> Iterator[Fault]:
    """GDPR Art. 13(1)(b)."""
    if _gdpr(declared) and declared.statement.controller.officer is None:
        yield Fault("duty-13-1b", "No data protection officer can be reached. Name one in `officer`.", ("controller",))


def rights(declared: Declared) -> Iterator[Fault]:
    """GDPR Art. 13(2)(b)."""
    for right in GDPR_RIGHTS:
        if _gdpr(declared) and right not in declared.statement.rights:
            yield Fault(
                "duty-13-2b", f"The right `{right}` is missing. Say in `rights` how a person uses it.", ("rights",)
            )


def withdrawal(declared: Declared) -> Iterator[Fault]:
    """GDPR Art. 13(2)(c): where anything rests on consent."""
    consents = [name for name, purpose in declared.statement.purposes.items() if purpose.basis == "consent"]
    if _gdpr(declared) and consents and "withdraw" not in declared.statement.rights:
        yield Fault(
            "duty-13-2c",
            f"`{consents[0]}` rests on consent. Say under `withdraw` in `rights` how a person takes it back.",
            ("rights",),
        )


def complaint(declared: Declared) -> Iterator[Fault]:
    """GDPR Art. 13(2)(d)."""
    statement = declared.statement
    if _gdpr(declared) and "complain" not in statement.rights:
        yield Fault(
            "duty-13-2d", "The right to complain to an authority is missing. Add `complain` to `rights`.", ("rights",)
        )
    if _gdpr(declared) and (statement.complaints is None or statement.complaints.authority is None):
        yield Fault(
            "duty-13-2d", "No supervisory authority is named. Name it in `complaints.authority`.", ("complaints",)
        )


def consequence(declared: Declared) -> Iterator[Fault]:
    """GDPR Art. 13(2)(e)."""
    for point in _silent_points(declared.statement):
        if _gdpr(declared):
            yield Fault(
                "duty-13-2e",
                f"The point `{point}` requires fields. Say in `without` what happens if a person does not give them.",
                ("collection", point),
            )


def automated_decisions(declared: Declared) -> Iterator[Fault]:
    """GDPR Art. 13(2)(f): they are explained, or there are none."""
    statement = declared.statement
    unsaid = statement.service.automated_decisions is None and "automated-decisions" not in statement.never
    if _gdpr(declared) and unsaid:
        yield Fault(
            "duty-13-2f",
            "Nothing is said about automated decisions. Explain them in "
            "`automated_decisions`, or add `automated-decisions` to `never`.",
            ("service",),
        )


def taiwan_rights(declared: Declared) -> Iterator[Fault]:
    """Taiwan PDPA Art. 8(1)(5) with 3; to stop collection and use is to object or to restrict."""
    given = declared.statement.rights
    missing = [right for right in TAIWAN_RIGHTS if right not in given]
    if not any(right in given for right in STOPPING):
        missing.append("object")
    for right in missing:
        if _taiwan(declared):
            yield Fault(
                "duty-tw-8-5", f"The right `{right}` is missing. Say in `rights` how a person uses it.", ("rights",)
            )


def taiwan_consequence(declared: Declared) -> Iterator[Fault]:
    """Taiwan PDPA Art. 8(1)(6)."""
    for point in _silent_points(declared.statement):
        if _taiwan(declared):
            yield Fault(
                "duty-tw-8-6",
                f"The point `{point}` requires fields. Say in `without` how not giving them affects a person.",
                ("collection", point),
            )


CHECKS: tuple[Check, ...] = (
    representative,
    officer,
    rights,
    withdrawal,
    complaint,
    consequence,
    automated_decisions,
    taiwan_rights,
    taiwan_consequence,
)


def _gdpr(declared: Declared) -> bool:
    return "gdpr" in declared.statement.service.laws


def _taiwan(declared: Declared) -> bool:
    return "tw-pdpa" in declared.statement.service.laws


def _silent_points(statement: Statement) -> list[str]:
    return [name for name, point in statement.collection.items() if point.required and point.without is None]
