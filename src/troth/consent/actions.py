"""Recording what persons agreed to and chose, together with their ledger entries."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings

from troth.clock import rfc3339
from troth.consent import models as rows
from troth.consent import rules, wishes
from troth.consent.errors import NoSuchPerson, NotOffered
from troth.consent.models import Agreement, Choice, Wording
from troth.consent.rules import Agreed, Agreeing, Shown
from troth.consent.wishes import Wish
from troth.ledger.actions import append, append_all
from troth.ledger.rows import Insertion
from troth.ledger.rules import JSON, canonical, commitment
from troth.ledger.work import insist_on_unit, unit_of_work
from troth.statement.reads import in_force, succession, version
from troth.vault.reads import known
from troth.vault.rules import new_ref

_add_wordings = Insertion(Wording, unless_there=True)
_add_agreements = Insertion(Agreement)
_add_choices = Insertion(Choice)


def agree(agreeing: Sequence[Agreeing]) -> list[bytes]:
    """Binds submissions to what was shown, within their unit of work; answers the leaf of each one's entry.

    A purpose that was offered and not chosen is recorded as refused: silence is never consent
    (GDPR recital 32).
    """
    insist_on_unit()
    wordings = {one.shown.wording: one.shown.body for one in agreeing}
    _add_wordings([{"digest": digest, "body": wordings[digest]} for digest in sorted(wordings)])
    agreed = [one.agreed() for one in agreeing]
    receipts = [_receipt(one, whole) for one, whole in zip(agreeing, agreed, strict=True)]
    entries = [
        (_facts(one, commitment(one.salt, rules.opened_record(whole, receipt))), one.at)
        for one, whole, receipt in zip(agreeing, agreed, receipts, strict=True)
    ]
    leaves = append_all("collected", entries)
    _add_agreements(
        [
            {**vars(whole), "receipt": receipt, "leaf": leaf}
            for whole, receipt, leaf in zip(agreed, receipts, leaves, strict=True)
        ]
    )
    _add_choices([row for one in agreeing for row in _choices(one)])
    return leaves


def _facts(one: Agreeing, committed: str) -> dict[str, JSON]:
    shown = one.shown
    return {
        "service": shown.service,
        "point": shown.point,
        "statement": shown.statement,
        "language": shown.language,
        "shown": shown.wording,
        "fields": sorted(one.digests),
        "choices": dict(one.choices),
        "countries": list(shown.countries),
        "commitment": committed,
    }


def _choices(one: Agreeing) -> list[dict[str, Any]]:
    bound = {"record": one.record, "person": one.person, "service": one.shown.service, "at": one.at}
    return [
        {**bound, "purpose": offer.purpose, "recipient": offer.recipient, "given": one.choices[offer.id]}
        for offer in one.shown.offers
    ]


# Stands in a receipt's form where a reference or the time belongs; nobody can have written it anywhere else.
_RECORD, _PERSON = secrets.token_hex(32), secrets.token_hex(32)
_AT = datetime.fromisoformat("9000-01-01T00:00:00Z") + timedelta(milliseconds=secrets.randbelow(10**13))
_AT_TEXT = rfc3339(_AT).encode()


def _receipt(one: Agreeing, whole: Agreed) -> bytes:
    """The receipt of one submission. All alike but for reference, person and time are made once."""
    form = _form(one.shown, tuple(one.digests), tuple(one.choices.items()))
    filled = form.replace(_RECORD.encode(), whole.record.encode()).replace(_PERSON.encode(), whole.person.encode())
    return filled.replace(_AT_TEXT, rfc3339(whole.at).encode())


@lru_cache(1024)
def _form(shown: Shown, fields: tuple[str, ...], choices: tuple[tuple[str, bool], ...]) -> bytes:
    statement = version(shown.service, shown.version).statement
    alike = Agreeing(_RECORD, _PERSON, shown, dict(choices), dict.fromkeys(fields, ""), b"", _AT)
    return canonical(rules.receipt(alike.agreed(), statement, settings.TROTH_URL))


@unit_of_work
def wish(person: str, service: str, wished: Wish, *, by: str, at: datetime) -> bytes:
    """Records what a person wishes apart from any submission; from now on it holds. Answers the leaf of its entry.

    What the statement in force leaves to nobody's choice is refused, and so is a wish of somebody of whom nothing is
    held. `by` says who told us: the ``person``, or ``staff`` on their behalf.
    """
    published = in_force(service, at)
    newest = succession(service, at).newest
    if clause := wishes.not_offered(wished, published.compiled, newest):
        message = "The statement in force does not leave this to a person's choice. See what it offers at /privacy/."
        raise NotOffered(message, clause=clause)
    ref = new_ref(at)
    if not known([person]):
        message = "Nothing is held of anybody with this reference. Check that it is whole."
        raise NoSuchPerson(message)
    last = Choice.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    facts = wishes.facts(wished, service=service, version=published.number, by=by, follows=last)
    committed = rules.committed_wish(person, ref)
    leaf = append("wished", {**facts, "commitment": committed}, at=at)
    rows.Wish.objects.create(
        ref=ref, person=person, service=service, version=published.number, by=by, follows=last, at=at, leaf=leaf,
        **vars(wished),
    )  # fmt: skip
    return leaf
