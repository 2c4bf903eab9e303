"""A receipt proves itself to who holds it, without the site."""

import json
from typing import Any

import pytest

from troth.ledger import note, rules
from troth.ledger.receipt import verify_receipt

KEY = note.SigningKey("log.example/a", bytes(32))
SALT = bytes(range(16))
WORDS = {"choices": {"newsletter": True}, "language": "zh-Hant", "shown": "同意"}
RECORD = {"person": "p", "receipt": rules.sha256_hex(rules.canonical(WORDS)), "values": {}}


def receipt(salt: bytes = SALT) -> dict[str, Any]:
    """A receipt for the third of seven entries."""
    entry = rules.canonical({"kind": "consent", "commitment": rules.commitment(salt, RECORD)})
    leaves = [rules.leaf_hash(str(index).encode()) for index in range(7)]
    leaves[2] = rules.leaf_hash(entry)
    signed = KEY.sign(note.Checkpoint(KEY.name, 7, rules.root(leaves)).text)
    proof = note.Proof(2, tuple(rules.inclusion_proof(2, 7, rules.nodes_of(leaves))), signed)
    return {
        "receipt": WORDS,
        "entry": entry.decode(),
        "proof": proof.text,
        "vkey": str(KEY.verifier),
        "opening": {"salt": salt.hex(), "record": RECORD},
    }


def findings(changed: dict[str, Any], key: str = "") -> list[str]:
    """What is found about a receipt."""
    return [finding.message for finding in verify_receipt(json.dumps(changed).encode(), key).findings]


def test_good_receipt() -> None:
    """An honest receipt verifies under its own key and under the one known from elsewhere."""
    found = verify_receipt(json.dumps(receipt()).encode(), str(KEY.verifier))
    assert (found.size, found.checked, found.findings) == (7, 1, ())
    assert findings(receipt()) == []


def test_record_changed() -> None:
    """Another record, or another salt, is not what the ledger committed to."""
    for change in ({"record": {**RECORD, "person": "q"}}, {"salt": bytes(16).hex()}):
        changed = receipt()
        changed["opening"].update(change)
        assert "not the one that the ledger committed to" in findings(changed)[0]


def test_entry_changed() -> None:
    """An entry with another commitment is not in the log."""
    changed = receipt()
    forged = {**RECORD, "person": "q"}
    changed["entry"] = rules.canonical({"kind": "consent", "commitment": rules.commitment(SALT, forged)}).decode()
    changed["opening"]["record"] = forged
    assert "does not show this entry" in findings(changed)[0]


def test_key_known_from_elsewhere() -> None:
    """A receipt signed by somebody else does not hold under the key known from elsewhere."""
    assert "no signature" in findings(receipt(), str(note.SigningKey.generate(KEY.name).verifier))[0]


def test_short_salt() -> None:
    """A salt so short that the record could be guessed is a finding."""
    assert "less than 16 bytes" in findings(receipt(SALT[:8]))[0]


@pytest.mark.parametrize("name", ["receipt", "entry", "proof", "vkey", "opening"])
def test_part_missing_or_mistyped(name: str) -> None:
    """A receipt without one of its parts, or with another thing there, is no receipt."""
    for other in (None, 5, [], {}, "", "\ud800"):
        assert findings({**receipt(), name: other})
    assert findings({part: whole for part, whole in receipt().items() if part != name})


def test_part_that_nobody_knows() -> None:
    """A receipt with another part beside its five is none: nobody could say that this part was altered."""
    assert "does not have the parts" in findings({**receipt(), "remark": "trust me"})[0]


def test_words_changed() -> None:
    """What the receipt says is, to the letter, what the record has the digest of."""
    assert "something in it was changed" in findings({**receipt(), "receipt": {**WORDS, "language": "en"}})[0]


def test_key_named_changed() -> None:
    """A receipt that names another key than the one it holds under was changed."""
    other = str(note.SigningKey.generate(KEY.name).verifier)
    assert "names another key" in findings({**receipt(), "vkey": other}, str(KEY.verifier))[0]


@pytest.mark.parametrize(
    "opening",
    [
        {"salt": "xy", "record": {}},
        {"salt": "00" * 16, "record": {"a": 0.5}},
        {"salt": 5, "record": {}},
        {"record": {}},
    ],
)
def test_opening_misshapen(opening: dict[str, Any]) -> None:
    """A salt that is no hexadecimal and a record without a canonical form are named."""
    (message,) = findings({**receipt(), "opening": opening})
    assert "opening" in message or "`salt`" in message


@pytest.mark.parametrize("text", [b"", b"[]", b"\xff", b"[" * 100_000, b" " * 5_000_000])
def test_what_is_no_receipt(text: bytes) -> None:
    """What is not a receipt at all is a finding, never a failure."""
    assert [finding.subject for finding in verify_receipt(text).findings] == ["receipt"]
