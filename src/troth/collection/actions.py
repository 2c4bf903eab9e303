"""Taking a submission: one unit of work that seals, binds, records, or leaves no trace."""

import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings

from troth.collection import errors
from troth.collection.models import Sent
from troth.collection.reads import Asking
from troth.collection.rules import Given, examine
from troth.consent.actions import agree
from troth.consent.rules import Agreeing
from troth.ledger.rows import Insertion
from troth.ledger.rules import JSON, canonical
from troth.ledger.work import unit_of_work, units_of_work
from troth.statement import reads as statements
from troth.vault.actions import Holding, Value, hold
from troth.vault.rules import new_ref
from troth.vault.uploads import SealedUpload

KEPT = timedelta(days=2)

_add_sent = Insertion(Sent)


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

    key: bytes
    body: bytes

    def again(self, earlier: "_Sending", accepted: Accepted) -> Accepted | errors.KeyReused:
        """What `earlier` was answered, if this is the same submission."""
        if not hmac.compare_digest(self.body, earlier.body):
            return errors.KeyReused("This idempotency key was used for another submission. Use a new key.")
        return replace(accepted, again=True)


@dataclass(frozen=True, eq=False)
class _Examined:
    """A submission that may be kept."""

    asking: Asking
    values: Sequence[Value]
    not_kept: tuple[str, ...]
    choices: Mapping[str, bool]
    sending: _Sending | None
    at: datetime


def submit(given: Given, asking: Asking, uploads: Mapping[str, SealedUpload], *, at: datetime) -> Accepted:
    """Takes a submission, or refuses it whole with every problem named.

    A value that serves nothing but a choice that was not made is not kept; `not_kept` names it. Whoever sends the
    same idempotency key again gets the same answer and nothing is stored twice, even if another statement holds by
    then; the same key with another content is refused.
    """
    sending = _sending(given)
    earlier = _earlier([sending])
    if sending and sending.key in earlier:
        answer = sending.again(*earlier[sending.key])
        if isinstance(answer, Exception):
            raise answer
        return answer
    if given.shown != asking.digest:
        raise _not_shown(given.point)
    published = asking.version
    found = examine(given, published.statement, published.compiled, at.date())
    if found.problems:
        raise found.problems[0].along_with(found.problems[1:])
    choices = {offer.id: given.choices.get(offer.id) is True for offer in asking.shown.offers}
    values = _values(found.values, choices, asking, uploads, at)
    kept = {value.field for value in values}
    not_kept = tuple(name for name in found.values if name not in kept)
    accepted = _keep(_Examined(asking, values, not_kept, choices, sending, at))
    if not accepted.again:
        for name in kept & uploads.keys():
            uploads[name].keep()
    return accepted


def _not_shown(point: str) -> errors.NotShown:
    message = "What is shown here has changed since you opened it. Read it again and send."
    return errors.NotShown(message, clause=f"collection.{point}")


def _sending(given: Given) -> _Sending | None:
    """What tells this submission from others, without the words of either."""
    if not given.key:
        return None
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


def _earlier(sendings: Iterable[_Sending | None]) -> dict[bytes, tuple[_Sending, Accepted]]:
    """Which of `sendings` came in before, by key, and what they were answered."""
    keys = [sending.key for sending in sendings if sending]
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
            described: dict[str, JSON] = {
                "name": upload.name or "", "type": upload.content_type or "", "size": upload.size or 0,
                "file": upload.sealing.ref, "key": upload.sealing.key.hex(),
            }  # fmt: skip
            values.append(Value(name, canonical(described), ends[purposes], upload.sealing.ref))
        else:
            values.append(Value(name, plain, ends[purposes]))
    return values


@units_of_work
def _keep(brought: Sequence[_Examined]) -> Sequence[Accepted | Exception]:
    """Keeps, each as a whole, what is new and was shown what is in force still; the others learn why not."""
    in_force = _in_force(brought)
    known = _earlier(one.sending for one in brought)
    fresh: dict[object, _Examined] = {}
    for one in brought:
        if one.asking.version.number == in_force[one.asking.shown.service]:
            if one.sending is None:
                fresh[one] = one
            elif one.sending.key not in known:
                fresh.setdefault(one.sending.key, one)
    accepted = dict(zip(fresh.values(), _kept(list(fresh.values())), strict=True))
    known |= {one.sending.key: (one.sending, answer) for one, answer in accepted.items() if one.sending}
    return [accepted.get(one) or _not_fresh(one, known) for one in brought]


def _in_force(brought: Sequence[_Examined]) -> dict[str, int]:
    latest = max(one.at for one in brought)
    services = {one.asking.shown.service for one in brought}
    return {service: statements.number_in_force(service, latest) for service in services}


def _not_fresh(one: _Examined, known: Mapping[bytes, tuple[_Sending, Accepted]]) -> Accepted | Exception:
    if one.sending and one.sending.key in known:
        return one.sending.again(*known[one.sending.key])
    return _not_shown(one.asking.point)


def _kept(fresh: Sequence[_Examined]) -> list[Accepted]:
    records = [new_ref(one.at) for one in fresh]
    held = hold(
        [Holding(record, one.values, _address(one), one.at) for one, record in zip(fresh, records, strict=True)]
    )
    leaves = agree(
        [
            Agreeing(record, it.person, one.asking.shown, one.choices, it.digests, it.salt, one.at)
            for one, record, it in zip(fresh, records, held, strict=True)
        ]
    )
    accepted = [
        Accepted(record, it.person, leaf, one.not_kept)
        for one, record, it, leaf in zip(fresh, records, held, leaves, strict=True)
    ]
    _add_sent(
        [
            {
                "key": one.sending.key,
                "body": one.sending.body,
                "record": answer.record,
                "person": answer.person,
                "leaf": answer.leaf,
                "not_kept": list(answer.not_kept),
                "at": one.at,
            }
            for one, answer in zip(fresh, accepted, strict=True)
            if one.sending
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
