"""Notes, checkpoints and proofs are those of C2SP."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.ledger.errors import KeyUnusable, NoteRefused
from troth.ledger.note import Checkpoint, Proof, SigningKey, VerifierKey, open_note

SPEC_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
SPEC_NOTE = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
GO_SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
GO_SIGNATURE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
ROOT = bytes(range(32))
KEY = SigningKey("log.example/a", bytes(32))


def test_sample_of_the_specification() -> None:
    """The specification's sample note verifies under its sample key."""
    assert open_note(SPEC_NOTE, VerifierKey.parse(SPEC_KEY)) == "This is an example message.\n"


def test_note_of_the_go_implementation() -> None:
    """The Go implementation's sample key signs its sample text into exactly its sample note."""
    key = SigningKey.parse(GO_SECRET + "\n")
    assert str(key.verifier) == GO_KEY
    assert key.text() == GO_SECRET
    assert key.sign(GO_TEXT) == f"{GO_TEXT}\n{GO_SIGNATURE}"
    assert GO_SECRET not in repr(key)


def test_unknown_signatures_are_passed_over() -> None:
    """A witness may add a line that we know nothing about, sixteen of them too."""
    others = "".join(SigningKey.generate(f"witness{n}.example").sign("x\n").split("\n\n")[1] for n in range(16))
    assert open_note(f"{GO_TEXT}\n{others}{GO_SIGNATURE}", VerifierKey.parse(GO_KEY)) == GO_TEXT


def test_bad_signature_beside_a_good_one() -> None:
    """A signature of the key asked for that does not hold refuses the note, whatever else stands there."""
    bad = KEY.sign("another\n").split("\n\n")[1]
    with pytest.raises(NoteRefused, match="does not hold"):
        open_note(KEY.sign("text\n") + bad, KEY.verifier)


def test_same_name_another_key() -> None:
    """The name alone does not make a signature count."""
    with pytest.raises(NoteRefused, match="has no signature"):
        open_note(SigningKey.generate(KEY.name).sign("text\n"), KEY.verifier)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "text\n",
        "text\n\n",
        KEY.sign("text\n")[:-1],
        KEY.sign("text\n").replace("text", "te\tt"),
        KEY.sign("text\n").replace("— ", "- "),
        KEY.sign("text\n").replace("— ", "—  "),
        KEY.sign("text\n") + "\n",
        "text\n\n— log.example/a AAAA\n",
        "text\n\n— log.example/a ====\n",
        "x" * 2_000_000,
    ],
)
def test_what_is_no_note(note: str) -> None:
    """What is not a signed note is refused with the one error."""
    with pytest.raises(NoteRefused):
        open_note(note, KEY.verifier)


@given(text=st.text(max_size=200))
def test_any_text_is_refused(text: str) -> None:
    """No text makes parsing fail in another way."""
    for parse in (lambda: open_note(text, KEY.verifier), lambda: Proof.parse(text), lambda: Checkpoint.parse(text)):
        with pytest.raises(NoteRefused):
            parse()
    for parse_key in (VerifierKey.parse, SigningKey.parse):
        with pytest.raises(KeyUnusable):
            parse_key(text)


@pytest.mark.parametrize(
    "key",
    [
        GO_KEY.replace("c74f20a3", "c74f20a4"),
        GO_KEY.replace("PeterNeumann", "Peter Neumann"),
        GO_KEY[:-4],
        GO_KEY.replace("+ARpc", "+BRpc"),
        "é+00000000+é",
    ],
)
def test_what_is_no_key(key: str) -> None:
    """A key whose id is not its own, or that is of another type, is refused."""
    with pytest.raises(KeyUnusable):
        VerifierKey.parse(key)


def test_keys_are_named() -> None:
    """No key is made under a name that a note could not carry."""
    for name in ("", "a b", "a+b"):
        with pytest.raises(KeyUnusable):
            SigningKey.generate(name)


def test_checkpoint() -> None:
    """A checkpoint is origin, size and root in three lines, and comes back from its note."""
    checkpoint = Checkpoint(KEY.name, 7, ROOT)
    assert checkpoint.text == "log.example/a\n7\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
    assert Checkpoint.open(KEY.sign(checkpoint.text), KEY.verifier) == checkpoint
    assert Checkpoint.parse(checkpoint.text + "extension\n") == checkpoint


@pytest.mark.parametrize(
    "text",
    [
        Checkpoint("o", 7, ROOT).text.replace("7", "07"),
        Checkpoint("o", 7, ROOT).text.replace("7", "-7"),
        Checkpoint("o", 7, ROOT).text.replace("7", "٧"),
        Checkpoint("o", 7, ROOT[:31]).text,
        Checkpoint("", 7, ROOT).text,
        Checkpoint("o", 7, ROOT).text + "\n",
        "o\n7\n",
    ],
)
def test_what_is_no_checkpoint(text: str) -> None:
    """A checkpoint written in any other way is refused."""
    with pytest.raises(NoteRefused):
        Checkpoint.parse(text)


def test_checkpoint_of_another_log() -> None:
    """A log's key does not vouch for the checkpoint of another log."""
    with pytest.raises(NoteRefused, match="another log"):
        Checkpoint.open(KEY.sign(Checkpoint("log.example/b", 7, ROOT).text), KEY.verifier)


def test_proof_file() -> None:
    """A proof file begins with its format and index, then hashes, an empty line and the checkpoint as signed."""
    signed = KEY.sign(Checkpoint(KEY.name, 7, ROOT).text)
    proof = Proof(3, (ROOT, ROOT[::-1]), signed)
    assert proof.text.startswith("c2sp.org/tlog-proof@v1\nindex 3\nAAEC")
    assert proof.text.endswith("\n\n" + signed)
    assert Proof.parse(proof.text) == proof
    assert Proof.parse(proof.text.replace("index", "extra AAAA\nindex")) == proof
    assert Proof.parse(Proof(0, (), signed).text) == Proof(0, (), signed)


@pytest.mark.parametrize(
    ("old", "new"),
    [("@v1", "@v2"), ("index 3", "index 03"), ("index 3\n", ""), ("AAEC", "AAE"), ("\n\n", "\n"), ("index 3", "at 3")],
)
def test_what_is_no_proof(old: str, new: str) -> None:
    """A proof written in any other way is refused."""
    text = Proof(3, (ROOT,), KEY.sign(Checkpoint(KEY.name, 7, ROOT).text)).text
    with pytest.raises(NoteRefused):
        Proof.parse(text.replace(old, new))
