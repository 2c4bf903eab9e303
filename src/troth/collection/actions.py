"""Taking a submission: one unit of work that seals, binds, records, or leaves no trace."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.db import IntegrityError, transaction

from troth.collection import errors
from troth.collection.models import Sent
from troth.collection.reads import Asking
from troth.collection.rules import Examined, Given, examine
from troth.consent.actions import Shown, agree
from troth.ledger.rules import JSON, canonical
from troth.ledger.work import unit_of_work
from troth.vault.actions import Value, hold
from troth.vault.rules import new_ref
from troth.vault.uploads import SealedUpload

KEPT = timedelta(days=2)


@dataclass(frozen=True)
class Accepted:
    """A submission that is stored for good: its receipt's reference, its person, its ledger leaf."""

    record: str
    person: str
    leaf: bytes
    not_kept: tuple[str, ...] = ()
    again: bool = False


def submit(given: Given, asking: Asking, uploads: Mapping[str, SealedUpload], *, at: datetime) -> Accepted:
    """Takes a submission, or refuses it whole with every problem named.

    A value that serves nothing but a choice that was not made is not kept; `not_kept` names it. Whoever sends the
    same idempotency key again gets the same answer and nothing is stored twice; the same key with another content
    is refused.
    """
    if given.shown != asking.digest:
        message = "What is shown here has changed since you opened it. Read it again and send."
        raise errors.NotShown(message, clause=f"collection.{given.point}")
    published = asking.version
    found = examine(given, published.statement, published.compiled, at.date())
    if found.problems:
        raise found.problems[0].along_with(found.problems[1:])
    values = _values(found, given, asking, uploads, at)
    accepted = _keep(given, asking, values, at=at)
    kept = {value.field for value in values}
    if not accepted.again:
        for name in kept & uploads.keys():
            uploads[name].keep()
    return replace(accepted, not_kept=tuple(name for name in found.values if name not in kept))


def _values(
    found: Examined, given: Given, asking: Asking, uploads: Mapping[str, SealedUpload], at: datetime
) -> list[Value]:
    compiled = asking.version.compiled
    chosen = compiled.purposes.mask(offer.purpose for offer in asking.offers if given.choices.get(offer.id))
    values = []
    for name, plain in found.values.items():
        purposes = compiled.served(given.point, name, chosen)
        keep_until = compiled.keep_until(purposes, at)
        if not purposes:
            continue
        if name in uploads:
            upload = uploads[name]
            described: dict[str, JSON] = {
                "name": upload.name or "", "type": upload.content_type or "", "size": upload.size or 0,
                "file": upload.sealing.ref, "key": upload.sealing.key.hex(),
            }  # fmt: skip
            values.append(Value(name, canonical(described), keep_until, upload.sealing.ref))
        else:
            values.append(Value(name, plain, keep_until))
    return values


@unit_of_work
def _keep(given: Given, asking: Asking, values: list[Value], *, at: datetime) -> Accepted:
    key, body = _digests(given, values)
    record = new_ref()
    if given.key and (earlier := _earlier(key, body)):
        return earlier
    held = hold(record, values, email=_address(asking, values), at=at)
    leaf = agree(
        record,
        held.person,
        _shown(asking),
        {offer: given.choices.get(offer.id) is True for offer in asking.offers},
        digests=held.digests,
        salt=held.salt,
        at=at,
    )
    if given.key:
        try:
            with transaction.atomic():
                Sent.objects.create(key=key, body=body, record=record, person=held.person, leaf=leaf, at=at)
        except IntegrityError as error:
            message = "The same submission is being taken at this moment. Ask again in a second."
            raise errors.Replayed(message) from error
    return Accepted(record, held.person, leaf)


def _earlier(key: bytes, body: bytes) -> Accepted | None:
    row = Sent.objects.filter(key=key).first()
    if row is None:
        return None
    if not hmac.compare_digest(bytes(row.body), body):
        message = "This idempotency key was used for another submission. Use a new key."
        raise errors.KeyReused(message)
    return Accepted(row.record, row.person, bytes(row.leaf), again=True)


def _digests(given: Given, values: list[Value]) -> tuple[bytes, bytes]:
    """The submission's key, and a keyed digest of what it says: equal submissions are told apart from others."""
    secret = settings.SECRET_KEY.encode()
    said: dict[str, JSON] = {
        "fields": {one.field: sha256(one.plain).hexdigest() for one in values if not one.file},
        "files": {name: [upload.name, upload.digest] for name, upload in given.files.items()},
        "choices": {name: bool(chosen) for name, chosen in given.choices.items()},
    }
    key = hmac.digest(secret, canonical({"point": given.point, "key": given.key}), "sha256")
    return key, hmac.digest(secret, canonical(said), "sha256")


def _address(asking: Asking, values: list[Value]) -> str | None:
    data = asking.version.statement.data
    return next((one.plain.decode() for one in values if data[one.field].input == "email"), None)


def _shown(asking: Asking) -> Shown:
    version = asking.version
    countries = tuple(one["code"] for one in asking.notice["countries"])
    return Shown(
        version.statement.id, asking.point, version.digest, version.number, asking.language, asking.digest,
        asking.body, countries,
    )  # fmt: skip


@unit_of_work
def forget_keys(*, at: datetime) -> int:
    """Idempotency keys older than two days go; forms are valid for one."""
    gone, _ = Sent.objects.filter(at__lt=at - KEPT).delete()
    return gone
