"""What a person may wish apart from any submission, and whether the statement leaves it to them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple, get_args

from troth.ledger.rules import JSON
from troth.statement.compile import Compiled

Kind = Literal["consent", "objection", "restriction", "acceptance", "age"]
KINDS: Final = get_args(Kind)
_OLDEST: Final = 130


@dataclass(frozen=True)
class Wish:
    """One wish, `given` or taken back.

    ``consent``: about an offer, ``PURPOSE`` or ``PURPOSE.RECIPIENT``. ``objection``: about ``purpose.X``,
    ``recipient.X`` or ``transfer.CC``. ``restriction``: about everything (GDPR Art. 18). ``acceptance``: of the
    version `number` for what was given before it; if not given, an objection to it. ``age``: that the person is
    `number` years old or more, or, if not given, younger.
    """

    kind: Kind
    given: bool
    about: str = ""
    number: int = 0


class Spoken(NamedTuple):
    """Everything that one person said to one service: which records they made, what they chose there, and their wishes.

    `agreements`: ``(record, point, version, at)``. `choices`: ``(number, record, offer, given)``. `wishes`:
    ``(follows, number, wish, version, at)``, both in the order in which they were said. `supplements`: ``(reference,
    record)``, what was added to a record from elsewhere, and under which reference it is held.
    """

    agreements: list[tuple[str, str, int, datetime]]
    choices: list[tuple[int, str, str, bool]]
    wishes: list[tuple[int, int, Wish, int, datetime]]
    supplements: Sequence[tuple[str, str]] = ()


def not_offered(wish: Wish, compiled: Compiled, newest: int) -> str:
    """Why the statement does not leave `wish` to the person, as the clause that it is about; empty when it does."""
    match wish.kind:
        case "consent":
            return "" if wish.about in offers(compiled) else "consent.withdraw"
        case "objection":
            return "" if wish.about in objections(compiled) else "rights"
        case "acceptance":
            return "" if 1 <= wish.number <= newest else "changes.versions"
        case "age":
            return "" if 1 <= wish.number <= _OLDEST else "children"
        case "restriction":
            return ""


def offers(compiled: Compiled) -> frozenset[str]:
    """Every choice that a person has: a purpose that rests on consent, or each of its recipients."""
    found: set[str] = set()
    for name in compiled.purposes.names(compiled.consent):
        if compiled.purposes.bit(name) & compiled.per_recipient:
            found.update(f"{name}.{party}" for party in compiled.recipients.names(compiled.recipients_for[name]))
        else:
            found.add(name)
    return frozenset(found)


def objections(compiled: Compiled) -> frozenset[str]:
    """Everything that a person may object to: GDPR Art. 21(1), and transfers that are not essential."""
    optional = {code for code, transfer in compiled.transfers.items() if not transfer.essential} - compiled.home
    found = {f"purpose.{name}" for name in compiled.purposes.names(compiled.objectable)}
    found.update(f"transfer.{code}" for code in optional)
    found.update(f"recipient.{name}" for name, party in compiled.parties.items() if party.country in optional)
    return frozenset(found)


def facts(wish: Any, *, service: str, version: int, by: str, follows: int) -> dict[str, JSON]:
    """What the entry of a wish says in clear: never whose it is."""
    said: dict[str, JSON] = {"wish": wish.kind, "of": wish.about, "given": wish.given, "number": wish.number}
    return {**said, "service": service, "version": version, "by": by, "follows": follows}
