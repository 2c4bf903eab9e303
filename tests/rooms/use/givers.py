"""People who gave something to the installation of a test, without its doors."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import time_machine
from django.conf import settings

from tests.support.site import EXAMPLES
from troth.collection.actions import Accepted, submit
from troth.collection.reads import asking
from troth.collection.rules import Given
from troth.statement import actions
from troth.statement.reads import succession
from troth.vault.rules import new_ref

SERVICE = "infortrend"
AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
Gives = Callable[..., Accepted]


def address() -> str:
    """An address nobody has used before."""
    return f"{new_ref(AT)}@example.com"


def give(point: str, at: datetime = AT, choices: tuple[str, ...] = (), **fields: str) -> Accepted:
    """Submits at a point: whoever has the address among `fields` gives them and says yes to `choices`."""
    shown = asking(SERVICE, point, "en", at)
    aged = {"born": "1980-02-29", "residence": "TW"} if shown.version.statement.collection[point].age else {}
    given = Given(point, fields, {}, dict.fromkeys(choices, True), "en", shown.digest, **aged)
    with time_machine.travel(at, tick=False):
        return submit(lambda _: (given, shown), {})


def order(gives: Gives) -> Accepted:
    """Somebody orders."""
    fields = {"name": "Lin", "company": "Example", "work-address": "1 Example Road", "country": "TW"}
    return gives("order", product="EonStor", quantity="1", email=address(), **fields)


def publish() -> None:
    """Publishes the first example, unless it is in force."""
    assert settings.TROTH_SERVICE == SERVICE
    if not succession(SERVICE, AT).newest:
        source = (EXAMPLES / SERVICE / "statement.yaml").read_bytes()
        actions.publish(source, effective=date(2026, 11, 1), at=datetime(2026, 10, 1, tzinfo=UTC))


def later(**length: int) -> datetime:
    """The time so much later."""
    return AT + timedelta(**length)
