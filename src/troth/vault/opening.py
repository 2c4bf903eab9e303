"""The only way to plaintext. Nobody but `use` may import this module; ``make lint`` sees to it."""

from cryptography.exceptions import InvalidTag

from troth.vault import reads, rules
from troth.vault.errors import Altered


def opened(person: str, record: str) -> dict[str, bytes]:
    """The plain values of one record of one person by field."""
    envelope = rules.envelope(reads.person_key(person), person, record)
    try:
        return {field: envelope.open(sealed, field) for field, sealed in reads.sealed_values(record).items()}
    except InvalidTag as error:
        message = (
            f"A value of record {record} does not open in its place: it was changed or moved. Restore it from a backup."
        )
        raise Altered(message) from error
