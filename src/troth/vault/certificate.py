"""The certificate that a person was erased: in the shape of a receipt, so that whatever checks one checks the other."""

from typing import Any

from django.conf import settings

from troth.clock import rfc3339
from troth.ledger import reads as ledger
from troth.ledger.rules import canonical, commitment, sha256_hex
from troth.vault import keys, rules
from troth.vault.errors import NoSuchPerson
from troth.vault.models import Erasure


def committed(person: str) -> str:
    """What the entry of this person's erasure says in place of who it is."""
    return commitment(rules.erasure_salt(keys.look_up_key(), person), _record(person))


def certificate(person: str) -> dict[str, Any] | None:
    """That `person` was erased, with entry, proof and opening; None until the ledger has given the entry its place.

    The newest checkpoint in the proof signs it. :class:`NoSuchPerson` when nobody with this reference was erased.
    """
    found = Erasure.objects.filter(person=person).values_list("leaf", "at").first()
    if found is None:
        message = "Nobody with this reference was erased here."
        raise NoSuchPerson(message)
    leaf, at = bytes(found[0]), rfc3339(found[1])
    proof, placed = ledger.proof(leaf, at), ledger.placed(leaf, at)
    if proof is None or placed is None:
        return None
    return {
        "receipt": _words(person),
        "entry": placed.data.decode(),
        "proof": proof,
        "vkey": ledger.verifier_key(),
        "opening": {"salt": rules.erasure_salt(keys.look_up_key(), person).hex(), "record": _record(person)},
    }


def _words(person: str) -> dict[str, Any]:
    return {**rules.erasure_certificate(person, settings.TROTH_ORIGIN)}


def _record(person: str) -> dict[str, Any]:
    return {"person": person, "receipt": sha256_hex(canonical(_words(person)))}
