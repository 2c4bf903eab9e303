"""Taking a submission: one unit of work that reads, seals, binds, records, or leaves no trace."""

import hmac
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings

from troth import clock
from troth.collection import errors
from troth.collection.models import Sent
from troth.collection.reads import Asking
from troth.collection.rules import Given, examine
from troth.consent.actions import agree
from troth.consent.rules import Agreeing
from troth.errors import TrothError
from troth.ledger.rows import Insertion
from troth.ledger.rules import canonical
from troth.ledger.work import unit_of_work, units_of_work
from troth.statement import reads as statements
from troth.vault.actions import Holding, Value, hold
from troth.vault.rules import new_refs
from troth.vault.uploads import SealedUpload, keeping

KEPT = timedelta(days=2)

_add_sent = Insertion(Sent, "key", "body", "record", "person", "leaf", "not_kept", "at")

Read = Callable[[datetime], tuple[Given, Asking]]
"""Reads what came through a door, at this time: what is given, and what was asked. Raises what is wrong with it."""


@dataclass(frozen=True)
class Accepted:
    """A submission that is stored for good: its receipt's reference, its person, its ledger leaf."""

    record: str
    person: str
    leaf: bytes
    not_kept: tuple[str, ...] = ()
    again: bool = False


@dataclass(frozen=True)
class _Sending:
    """A submission as its key tells it from others: the key, and a digest of what is said. No key, no telling."""

    key: bytes = b""
    body: bytes = b""

    def again(self, known: "_Known") -> Accepted | errors.KeyReused:
        """What the one that is `known` under this key was answered, if this is the same submission."""
        earlier, accepted = known[self.key]
        if not hmac.compare_digest(self.body, earlier.body):
            return errors.KeyReused("This idempotency key was used for another submission. Use a new key.")
        return replace(accepted, again=True)


_Known = Mapping[bytes, tuple[_Sending, Accepted]]


@dataclass(frozen=True)
class _Brought:
    """A submission as its door got it, with the files that came along."""

    read: Read
    uploads: Mapping[str, SealedUpload]


@dataclass(frozen=True)
class _Given:
    """A submission that could be read."""

    given: Given
    asking: Asking
    uploads: Mapping[str, SealedUpload]
    sending: _Sending


@dataclass(frozen=True, eq=False)
class _Examined:
    """A submission that may be kept."""

    asking: Asking
    values: Sequence[Value]
    not_kept: tuple[str, ...]
    choices: Mapping[str, bool]
    sending: _Sending


def submit(read: Read, uploads: Mapping[str, SealedUpload]) -> Accepted:
    """Takes a submission, or refuses it whole with every problem named.

    A value that serves nothing but a choice that was not made is not kept; `not_kept` names it. Whoever sends the
    same idempotency key again gets the same answer and nothing is stored twice, even if another statement holds by
    then; the same key with another content is refused.
    """
    with keeping(uploads) as left_out:
        accepted = _take(_Brought(read, uploads))
        left_out.update(uploads if accepted.again else accepted.not_kept)
    return accepted


def _sending(given: Given) -> _Sending:
    """What tells this submission from others, without the words of either."""
    if not given.key:
        return _Sending()
    secret = settings.SECRET_KEY.encode()
    said = {
        "fields": dict(given.fields),
        "files": {name: [upload.name, upload.digest] for name, upload in given.files.items()},
        "choices": dict(given.choices),
        "language": given.language,
        "shown": given.shown,
    }
    key = hmac.digest(secret, canonical({"point": given.point, "key": given.key}), "sha256")
    return _Sending(key, hmac.digest(secret, json.dumps(said, sort_keys=True).encode(), "sha256"))


def _earlier(sendings: Iterable[_Sending]) -> dict[bytes, tuple[_Sending, Accepted]]:
    """Which of `sendings` came in before, by key, and what they were answered."""
    keys = [sending.key for sending in sendings if sending.key]
    rows = Sent.objects.filter(key__in=keys) if keys else ()
    return {
        bytes(row.key): (
            _Sending(bytes(row.key), bytes(row.body)),
            Accepted(row.record, row.person, bytes(row.leaf), tuple(row.not_kept)),
        )
        for row in rows
    }


def _values(
    found: Mapping[str, bytes],
    choices: Mapping[str, bool],
    asking: Asking,
    uploads: Mapping[str, SealedUpload],
    at: datetime,
) -> list[Value]:
    compiled, point = asking.version.compiled, asking.point
    chosen = compiled.purposes.mask(offer.purpose for offer in asking.shown.offers if choices[offer.id])
    values, ends = [], {}
    for name, plain in found.items():
        purposes = compiled.served(point, name, chosen)
        if not purposes:
            continue
        if purposes not in ends:
            ends[purposes] = compiled.keep_until(purposes, at)
        if name in uploads:
            upload = uploads[name]
            values.append(Value(name, upload.described(), ends[purposes], upload.sealing.ref))
        else:
            values.append(Value(name, plain, ends[purposes]))
    return values


@units_of_work
def _take(brought: Sequence[_Brought]) -> Sequence[Accepted | Exception]:
    """Reads all that wait and keeps, each as a whole, what is new and may be kept; the others learn why not."""
    at = clock.now()
    read = [_read(one, at) for one in brought]
    known = _earlier(one.sending for one in read if isinstance(one, _Given))
    in_force = _in_force(read, at)
    found = [one if isinstance(one, Exception) else _examined(one, known, in_force, at) for one in read]
    fresh: dict[object, _Examined] = {}
    for one in found:
        if isinstance(one, _Examined):
            fresh.setdefault(one.sending.key or one, one)
    accepted = dict(zip(fresh.values(), _kept(list(fresh.values()), at), strict=True))
    known |= {one.sending.key: (one.sending, answer) for one, answer in accepted.items()}
    return [accepted.get(one) or one.sending.again(known) if isinstance(one, _Examined) else one for one in found]


def _read(one: _Brought, at: datetime) -> _Given | TrothError:
    try:
        given, asking = one.read(at)
        return _Given(given, asking, one.uploads, _sending(given))
    except TrothError as error:
        return _told(error)


def _told(error: TrothError) -> TrothError:
    """`error` without its memory of where it was raised, which holds on to what others brought."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)


def _in_force(read: Iterable[_Given | Exception], at: datetime) -> dict[str, int]:
    services = {one.asking.shown.service for one in read if isinstance(one, _Given)}
    return {service: statements.number_in_force(service, at) for service in services}


def _examined(
    one: _Given, known: _Known, in_force: Mapping[str, int], at: datetime
) -> _Examined | Accepted | Exception:
    given, asking, published = one.given, one.asking, one.asking.version
    if one.sending.key in known:
        return one.sending.again(known)
    if given.shown != asking.digest or published.number != in_force[asking.shown.service]:
        message = "What is shown here has changed since you opened it. Read it again and send."
        return errors.NotShown(message, clause=f"collection.{given.point}")
    found = examine(given, published.statement, published.compiled, at.date())
    if found.problems:
        return _told(found.problems[0].along_with(found.problems[1:]))
    choices = {offer.id: given.choices.get(offer.id) is True for offer in asking.shown.offers}
    values = _values(found.values, choices, asking, one.uploads, at)
    kept = {value.field for value in values}
    not_kept = tuple(name for name in found.values if name not in kept)
    return _Examined(asking, values, not_kept, choices, one.sending)


def _kept(fresh: Sequence[_Examined], at: datetime) -> list[Accepted]:
    records = new_refs(at, len(fresh))
    held = hold([Holding(record, one.values, _address(one)) for one, record in zip(fresh, records, strict=True)], at=at)
    leaves = agree(
        [
            Agreeing(record, it.person, one.asking.shown, one.choices, it.digests, it.salt)
            for one, record, it in zip(fresh, records, held, strict=True)
        ],
        at=at,
    )
    accepted = [
        Accepted(record, it.person, leaf, one.not_kept)
        for one, record, it, leaf in zip(fresh, records, held, leaves, strict=True)
    ]
    _add_sent(
        [
            (one.sending.key, one.sending.body, it.record, it.person, it.leaf, list(it.not_kept), at)
            for one, it in zip(fresh, accepted, strict=True)
            if one.sending.key
        ]
    )
    return accepted


def _address(one: _Examined) -> str | None:
    data = one.asking.version.statement.data
    return next((value.plain.decode() for value in one.values if data[value.field].input == "email"), None)


@unit_of_work
def forget_keys(*, at: datetime) -> int:
    """Idempotency keys older than two days go; forms are valid for one."""
    gone, _ = Sent.objects.filter(at__lt=at - KEPT).delete()
    return gone
