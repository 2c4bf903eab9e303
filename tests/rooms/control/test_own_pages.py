"""A person's pages ask the store as often for much as for little, and who had a value is told that it was put right."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.rooms.use import givers
from troth import clock
from troth.control import correcting, sessions, telling
from troth.control.actions import forget
from troth.control.door import COOKIE
from troth.control.models import ToTell
from troth.control.rules import Device
from troth.ledger.actions import sequence
from troth.use.actions import open_values
from troth.use.gates import Wanted
from troth.vault.reads import lasting

QUOTE = {
    "name": "Lin Mei-Hua", "company": "Example", "country": "TW", "product": "EonStor", "quantity": "3",
    "message": "It began on Monday.",
}  # fmt: skip
AGENT = Device("Firefox", "Linux")


@pytest.fixture
def site(installation: object) -> None:  # noqa: ARG001 - where it is given
    """The statement of the example is in force."""
    givers.publish()


def gave(times: int) -> tuple[str, str]:
    """Somebody who asked for a quote so often, and their address."""
    address, now = givers.address(), clock.now()
    made = [givers.give("quote", now - timedelta(days=day), email=address, **QUOTE) for day in range(times)]
    sequence()
    return made[0].person, address


def browser(person: str, address: str) -> Client:
    """Somebody who is signed in."""
    token, _ = sessions.begin(person, address, "code", AGENT, "", at=clock.now())
    client = Client(headers={"host": settings.TROTH_URL.partition("://")[2]})
    client.cookies[COOKIE] = token
    return client


@contextmanager
def asked() -> Iterator[list[str]]:
    """What the store is asked within."""
    found: list[str] = []
    with ExitStack() as captured:
        each = [captured.enter_context(CaptureQueriesContext(one)) for one in connections.all()]
        yield found
    found += [query["sql"] for one in each for query in one.captured_queries]


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("page", ["me", "my-data", "my-choices", "my-receipts", "restrict"])
def test_no_page_asks_more_for_more(page: str) -> None:
    """For eighty values the store is asked as often as for seven."""
    counts = []
    for times in (1, 12):
        client = browser(*gave(times))
        client.get(reverse(page))  # what is remembered of the statement, and of the person, is
        with asked() as questions:
            answer = client.get(reverse(page))
        assert answer.status_code == 200
        counts.append(len(questions))
    assert counts[0] == counts[1] < 60, counts


@pytest.mark.usefixtures("site")
def test_who_had_it_is_to_be_told() -> None:
    """Each recipient that the value was opened for waits to be told, once for each correction; the person sees it."""
    person, address = gave(1)
    now = clock.now()
    for party, fields in (("infortrend-europe", ("name", "email")), ("distributor", ("company",)), ("", ("name",))):
        wanted = Wanted("prepare-quote", party)
        assert open_values([person], wanted, fields, service=givers.SERVICE, by="a test", at=now).plain
    client = browser(person, address)
    (record,) = {one.record for one in lasting(person)}
    found = correcting.place(person, record, "name", service=givers.SERVICE, language="en", at=clock.now())
    assert correcting.correct(found, "Lin Mei-hua", None, at=clock.now()) == []
    assert list(ToTell.objects.filter(person=person).values_list("recipient", "field", "state")) == [
        ("infortrend-europe", "name", "waiting")
    ]
    (one,) = telling.waiting(person, givers.SERVICE, "en", clock.now())
    assert (one.recipient, one.label) == ("Infortrend Europe Ltd.", "Name")
    page = client.get(reverse("my-data")).content.decode()
    assert "To be told of your corrections" in page
    assert "given to Infortrend Europe Ltd." in page
    again = correcting.place(person, record, "name", service=givers.SERVICE, language="en", at=clock.now())
    assert correcting.correct(again, "Lin Mei-hua", None, at=clock.now()) == []
    assert ToTell.objects.filter(person=person).count() == 1
    forget(person)
    assert not ToTell.objects.filter(person=person).exists()
