"""What a room keeps of a person apart from their values: sealed under their key, so that it ends with them."""

from cryptography.exceptions import InvalidTag

from troth.vault import rules
from troth.vault.errors import Altered
from troth.vault.reads import person_key


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
