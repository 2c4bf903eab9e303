"""The one byte form of a statement, and the digest that stands for it everywhere."""

from troth.ledger.rules import canonical, sha256_hex
from troth.statement.model import Statement


def canonical_form(statement: Statement) -> bytes:
    """`statement` as canonical JSON: what is left at its default is left out, so that silence and default are one.

    Names in a mapping are sorted: their order in the file is presentation and no part of the promise.
    """
    return canonical(statement.model_dump(mode="json", by_alias=True, exclude_defaults=True))


def digest(statement: Statement) -> str:
    """SHA-256 of the canonical form, 64 hexadecimal digits."""
    return sha256_hex(canonical_form(statement))
