"""Asks of a statement whether it can be kept: whole, free of contradiction, and lawful on a given day.

In comes what the loader read; out come findings, each with its code, its place, and what to do next. The
checks are pure and share nothing: a concern is a module, a check a small generator in its list.
"""

from datetime import date

from troth.statement.checks import (
    bases,
    children,
    cookies,
    duties,
    languages,
    names,
    never,
    recipients,
    transfers,
    words,
)
from troth.statement.checks.blanks import blanks
from troth.statement.checks.codes import CODES
from troth.statement.checks.fault import Check, Declared, Fault
from troth.statement.finding import Finding
from troth.statement.loader import Loaded

__all__ = ["CHECKS", "CODES", "check"]

CHECKS: tuple[Check, ...] = (
    *names.CHECKS,
    *words.CHECKS,
    *bases.CHECKS,
    *recipients.CHECKS,
    *transfers.CHECKS,
    *duties.CHECKS,
    *never.CHECKS,
    *cookies.CHECKS,
    *languages.CHECKS,
    *children.CHECKS,
)


def check(loaded: Loaded, *, today: date) -> list[Finding]:
    """What the loader found, then what the checks find on the day `today`, in the order of the file.

    Blanks are found even where the shape does not hold; everything else needs a whole statement.
    """
    faults = list(blanks(loaded.plain))
    if loaded.statement is not None:
        declared = Declared(loaded.statement, today)
        faults += [fault for one in CHECKS for fault in one(declared)]
    found = sorted((_finding(fault, loaded) for fault in faults), key=lambda one: (one.where, one.code, one.message))
    return [*loaded.findings, *found]


def _finding(fault: Fault, loaded: Loaded) -> Finding:
    return Finding(fault.code, fault.message, fault.place, loaded.where(fault.place), CODES[fault.code].severity)
