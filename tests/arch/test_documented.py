"""What a stranger can meet is written down: error codes, findings, commands, promises."""

import ast
import re
import tomllib
from functools import cache

import pytest
from typer.main import get_command

from tests.support import source
from troth.crawl.codes import CODES as SEEN
from troth.entry.commands import app
from troth.statement.checks import CODES

PROMISES = range(1, 59)
CODE = re.compile(r"^[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*$")


def error_codes() -> dict[str, str]:
    """Every error code, and the class that carries it."""
    found: dict[str, str] = {}
    for name, file in source.modules().items():
        for row in source.classes(file):
            for text in _code_of(row):
                assert text not in found, f"{text} is the code of {found[text]} and of {name}.{row.name}"
                found[text] = f"{name}.{row.name}"
    return found


def promises() -> dict[str, list[str]]:
    """Every promise that a test shows, with the tests that show it."""
    found: dict[str, list[str]] = {}
    for file in source.tests():
        for function in source.functions(file):
            for number in _promises_of(function):
                found.setdefault(number, []).append(f"{file.relative_to(source.ROOT)}::{function.name}")
    return found


@cache
def document(name: str) -> str:
    return (source.ROOT / name).read_text("utf-8")


def test_error_codes_are_well_formed():
    """A code is `room.fact`, in the words of the room that refuses."""
    strange = [
        code
        for code, home in error_codes().items()
        if not CODE.match(code) or (code.partition(".")[0] not in ("troth", home.split(".")[1]))
    ]
    assert strange == []


def test_every_error_code_is_documented():
    """`docs/errors.md` has every code."""
    assert [code for code in error_codes() if f"`{code}`" not in document("docs/errors.md")] == []


def test_every_finding_has_its_page():
    """Whatever `troth check` finds has a page in `docs/findings/` under its code, and no page is left over."""
    pages = {page.stem for page in (source.ROOT / "docs" / "findings").glob("*.md")} - {"README"}
    assert pages == set(CODES)


def test_everything_a_crawl_finds_is_documented():
    """`docs/crawling.md` has every code of a crawl with its severity and line, in their order, and no other."""
    rows = re.findall(r"^\| `(.+)` \| (.+) \| (.+) \|$", document("docs/crawling.md"), re.MULTILINE)
    assert rows == [(name, code.severity, code.line) for name, code in SEEN.items()]


def test_every_command_is_in_the_readme():
    """The README names every command of `troth`."""
    commands = get_command(app).commands  # type: ignore[attr-defined]
    assert [name for name in commands if f"troth {name}" not in document("README.md")] == []


def test_promise_numbers_exist():
    """A test claims only promises that there are."""
    assert [number for number in promises() if int(number[1:]) not in PROMISES] == []


def test_promises_are_shown_from_outside():
    """Tests of promises and of faults go through the public surface: they import no room."""
    files = {where.partition("::")[0] for found in promises().values() for where in found}
    assert [file for file in files if not file.startswith(("tests/promises/", "tests/faults/"))] == []
    inside = [
        f"{file} imports {name}"
        for file in sorted(files)
        for name in source.imports(source.ROOT / file)
        if name.startswith("troth.")
    ]
    assert inside == []


def test_the_architecture_names_the_tests_of_every_promise():
    """`ARCHITECTURE.md` leads from each promise to its tests."""
    told = document("ARCHITECTURE.md")
    assert [number for number in promises() if number not in told] == []


def test_committed_files_name_no_download_address():
    """Lock and configuration files pin by hash and leave it to the reader's own tools where to fetch from."""
    address = re.compile(r"index-url|find-links|^-i |\"resolved\": *\"http|https?://\S+\.(whl|tgz|tar\.gz)")
    naming = [
        f"{file.relative_to(source.ROOT)}:{number}"
        for file in source.committed()
        if file.suffix in (".txt", ".toml", ".lock", ".cfg", ".json", ".yaml", ".yml") or file.name == "Makefile"
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if address.search(line)
    ]
    assert naming == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_requirements_are_pinned_by_hash(name):
    """Whatever is installed is exactly what was locked: a version and its hashes."""
    pinned = re.sub(r"\\\n", " ", document(name)).splitlines()
    assert [line for line in pinned if not re.match(r"[a-z0-9._-]+(\[[a-z,]+\])?==\S+ .*--hash=sha256:", line)] == []


def test_requirements_cover_the_project():
    """Every dependency that `pyproject.toml` declares is locked."""
    project = tomllib.loads(document("pyproject.toml"))
    groups = project["dependency-groups"].values()
    wanted = {
        re.match(r"[a-z0-9._-]+", one).group().replace(".", "-")  # type: ignore[union-attr]
        for one in [*project["project"]["dependencies"], *(name for group in groups for name in group)]
    }
    locked = {
        line.partition("==")[0].partition("[")[0].replace(".", "-")
        for name in ("requirements-dev.txt", "requirements-clickhouse.txt")
        for line in document(name).splitlines()
    }
    assert wanted - locked == set()


def _code_of(row: ast.ClassDef) -> list[str]:
    for line in row.body:
        match line:
            case ast.Assign(targets=[ast.Tuple(elts=[ast.Name(id="code"), _])], value=ast.Tuple(elts=[value, _])):
                return [str(ast.literal_eval(value))]
            case ast.Assign(targets=[ast.Name(id="code")], value=ast.Constant(value=value)):
                return [str(value)]
    return []


def _promises_of(function: ast.FunctionDef) -> list[str]:
    marks = (node for node in function.decorator_list if isinstance(node, ast.Call))
    return [
        str(ast.literal_eval(argument))
        for mark in marks
        if ast.unparse(mark.func) == "pytest.mark.promise"
        for argument in mark.args
    ]
