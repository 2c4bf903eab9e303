"""The only way to plaintext. Nobody but `use` may import this module; ``make lint`` sees to it."""

from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import islice
from typing import Final, TypeAlias

from cryptography.exceptions import InvalidTag

from troth.ledger.among import rows_among
from troth.vault import reads, rules
from troth.vault.errors import Altered
from troth.vault.models import Sealed

_AT_ONCE: Final = 1000

# A value in the clear, behind the person, record and field of which it is.
Opened: TypeAlias = tuple[str, str, str, bytes]


def opened(person: str, record: str) -> dict[str, bytes]:
    """The plain values of one record of one person by field; raises :class:`Erased` when their key is gone."""
    secret, sealed = reads.secret_of(person), reads.sealed_values(record)
    try:
        return {field: rules.opened(secret, person, record, field, value) for field, value in sealed.items()}
    except InvalidTag as error:
        raise _altered(record) from error


def each_opened(
    persons: Iterable[str], fields: Collection[str], may: Callable[[str, str], Collection[str]]
) -> Iterator[Opened]:
    """The values in the clear of `persons`, of each record those of `fields` that `may` names for it.

    Somebody who was erased meanwhile has none.
    """
    # In the order in which indexes have them.
    waiting = iter(sorted(persons))
    while some := list(islice(waiting, _AT_ONCE)):
        secrets = reads.secrets_of(some)
        rows = rows_among(Sealed, "person", some, "person", "record", "field", "sealed", field=fields)
        for person, record, field, sealed in rows:
            if person in secrets and field in may(person, record):
                try:
                    yield person, record, field, rules.opened(secrets[person], person, record, field, bytes(sealed))
                except InvalidTag as error:
                    raise _altered(record) from error


def _altered(record: str) -> Altered:
    return Altered(
        f"A value of record {record} does not open in its place: it was changed or moved. Restore it from a backup."
    )
