"""Texts from outside that prove something: whatever somebody makes of them is refused by name, and never believed."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.command import told
from troth.errors import TrothError
from troth.ledger import note, rules, tiles
from troth.ledger.errors import KeyUnusable, NoteRefused
from troth.ledger.receipt import verify_receipt
from troth.ledger.verify import verify_site

KEY = note.SigningKey("log.example/a", bytes(32))
VKEY = str(KEY.verifier)
ENTRIES = [rules.canonical({"kind": "counted", "number": number}) for number in range(300)]
LEAVES = rules.leaf_hashes(ENTRIES)
NOTE = KEY.sign(note.Checkpoint(KEY.name, len(LEAVES), rules.root(LEAVES)).text)
PROOF = note.Proof(7, tuple(rules.inclusion_proof(7, len(LEAVES), rules.nodes_of(LEAVES))), NOTE).text

READERS: list[tuple[str, Callable[[str], object], type[TrothError]]] = [
    (NOTE, lambda text: note.Checkpoint.open(text, KEY.verifier), NoteRefused),
    (PROOF, lambda text: _proven(note.Proof.parse(text)), NoteRefused),
    (VKEY, note.VerifierKey.parse, KeyUnusable),
    (KEY.text(), note.SigningKey.parse, KeyUnusable),
]
# Half a character, as JSON can hold it, too.
ANY = st.text(st.characters())
# What these texts are made of, put together wrongly.
PARTS = st.lists(st.sampled_from([*NOTE.splitlines(), *PROOF.splitlines(), VKEY, "", "\n", "+", "\u2014 ", "\ud800"]))


def _proven(proof: note.Proof) -> None:
    checkpoint = note.Checkpoint.open(proof.note, KEY.verifier)
    if not rules.includes(LEAVES[7], proof.index, checkpoint.size, proof.hashes, checkpoint.root):
        message = "This proof shows nothing."
        raise NoteRefused(message)


def flipped(whole: bytes, bit: int) -> bytes:
    """`whole` with one bit another one."""
    altered = bytearray(whole)
    altered[bit // 8 % len(whole)] ^= 1 << bit % 8
    return bytes(altered)


@pytest.mark.parametrize(("whole", "read", "refused"), READERS)
@given(text=ANY | PARTS.map("\n".join))
def test_any_text(whole: str, read: Callable[[str], object], refused: type[TrothError], text: str) -> None:
    """A signed note, a proof or a key that is any text at all is refused by name, unless it is the true one."""
    try:
        read(text)
    except refused:
        return
    assert text == whole


@given(ANY | PARTS.map("\n".join))
def test_any_checkpoint(text: str) -> None:
    """What a checkpoint says is read in one way only: the text of what was read begins what was there."""
    try:
        read = note.Checkpoint.parse(text)
    except NoteRefused:
        return
    assert (text + "\n").startswith(read.text)


@pytest.mark.parametrize(("whole", "read", "refused"), READERS)
@pytest.mark.parametrize("decode", ["strict", "replace", "surrogateescape"])
def test_every_bit_of_a_text(whole: str, read: Callable[[str], object], refused: type[TrothError], decode: str) -> None:
    """Each single bit of a note, a proof or a key counts."""
    believed = []
    for bit in range(len(whole.encode()) * 8):
        try:
            read(flipped(whole.encode(), bit).decode("utf-8", decode))
        except (refused, UnicodeDecodeError):
            continue
        believed.append(bit)
    assert believed == []


def receipt() -> dict[str, Any]:
    """A receipt for one of the entries."""
    words, salt = {"language": "zh-Hant", "shown": "同意"}, bytes(range(16))
    record = {"person": "p", "receipt": rules.sha256_hex(rules.canonical(words)), "values": {}}
    entry = rules.canonical({"kind": "collected", "commitment": rules.commitment(salt, record)})
    leaves = [*LEAVES[:7], rules.leaf_hash(entry), *LEAVES[8:]]
    signed = KEY.sign(note.Checkpoint(KEY.name, len(leaves), rules.root(leaves)).text)
    hashes = tuple(rules.inclusion_proof(7, len(leaves), rules.nodes_of(leaves)))
    return {
        "receipt": words,
        "entry": entry.decode(),
        "proof": note.Proof(7, hashes, signed).text,
        "vkey": VKEY,
        "opening": {"salt": salt.hex(), "record": record},
    }


RECEIPT = receipt()
FORMS = [rules.canonical(RECEIPT), json.dumps(RECEIPT, indent=2).encode(), json.dumps(RECEIPT).encode()]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_receipt(text: bytes) -> None:
    """What is no receipt is a finding, never a failure."""
    assert verify_receipt(text).findings
    assert verify_receipt(text, VKEY).findings


@pytest.mark.parametrize("key", ["", VKEY])
@given(part=st.sampled_from([*RECEIPT, "other"]), value=JSON | ANY | PARTS.map("\n".join))
def test_any_part_of_a_receipt(key: str, part: str, value: Any) -> None:
    """A receipt of which one part is anything else is not believed."""
    altered = {**RECEIPT, part: value}
    assert altered == RECEIPT or verify_receipt(json.dumps(altered).encode(), key).findings


@pytest.mark.parametrize("key", ["", VKEY])
@pytest.mark.parametrize("whole", FORMS)
def test_every_bit_of_a_receipt(whole: bytes, key: str) -> None:
    """Each single bit of a receipt's file counts, with a key of one's own and without."""
    assert verify_receipt(whole, key).findings == ()
    altered = [flipped(whole, bit) for bit in range(len(whole) * 8)]
    believed = [text for text in altered if not verify_receipt(text, key).findings]
    # A digit of an escape may be written large or small; what it says is the same.
    assert [text for text in believed if json.loads(text) != RECEIPT] == []


@pytest.mark.parametrize("text", [b"", b"\xff", b"{}", b"[" * 100_000, FORMS[0][:-1], FORMS[0] + b"x"])
def test_a_receipt_at_the_command(tmp_path, text: bytes) -> None:
    """The command says of any file that it is no receipt, and ends with status 1."""
    (tmp_path / "receipt.json").write_bytes(text)
    done = told("verify", "--receipt", tmp_path / "receipt.json", "--vkey", VKEY)
    assert (done.returncode, done.stderr) == (1, "")
    assert "NOT verified" in done.stdout


@pytest.mark.parametrize("how", [(), ("--json",)])
@pytest.mark.parametrize("words", ["\x1b[2J", "\ud800", "\u202e"])
def test_what_is_shown_of_a_receipt(tmp_path, how: tuple[str, ...], words: str) -> None:
    """What somebody put into a receipt never reaches the terminal but as letters."""
    record = {**RECEIPT["opening"]["record"], "receipt": words}
    altered = {**RECEIPT, "opening": {**RECEIPT["opening"], "record": record}, "vkey": VKEY + words}
    (tmp_path / "receipt.json").write_text(json.dumps(altered), "utf-8")
    done = told("verify", "--receipt", tmp_path / "receipt.json", "--vkey", VKEY, *how)
    assert (done.returncode, done.stderr) == (1, "")
    assert words not in done.stdout
    assert done.stdout.isascii()


@given(st.binary())
def test_any_bundle(data: bytes) -> None:
    """A bundle of entries is read in one way only: what was read makes the same bundle again."""
    try:
        entries = tiles.entries_in(data)
    except ValueError:
        return
    assert tiles.bundle(entries) == data


@given(ANY | st.from_regex(r"(x?[0-9]{1,4}/){0,6}x?[0-9]{1,4}(\.p/[0-9]{1,4})?", fullmatch=True))
def test_any_name_of_a_tile(path: str) -> None:
    """A tile has one name: what is read as one is written the same."""
    found = tiles.parse_number(path)
    assert found is None or tiles.Tile(0, *found).path == f"tile/0/{path}"


def served(path: str) -> bytes:
    """What an honest site serves."""
    if path in ("vkey", "checkpoint"):
        return (VKEY + "\n" if path == "vkey" else NOTE).encode()
    _, level, name = path.split("/", 2)
    place = tiles.parse_number(name)
    assert place
    start, stop = place[0] * 256, place[0] * 256 + place[1]
    if level == "entries":
        return tiles.bundle(ENTRIES[start:stop])
    under = 256 ** int(level)
    return b"".join(rules.root(LEAVES[at * under : (at + 1) * under]) for at in range(start, stop))


PATHS = ["vkey", "checkpoint", "tile/entries/000", "tile/entries/001.p/44", "tile/0/000", "tile/0/001.p/44",
         "tile/1/000.p/1"]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
@given(data=st.data())
def test_any_answer_of_a_site(path: str, data: st.DataObject) -> None:
    """A site of which one answer is anything else, or one bit of it, does not verify, and nothing falls over."""
    assert verify_site(served, key=VKEY).findings == ()
    whole = served(path)
    altered = data.draw(st.binary() | st.integers(0, len(whole) * 8 - 1).map(lambda bit: flipped(whole, bit)))
    found = verify_site(lambda name: altered if name == path else served(name), key="" if path == "vkey" else VKEY)
    assert found.findings or altered == whole or (path == "vkey" and altered.strip() == whole.strip())
