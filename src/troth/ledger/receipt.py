"""A receipt checked by itself, without the site that gave it.

It is JSON: the ``receipt``, what was agreed; the ``entry`` as it stands in the ledger, the ``proof`` of its place,
the log's ``vkey``, and the ``opening``: the salt and record that the entry's commitment stands for.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from troth.errors import TrothError
from troth.ledger import note, rules
from troth.ledger.rebuild import Report
from troth.ledger.verify import Verified

_PARTS: Final = {"receipt", "entry", "proof", "vkey", "opening"}
_LEAST_SALT: Final = 16
_MOST_BYTES: Final = 4_000_000


class _NotAReceipt(ValueError):
    """What the text is not."""


def verify_receipt(text: bytes, key: str = "") -> Verified:
    """Checks that the record of a receipt is what the ledger committed to, and that its entry is in the log.

    `key` is the log's verifier key if it is known from elsewhere; else the receipt's own is taken at its word.
    """
    report = Report()
    try:
        receipt = _read(text)
        named = _text(receipt, "vkey")
        _check_opening(receipt, report)
        checkpoint = _check_proof(receipt, key or named, report)
    except (_NotAReceipt, TrothError) as error:
        report.add("receipt", str(error))
        return Verified(0, "", 0, report.all())
    if key and named != key:
        report.add("vkey", "The receipt names another key than the one it holds under.", key, named)
    return Verified(checkpoint.size, checkpoint.root.hex(), 1, report.all())


def _read(text: bytes) -> dict[str, Any]:
    if len(text) > _MOST_BYTES:
        message = "The receipt is too long to be one."
        raise _NotAReceipt(message)
    receipt = _object(text, "The receipt")
    if receipt.keys() != _PARTS:
        message = f"The receipt does not have the parts of one: {', '.join(sorted(_PARTS))}."
        raise _NotAReceipt(message)
    return receipt


def _object(text: bytes, what: str) -> dict[str, Any]:
    try:
        found = json.loads(text.decode(), object_pairs_hook=rules.each_once)
    except (ValueError, RecursionError) as error:
        message = f"{what} is not JSON."
        raise _NotAReceipt(message) from error
    if not isinstance(found, dict):
        message = f"{what} is not a JSON object."
        raise _NotAReceipt(message)
    return found


def _text(receipt: Mapping[str, Any], name: str) -> str:
    found = receipt.get(name)
    if not isinstance(found, str):
        message = f"The receipt has no `{name}`."
        raise _NotAReceipt(message)
    return found


def _entry(receipt: Mapping[str, Any]) -> bytes:
    try:
        return _text(receipt, "entry").encode()
    except UnicodeEncodeError as error:
        message = "The entry of the receipt holds half a character."
        raise _NotAReceipt(message) from error


def _check_opening(receipt: Mapping[str, Any], report: Report) -> None:
    committed = _text(_object(_entry(receipt), "The entry of the receipt"), "commitment")
    opening = receipt["opening"]
    if (
        not isinstance(opening, dict)
        or not isinstance(opening.get("record"), dict)
        or opening.keys() != {"salt", "record"}
    ):
        message = "The receipt has no `opening` of a salt and a record."
        raise _NotAReceipt(message)
    try:
        salt = bytes.fromhex(_text(opening, "salt"))
        found = rules.commitment(salt, opening["record"])
    except (ValueError, TypeError, RecursionError) as error:
        message = "The opening of the receipt is not a salt in hexadecimal and a record in canonical JSON."
        raise _NotAReceipt(message) from error
    if len(salt) < _LEAST_SALT or salt.hex() != opening["salt"]:
        report.add("opening", f"The salt has less than {_LEAST_SALT} bytes, or is not in lower-case hexadecimal.")
    if found != committed:
        message = "The record is not the one that the ledger committed to: it, or its salt, was changed."
        report.add("opening", message, committed, found)
    # A record without words of its own is all that the receipt says.
    said = rules.sha256_hex(rules.canonical(opening["record"])) if "receipt" not in opening["record"] else None
    _check_words(receipt["receipt"], said or opening["record"]["receipt"], report)


def _check_words(words: Any, committed: Any, report: Report) -> None:
    """What the receipt says is what the record has the digest of."""
    try:
        found = rules.sha256_hex(rules.canonical(words))
    except (ValueError, TypeError, RecursionError):
        found = "not canonical JSON"
    if found != committed:
        message = "What the receipt says is not what was recorded: something in it was changed."
        report.add("receipt", message, str(committed), found)


def _check_proof(receipt: Mapping[str, Any], key: str, report: Report) -> note.Checkpoint:
    proof = note.Proof.parse(_text(receipt, "proof"))
    checkpoint = note.Checkpoint.open(proof.note, note.VerifierKey.parse(key))
    leaf = rules.leaf_hash(_entry(receipt))
    if not rules.includes(leaf, proof.index, checkpoint.size, proof.hashes, checkpoint.root):
        message = (
            f"The proof does not show this entry at index {proof.index} of checkpoint {checkpoint.size}:"
            " the entry or the proof was changed."
        )
        report.add(f"entry {proof.index}", message)
    return checkpoint
