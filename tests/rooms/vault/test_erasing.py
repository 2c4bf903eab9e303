"""Whoever is erased cannot be read or found any more, whatever stops in the midst of it."""

import json
import threading
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from tests.rooms.vault.test_sealing import held, somebody
from troth.ledger import actions as ledger
from troth.ledger.receipt import verify_receipt
from troth.ledger.work import unit_of_work
from troth.vault import rules
from troth.vault.actions import Holding, Value, erase, finish_erasures, hold, sweep
from troth.vault.belonging import insist_on_one_whole
from troth.vault.certificate import certificate
from troth.vault.errors import Erased, NoSuchPerson
from troth.vault.jobs import sweep_erased
from troth.vault.models import Erasure, LookUp, Person, PersonKey, Sealed
from troth.vault.opening import opened
from troth.vault.reads import is_suppressed, person_at, secrets_of

AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
LATER = AT + timedelta(days=365)
pytestmark = pytest.mark.usefixtures("installation")


def test_who_is_erased_cannot_be_read_or_found() -> None:
    """Key, look-up index and person go at once; sealed values go with the next sweep; the address is suppressed."""
    address = somebody()
    record, one = held(address, name=b"Lin", message=b"secret")
    other, kept = held(somebody(), name=b"Wang")
    assert not is_suppressed(address)
    erase(one.person, at=AT)
    with pytest.raises(Erased):
        opened(one.person, record)
    assert secrets_of([one.person]) == {}
    assert not LookUp.objects.filter(person=one.person).exists()
    assert not Person.objects.filter(ref=one.person).exists()
    with pytest.raises(NoSuchPerson):
        person_at(address)
    assert is_suppressed(address)
    assert Sealed.objects.filter(person=one.person).count() == 2
    assert sweep_erased(AT) >= 2
    assert not Sealed.objects.filter(person=one.person).exists()
    assert opened(kept.person, other) == {"name": b"Wang"}
    assert sweep_erased(AT) == 0


def test_erasing_again_is_the_same_erasure() -> None:
    """Somebody who was erased is erased once, at the time it was done; who is not there is nobody."""
    _, one = held(somebody(), name=b"Lin")
    first = erase(one.person, at=AT)
    assert erase(one.person, at=LATER) == first
    assert Erasure.objects.filter(person=one.person).count() == 1
    with pytest.raises(NoSuchPerson):
        erase(rules.new_ref(AT), at=AT)


def test_two_at_once_are_one() -> None:
    """Erased by several at the same moment, somebody is erased once, and each is answered the same."""
    _, one = held(somebody(), name=b"Lin")
    answers, start = [], threading.Barrier(4)

    def go(number: int) -> None:
        start.wait()
        answers.append(erase(one.person, at=AT + timedelta(seconds=number)))

    threads = [threading.Thread(target=go, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 4
    assert len({answer.leaf for answer in answers}) == 1


def test_who_comes_again_is_somebody_new() -> None:
    """After an erasure the same address is another person with another key."""
    address = somebody()
    record, one = held(address, name=b"Lin")
    erase(one.person, at=AT)
    again, new = held(address, name=b"Lin")
    assert new.person != one.person
    assert opened(new.person, again) == {"name": b"Lin"}
    with pytest.raises(Erased):
        opened(one.person, record)


def test_the_certificate_is_proved_like_a_receipt() -> None:
    """The certificate verifies with the log's key alone; with another person or word in it, it does not."""
    _, one = held(somebody(), name=b"Lin")
    erase(one.person, at=AT)
    ledger.sequence()
    proved = certificate(one.person)
    assert proved
    assert one.person not in proved["entry"]
    assert not verify_receipt(json.dumps(proved).encode(), proved["vkey"]).findings
    for part in ("receipt", "opening"):
        forged = json.dumps(
            proved | {part: json.loads(json.dumps(proved[part]).replace(one.person, rules.new_ref(AT)))}
        )
        assert verify_receipt(forged.encode(), proved["vkey"]).findings
    with pytest.raises(NoSuchPerson):
        certificate(rules.new_ref(AT))


def test_what_stopped_half_way_is_finished() -> None:
    """With the key destroyed and nothing else done yet, the store is still whole, and the erasure is finished."""
    address = somebody()
    _, one = held(address, name=b"Lin")
    PersonKey.objects.filter(person=one.person).update(wrapped=b"")
    insist_on_one_whole(AT)
    assert finish_erasures(partial(erase, at=AT)) == 1
    assert Erasure.objects.filter(person=one.person).exists()
    with pytest.raises(NoSuchPerson):
        person_at(address)
    assert finish_erasures(partial(erase, at=AT)) == 0


def test_an_older_keys_database_brings_nobody_back() -> None:
    """A key that comes back after the erasure is destroyed again."""
    record, one = held(somebody(), name=b"Lin")
    old = PersonKey.objects.get(person=one.person)
    erase(one.person, at=AT)
    old.save()
    assert opened(one.person, record) == {"name": b"Lin"}
    assert finish_erasures(partial(erase, at=AT)) == 1
    with pytest.raises(Erased):
        opened(one.person, record)


def test_much_is_swept_a_little_at_a_time() -> None:
    """However much is held of somebody, each step of the sweep removes a few hundred values and tells of them."""
    many = [Value(f"field-{number}", b"x", LATER) for number in range(1200)]
    person = unit_of_work(hold)([Holding(rules.new_ref(AT), many, None)], at=AT)[0].person
    sweep_erased(AT)
    erase(person, at=AT)
    steps = []
    while step := sweep(at=AT):
        steps.append(step)
    assert sum(steps) == 1200
    assert max(steps) <= 500
