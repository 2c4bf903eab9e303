"""The statement is whole: no blank left, nothing contradictory, nothing that cannot be kept."""

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.support.command import told
from tests.support.forked import run
from tests.support.points import EXAMPLES
from tests.support.site import EXAMPLES as DIRECTORY
from tests.support.site import Failed, troth

FILES = {name: DIRECTORY / name / "statement.yaml" for name in EXAMPLES}
PLAIN = {name: YAML(typ="safe", pure=True).load(file.read_text("utf-8")) for name, file in FILES.items()}
EACH = pytest.mark.parametrize("example", EXAMPLES)


def checked(file: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """What `troth check` answers about `file`."""
    return told("check", file, *options)


def written(directory: Path, plain: Any) -> Path:
    """`plain` as a statement file."""
    file = directory / "statement.yaml"
    file.write_text(json.dumps(plain, ensure_ascii=False, indent=1, default=str), "utf-8")
    return file


@pytest.mark.promise("P57")
@EACH
def test_the_examples_are_whole(example: str) -> None:
    """Both examples are checked without a finding."""
    done = checked(FILES[example])
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{FILES[example]}: whole.")
    found = json.loads(checked(FILES[example], "--json").stdout)
    assert found == {"file": str(FILES[example]), "ok": True, "findings": []}


@pytest.mark.promise("P57")
@pytest.mark.parametrize("blank", ["[List of countries]", "TBD", "XXX", "", "[Name]"])
def test_a_blank_is_found_where_it_stands(tmp_path: Path, blank: str) -> None:
    """A place that nobody filled in is found, with line and column, and the exit status says so."""
    lines = FILES["infortrend"].read_text("utf-8").splitlines()
    at = next(number for number, line in enumerate(lines) if line.strip().startswith("copy_at:"))
    column = len(lines[at + 1]) - len(lines[at + 1].lstrip()) + 1
    lines[at + 1] = " " * (column - 1) + f'en: "{blank}"'
    file = tmp_path / "statement.yaml"
    file.write_text("\n".join(lines) + "\n", "utf-8")
    done = checked(file)
    assert done.returncode == 1
    assert f"{file}:{at + 2}:{column}: blank " in done.stdout
    (found,) = json.loads(checked(file, "--json").stdout)["findings"]
    assert (found["code"], found["line"], found["column"]) == ("blank", at + 2, column)


@pytest.mark.promise("P57")
@pytest.mark.parametrize(
    "content",
    [b"", b"\x00\xff\xfe", b"troth: 1", b"- a\n- b", b"{" * 5000, b"a: &x [*x]", b"\xef\xbb\xbftroth: 1\n", b"a: b: c",
     b"troth: 1\ntroth: 1", "troth: 1\nid: \ud800".encode("utf-16", "surrogatepass"), b"x" * 1_100_000,
     b"!!python/object:os.system {}"],
    ids=lambda one: repr(one[:20]),
)  # fmt: skip
def test_any_file_is_answered(tmp_path: Path, content: bytes) -> None:
    """Whatever the file is, the answer is a list of findings with line and column, never a traceback."""
    file = tmp_path / "statement.yaml"
    file.write_bytes(content)
    done = checked(file)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith(f"{file}:")
    assert json.loads(checked(file, "--json").stdout)["ok"] is False


@pytest.mark.promise("P57")
def test_a_file_that_is_not_there_is_answered(tmp_path: Path) -> None:
    """A path that leads nowhere, or to a directory, is told in one line by every command that reads a statement."""
    for path in (tmp_path / "nothing.yaml", tmp_path):
        done = checked(path)
        assert done.returncode == 1
        assert "cannot be read" in done.stdout
        for command in (f"show {path}", f"diff {path} {path}"):
            assert told(*command.split()).returncode == 1


@pytest.mark.promise("P57")
def test_publishing_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """Publishing a path that leads nowhere is told in one line."""
    troth("init", tmp_path / "site")
    done = run("publish", tmp_path / "nothing.yaml", "--effective", "today", "--data", tmp_path / "site")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("troth: ")


@pytest.mark.promise("P57")
def test_what_is_not_whole_is_not_published(tmp_path: Path) -> None:
    """A statement with a blank is not published, whoever tries."""
    plain = copy.deepcopy(PLAIN["infortrend"])
    plain["purposes"]["payment"]["text"]["en"] = "TBD"
    file = written(tmp_path, plain)
    troth("init", tmp_path / "site", "--from", DIRECTORY / "infortrend")
    with pytest.raises(Failed, match=r"statement\.not-whole"):
        troth("publish", file, "--effective", "today", "--data", tmp_path / "site")


@pytest.mark.promise("P07")
@EACH
def test_diagnostics_serve_support_alone(example: str) -> None:
    """Hardware and software details are declared for supporting people and for nothing else, at no other point."""
    asked = {
        (point, field): purposes
        for point, declared in PLAIN[example]["collection"].items()
        for part in ("required", "optional")
        for field, purposes in declared.get(part, {}).items()
        if field in ("diagnostics", "log-file")
    }
    assert asked == {("support", "diagnostics"): ["support-you"], ("support", "log-file"): ["support-you"]}


@pytest.mark.promise("P07")
@EACH
@pytest.mark.parametrize("field", ["diagnostics", "log-file"])
def test_nobody_else_can_be_given_them(tmp_path: Path, example: str, field: str) -> None:
    """A statement that hands these details on for another purpose is refused by the check, with the place."""
    plain = copy.deepcopy(PLAIN[example])
    all_ = plain["recipients"].items()
    name, recipient = next((name, one) for name, one in all_ if "prepare-quote" in one["purposes"])
    recipient["purposes"]["prepare-quote"].append(field)
    done = checked(written(tmp_path, plain), "--json")
    assert done.returncode == 1
    (found,) = json.loads(done.stdout)["findings"]
    assert (found["code"], found["place"][:3]) == ("recipient-field-not-collected", ["recipients", name, "purposes"])


@pytest.mark.promise("P07", "P53")
def test_using_them_for_more_is_a_material_change(tmp_path: Path) -> None:
    """A statement that would use these details for something else says so as a material change."""
    plain = copy.deepcopy(PLAIN["synology-2006"])
    plain["collection"]["support"]["optional"]["diagnostics"].append("improve-products")
    found = json.loads(told("diff", FILES["synology-2006"], written(tmp_path, plain), "--json").stdout)
    assert any(one["material"] and one["clause"].startswith("collection.support") for one in found["changes"])


@pytest.mark.promise("P57")
def test_the_check_is_light() -> None:
    """Checking a statement loads no Django: it is quick enough for an editor."""
    program = "\n".join(
        [
            "import sys",
            f"sys.argv = ['troth', 'check', {str(FILES['infortrend'])!r}]",
            "from troth.entry.commands import main",
            "try:",
            "    main()",
            "except SystemExit as end:",
            "    assert not end.code",
            "heavy = {'django', 'ninja', 'granian', 'psycopg', 'rich', 'rdflib', 'cryptography'}",
            "print('loaded:', sorted({name.partition('.')[0] for name in sys.modules} & heavy))",
        ]
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "loaded: []"
