"""What a room keeps of a person apart from their values: sealed under their key, so that it ends with them.

What somebody sends of whom nothing is held is sealed under the key of a case: one that leads to no person, and ends
with the case.
"""

from collections.abc import Collection
from datetime import datetime

from cryptography.exceptions import InvalidTag

from troth.ledger.work import insist_on_unit
from troth.vault import keys, rules
from troth.vault.errors import Altered
from troth.vault.models import PersonKey
from troth.vault.reads import person_key
from troth.vault.router import KEYS


def seal_for(person: str, plain: bytes, *place: str) -> bytes:
    """`plain` sealed for `place`, its table and row; raises :class:`Erased` when the person's key is gone."""
    return rules.Envelope(person_key(person), *place, person).seal(plain, "")


def open_for(person: str, sealed: bytes, *place: str) -> bytes:
    """What was sealed for `place`; raises :class:`Erased`, or :class:`Altered` where anything of it was changed."""
    try:
        return rules.Envelope(person_key(person), *place, person).open(sealed, "")
    except InvalidTag as error:
        message = "What is kept of somebody does not open in its place: it was changed or moved."
        raise Altered(message) from error


def open_case(at: datetime) -> str:
    """Makes the key of a case, within the unit of work that it belongs to; what is answered stands for a person."""
    insist_on_unit()
    case = rules.new_ref(at)
    (wrapped,) = keys.key_encryption().wrap([(case, rules.new_key())])
    PersonKey.objects.using(KEYS).create(person=case, wrapped=wrapped)
    return case


def end_cases(cases: Collection[str]) -> None:
    """Destroys the keys of these cases, within a unit of work: what was sealed under them can be read by nobody."""
    insist_on_unit()
    PersonKey.objects.using(KEYS).filter(person__in=cases).delete()
