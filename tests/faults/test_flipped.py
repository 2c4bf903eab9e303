"""One bit of any file of an installation is another one: it is found, or it says nothing."""

import base64
import sqlite3
import subprocess
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from tests.support.contents import contents
from tests.support.copies import Copy, copied
from tests.support.databases import Databases
from tests.support.forked import run
from tests.support.lived import Lived, lived
from troth.entry.installation import Installation, NotInstalled

pytest_plugins = ("tests.support.altered",)

# How many bytes at the beginning of a database say how to read the rest.
HEADER = 100
LONG = pytest.mark.timeout(900)
STORE = {"troth.sqlite3": "database", "keys.sqlite3": "keys_database"}
KEYS = ("key-encryption", "look-up", "ledger", "pages")
# Where there is a server, its files are not those of an installation.
pytestmark = pytest.mark.usefixtures("sqlite")


def flip(file: Path, number: int, upto: int = 0) -> None:
    """Makes one bit of `file` another one, in each round one elsewhere: within its first `upto` bytes if that is said.

    Else it is one of a byte that is not empty; most of a small database is.
    """
    whole = bytearray(file.read_bytes())
    places = range(upto) if upto else [at for at, byte in enumerate(whole) if byte]
    chosen = int.from_bytes(sha256(f"{file.name} {upto} {number}".encode()).digest(), "big")
    whole[places[chosen // 8 % len(places)]] ^= 1 << chosen % 8
    file.write_bytes(whole)


def harmed(copy: Copy, file: str, rounds: int, remembered: Path, upto: int = 0) -> None:
    """Verification finds each of many flips in `file`, unless the databases say what they said before."""
    before = contents(copy.original)
    assert before
    for number in range(rounds):
        copy.put_back(STORE[file.partition("-")[0]], copy.original)
        flip(copy.directory / file, number, upto)
        after = contents(copy.directory)
        answer = copy.verify("--remembered", remembered)
        same = after is not None and all(after.get(table) == said for table, said in before.items())
        assert answer.status == 1 or same, f"round {number}: {_differences(before, after)}"


def _differences(before: dict[str, list[str]], after: dict[str, list[str]] | None) -> list[str]:
    if after is None:
        return ["cannot be read"]
    return [table for table in before if before[table] != after.get(table)]


@pytest.fixture
def remembered(told: Lived, tmp_path: Path) -> Path:
    """The newest checkpoint, as somebody kept it."""
    file = tmp_path / "checkpoint"
    file.write_text(told.newest, "utf-8")
    return file


@LONG
@pytest.mark.parametrize("file", STORE)
@pytest.mark.parametrize("upto", [0, HEADER])
def test_a_database_file(copy: Copy, remembered: Path, rounds: int, file: str, upto: int) -> None:
    """A flipped bit anywhere in a database file, or in its header, is found."""
    harmed(copy, file, rounds, remembered, upto)


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """The same site as it was when its server was killed: its last writes stand in the databases' logs."""
    return lived(tmp_path_factory.mktemp("killed"), Databases(), killed=True)


@LONG
@pytest.mark.parametrize("file", ["troth.sqlite3-wal", "keys.sqlite3-wal"])
def test_a_log_of_a_database(killed: Lived, tmp_path: Path, rounds: int, file: str) -> None:
    """A flipped bit in a database's log, behind which the database forgets all, is found by who remembers."""
    (tmp_path / "checkpoint").write_text(killed.newest, "utf-8")
    copy = Copy(killed.directory, tmp_path / "copy")
    assert (copy.directory / file).stat().st_size
    harmed(copy, file, rounds, tmp_path / "checkpoint")
    copy.close()


@LONG
def test_an_uploaded_file(copy: Copy, told: Lived, rounds: int) -> None:
    """A flipped bit in a sealed file is found, and the entry that it came with is named."""
    owners = {file_of(copy, one.record): one for one in told.submissions["support"]}
    for number in range(rounds):
        ref = sorted(owners)[number % len(owners)]
        file = copy.altering_files("files") / ref[:2] / ref
        flip(file, number)
        copy.is_found(f"entry {owners[ref].index} (record {owners[ref].record}): The file")
        copy.renew()


def file_of(copy: Copy, record: str) -> str:
    """The name of the file that came with `record`."""
    with closing(sqlite3.connect(copy.directory / "troth.sqlite3")) as rows:
        question = "SELECT file FROM vault_sealed WHERE record = ? AND file <> ''"
        ((ref,),) = rows.execute(question, [record])
    return str(ref)


@LONG
@pytest.mark.parametrize("name", [name for name in KEYS if name != "pages"])
def test_a_key_file(copy: Copy, rounds: int, name: str) -> None:
    """A flipped bit in a key file is refused by name, or the key is the same still."""
    whole = (copy.directory / "keys" / f"{name}.key").read_bytes()
    for number in range(rounds):
        file = copy.altering_files("keys") / f"{name}.key"
        flip(file, number)
        answer = copy.verify()
        assert answer.status == 1 or same_key(file, whole), f"round {number}"
        copy.renew()


def same_key(file: Path, whole: bytes) -> bool:
    """Whether the file says the same: around it is white space, and base64 may end in bits that say nothing."""
    text = file.read_bytes()
    return text.strip() == whole.strip() or base64.b64decode(text) == base64.b64decode(whole)


def verified(directory: Path) -> subprocess.CompletedProcess[str]:
    """What the command answers, which reads settings anew."""
    return run("verify", "--data", directory)


@LONG
def test_the_key_of_forms(told: Lived, tmp_path: Path) -> None:
    """A flipped bit in the key of forms, on which nothing that happened hangs, is refused by name all the same."""
    copied(told.directory, tmp_path / "site")
    file = tmp_path / "site" / "keys" / "pages.key"
    whole = file.read_bytes()
    for number in range(3):
        file.write_bytes(whole)
        flip(file, number, upto=len(whole.strip()))
        answer = verified(tmp_path / "site")
        assert answer.returncode == 1
        assert "pages.key" in answer.stderr
        assert "Traceback" not in answer.stderr


@LONG
def test_the_settings(told: Lived, tmp_path: Path) -> None:
    """With any one bit of its settings flipped, an installation is refused, the same, or found by verification."""
    copied(told.directory, tmp_path / "site")
    file = tmp_path / "site" / "troth.toml"
    # How often retention runs is for whoever runs the site to say: any number is one.
    file.write_text(file.read_text("utf-8").partition("\n")[2], "utf-8")
    whole, own = file.read_bytes(), Installation(tmp_path / "site").configuration
    others: dict[str, bytes] = {}
    for bit in range(len(whole) * 8):
        altered = bytearray(whole)
        altered[bit // 8] ^= 1 << bit % 8
        file.write_bytes(altered)
        try:
            other = Installation(tmp_path / "site").configuration
        except NotInstalled:
            continue
        if other != own:
            others.setdefault(_what_differs(own.model_dump(), other.model_dump()), bytes(altered))
    assert others.keys() >= {"site.url", "site.service", "store.country"}
    for name, altered_file in others.items():
        file.write_bytes(altered_file)
        answer = verified(tmp_path / "site")
        assert answer.returncode == 1, f"{name}: {answer.stdout}"
        assert "Traceback" not in answer.stderr, f"{name}: {answer.stderr}"


def _what_differs(own: dict[str, object], other: dict[str, object], within: str = "") -> str:
    for name, value in own.items():
        if isinstance(value, dict) and isinstance(other[name], dict):
            if value != other[name]:
                return _what_differs(value, other[name], f"{within}{name}.")
        elif value != other[name]:
            return f"{within}{name}"
    return ""


@LONG
@pytest.mark.parametrize("name", ["troth.sqlite3", "keys.sqlite3", *(f"keys/{name}.key" for name in KEYS)])
def test_a_file_that_is_not_there(told: Lived, tmp_path: Path, name: str) -> None:
    """Without one of its files an installation is refused by name, and the file is not made anew."""
    copied(told.directory, tmp_path / "site")
    (tmp_path / "site" / name).unlink()
    answer = verified(tmp_path / "site")
    assert answer.returncode == 1
    assert "Traceback" not in answer.stderr
    assert not answer.stdout.startswith("Verified")
    assert not (tmp_path / "site" / name).exists()
