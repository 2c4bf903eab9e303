"""Whatever lies where a statement should be, every command answers with findings and their places in the file."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import told
from tests.support.site import EXAMPLES, ROOT, Failed, troth

STARTER = ROOT / "src" / "troth" / "statement" / "starter.yaml"
SOURCE = STARTER.read_text("utf-8")
NAME = "  name: Example Company Ltd."
AT = SOURCE[: SOURCE.index(NAME)].count("\n") + 1


def checked(file: Path) -> list[dict[str, Any]]:
    """The findings of `troth check`, which ends with status 1 and no traceback, and names a place for each."""
    done = told("check", file, "--json")
    assert (done.returncode, done.stderr) == (1, "")
    found: list[dict[str, Any]] = json.loads(done.stdout)["findings"]
    assert found
    lines = file.read_bytes().decode("utf-8", "replace").splitlines() if file.is_file() else [""]
    assert all(1 <= one["line"] <= len(lines) + 1 and one["column"] >= 1 for one in found)
    plain = told("check", file)
    assert (plain.returncode, plain.stderr) == (1, "")
    assert plain.stdout.startswith(f"{file}:{found[0]['line']}:{found[0]['column']}: {found[0]['code']} ")
    assert plain.stdout.replace("\n", "").isprintable()
    return found


def written(directory: Path, content: bytes | str) -> Path:
    """A file with `content`."""
    file = directory / "statement.yaml"
    file.write_bytes(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content)
    return file


def instead(of: str) -> str:
    """The example with another line for its controller's name."""
    return SOURCE.replace(NAME, of)


# What stands in the place of the controller's name, and what is found there.
HERE: dict[str, tuple[str, str, int]] = {
    "a tab": ("\tname: Example", "file-unreadable", 1),
    "a name twice": (f"{NAME}\n{NAME}", "file-duplicate-key", 3),
    "an anchor": ("  name: &x Example", "file-unreadable", 9),
    "an alias": ("  name: *x", "file-unreadable", 9),
    "a tag": ("  name: !!python/object:os.system echo", "file-unreadable", 9),
    "a tag of one's own": ("  name: !x Example", "file-unreadable", 9),
    "a merge": ("  <<: {name: Example}", "file-misshapen", 3),
    "a list for a name": ("  ? [a, b]\n  : Example", "file-unreadable", 5),
    "a second document": ("---\nname: Example", "file-unreadable", 1),
    "an unknown name": ("  nmae: Example", "file-misshapen", 3),
    "a name of 300 letters": (f"  {'n' * 300}: Example", "file-unreadable", 3),
    "a number": ("  name: 2006", "file-misshapen", 3),
    "a list": ("  name: [Example]", "file-misshapen", 3),
    "nothing": ("  name:", "file-misshapen", 3),
    "a text of 6,000 letters": (f"  name: {'n' * 6000}", "file-misshapen", 3),
    "a text in another tongue": ("  name: {en: Example, tlh: Example}", "language-undeclared", 23),
    "an escape": ('  name: "\\e[31mExample"', "text-hidden", 9),
    "an unseen escape": ("  name: \x1b[31mExample", "file-unreadable", 9),
    "a nul": ("  name: Exam\x00ple", "file-unreadable", 13),
    "a nul that is written": ('  name: "Infor\\0trend"', "text-hidden", 9),
    "a reversal": ("  name: \u202eelpmaxE", "text-hidden", 9),
    "an isolate": ('  name: "\\u2066Example\\u2069"', "text-hidden", 9),
    "a mark in the middle": ("  name: Exam\ufeffple", "text-hidden", 9),
    "hidden letters": ("  name: Example\U000e0041", "text-hidden", 9),
    "half a character": ('  name: "\\ud800"', "text-hidden", 9),
    "no character": ('  name: "\\UFFFFFFFF"', "file-unreadable", 3),
    "a reversal in a name": ('  "na\\u202eme": Example', "text-hidden", 3),
    "two lines in a name": ('  "na\\nme": Example', "text-hidden", 3),
    "an open bracket": ("  name: [Example", "file-unreadable", 0),
    "an open quote": ('  name: "Example', "file-unreadable", 0),
    "a wrong indent": (" name: Example", "file-unreadable", 10),
}


@pytest.mark.promise("P57")
@pytest.mark.parametrize("wrong", HERE)
def test_what_is_wrong_is_found_where_it_stands(tmp_path: Path, wrong: str) -> None:
    """One wrong line in a whole statement: the finding names it, by line and column."""
    line, code, column = HERE[wrong]
    found = checked(written(tmp_path, instead(line)))
    if column:
        assert (code, column) in {(one["code"], one["column"]) for one in found if one["line"] in (AT, AT + 1)}
    else:
        assert {one["code"] for one in found} == {code}


# Files that are no statement, in whole.
WHOLE: dict[str, bytes] = {
    "nothing": b"",
    "white space": b" \n\t\n",
    "a sentence": b"We value your privacy.",
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(64),
    "a page": b"<!doctype html><title>Privacy</title>",
    "utf-16": SOURCE.encode("utf-16"),
    "latin-1": SOURCE.replace("Ltd.", "Zürich").encode("latin-1", "replace"),
    "cut in a character": SOURCE.encode()[: SOURCE.encode().index("姓".encode()) + 1],
    "a list": b"- a\n- b\n",
    "many documents": b"---\n" * 50_000,
    "another version": SOURCE.replace("troth: 1", "troth: 2").encode(),
    "not yet a version": SOURCE.replace("troth: 1", "troth: one").encode(),
    "ten megabytes": SOURCE.encode() + b"# a comment\n" * 900_000,
    "brackets": b"[" * 5_000,
    "braces": b"{" * 5_000,
    "brackets in lines": b"[\n" * 50_000,
    "questions": b"? " * 50_000,
    "dashes": b"- " * 50_000,
    "steps": b"".join(b" " * step + b"a:\n" for step in range(500)),
    "many names": b"".join(b"k%d: 1\n" % number for number in range(90_000)),
    "fewer names": b"".join(b"k%d: 1\n" % number for number in range(20_000)),
    "a long list": b"[" + b"1, " * 90_000 + b"]",
    "a long line": b"a" * 1_000_000,
    "a shorter line": b"a " * 120_000,
    "empty lines": b"\n" * 250_000,
    "a bomb": b"a: &a [x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: &d [*c, *c]\ne: [*d, *d]\n",
    "a longer bomb": b"a: [x]\n" + b"".join(b"a%d: &a%d [*a%d, *a%d]\n" % (n, n, n - 1, n - 1) for n in range(1, 90)),
    "itself": b"&a [*a]",
    "many anchors": b"&a " * 90_000,
    "many tags": b"!a " * 90_000,
    "a huge version": b"%YAML " + b"9" * 5_000 + b".1\n---\na: 1\n",
    "a huge number": b"troth: " + b"9" * 5_000 + b"\n",
    "handles": b"".join(b"%%TAG !a%d! x\n" % number for number in range(9_000)) + b"--- !a1!b x\n",
}


@pytest.mark.promise("P57")
@pytest.mark.parametrize("file", WHOLE)
def test_what_is_no_statement_is_answered(tmp_path: Path, file: str) -> None:
    """Whatever the file is, however large, deep or twisted, the answer is a list of findings with their places."""
    found = checked(written(tmp_path, WHOLE[file]))
    assert {one["code"] for one in found} <= {"file-unreadable", "file-misshapen", "file-duplicate-key", "blank"}
    assert len(found) <= 120


@pytest.mark.promise("P57")
@pytest.mark.parametrize("dress", ["plain", "mark", "crlf", "cr", "start and end", "comments"])
def test_the_same_statement_in_other_dress(tmp_path: Path, dress: str) -> None:
    """Other line ends, a byte order mark or comments make no other statement."""
    dressed = {
        "plain": SOURCE,
        "mark": f"\ufeff{SOURCE}",
        "crlf": SOURCE.replace("\n", "\r\n"),
        "cr": SOURCE.replace("\n", "\r"),
        "start and end": f"%YAML 1.2\n---\n{SOURCE}...\n",
        "comments": "# a comment\n" * 2000 + SOURCE,
    }[dress]
    file = written(tmp_path, dressed)
    assert (told("check", file).returncode, told("check", file).stderr) == (0, "")
    assert "Changes: 0," in told("diff", STARTER, file).stdout


@pytest.mark.promise("P57")
@pytest.mark.parametrize("kind", ["missing", "directory", "pipe", "device", "endless", "loop", "below a file"])
def test_what_is_no_file_is_answered(tmp_path: Path, kind: str) -> None:
    """A path that leads to no file is answered at once, by every command that reads a statement."""
    path = tmp_path / "statement.yaml"
    match kind:
        case "directory":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "device" | "endless":
            path = Path("/dev/null" if kind == "device" else "/dev/zero")
        case "loop":
            path.symlink_to(path)
        case "below a file":
            path.write_text("troth: 1")
            path = path / "statement.yaml"
        case _:
            pass
    (found,) = checked(path)
    assert (found["code"], found["line"], found["column"]) == ("file-unreadable", 1, 1)
    assert "cannot be read" in found["message"]
    for command in (["show", path], ["diff", path, path]):
        done = told(*command)
        assert done.returncode == 1
        assert "cannot be read" in done.stderr


@pytest.mark.promise("P57")
@pytest.mark.parametrize("wrong", ["a reversal", "a name twice", "a number", "an alias"])
def test_what_is_refused_is_not_shown(tmp_path: Path, wrong: str) -> None:
    """What `troth check` refuses is neither shown nor compared: the same findings stand there instead."""
    file = written(tmp_path, instead(HERE[wrong][0]))
    for command in (["show", file], ["diff", file, STARTER]):
        done = told(*command)
        assert (done.returncode, done.stdout) == (1, "")
        assert f"{file}:{AT}" in done.stderr or f"{file}:{AT + 1}" in done.stderr


@pytest.mark.promise("P57")
def test_what_is_refused_is_not_published(tmp_path: Path) -> None:
    """What `troth check` refuses is neither founded upon nor published."""
    file = written(tmp_path, instead(HERE["a reversal"][0]))
    with pytest.raises(Failed, match=r"entry\.unfit"):
        troth("init", tmp_path / "founded", "--from", tmp_path)
    site = tmp_path / "site"
    troth("init", site, "--from", EXAMPLES / "infortrend")
    with pytest.raises(Failed, match=r"statement\.not-whole"):
        troth("publish", file, "--effective", "today", "--data", site)
