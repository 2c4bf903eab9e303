"""Habits that hold everywhere in the sources and the tests."""

import ast
import re
from collections import defaultdict
from pathlib import Path

from tests.support import source

MOST_LINES = 400
# A function of fewer statements than this may look like another one by chance.
TELLING_STATEMENTS = 4
VAGUE = ("util", "helper", "manager", "misc", "common")
SILENCED = re.compile(r"# (noqa|type: ignore)")
REASONED = re.compile(r"# (noqa: [A-Z]+[0-9]+(, [A-Z]+[0-9]+)* - \S|type: ignore\[[a-z, -]+\])")
OUTSIDE = {"promises", "browser", "faults"}
SKIPS = {"skip", "skipif", "xfail", "importorskip"}


def test_files_stay_short():
    """No file of sources or tests is longer than 400 lines."""
    lengths = {_name(file): len(file.read_text("utf-8").splitlines()) for file in _written()}
    assert {name: length for name, length in lengths.items() if length > MOST_LINES} == {}


def test_names_say_what_is_inside():
    """No module is a drawer for anything."""
    assert [_name(file) for file in _written() if any(word in file.stem for word in VAGUE)] == []


def test_every_exception_to_a_rule_says_which_and_why():
    """A linter is silenced for one named rule, with the reason behind it."""
    bare = [
        f"{_name(file)}:{number}"
        for file in _written()
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if SILENCED.search(line) and not REASONED.search(line)
    ]
    assert bare == []


def test_no_test_is_passed_over():
    """No test is skipped or expected to fail."""
    skipped = [
        f"{_name(file)}:{node.lineno}"
        for file in source.tests()
        for node in ast.walk(source.tree(file))
        if isinstance(node, ast.Attribute) and node.attr in SKIPS and ast.unparse(node).startswith("pytest.")
    ]
    assert skipped == []


def test_what_is_shown_from_outside_is_said():
    """The docstring of a test through the public surface is the sentence that it keeps."""
    silent = [
        f"{_name(file)}:{function.lineno} {function.name}"
        for file in source.tests()
        if file.parent.name in OUTSIDE
        for function in source.functions(file)
        if function.name.startswith("test_") and not ast.get_docstring(function)
    ]
    assert silent == []


def test_nothing_is_written_twice():
    """No two functions of the sources have the same body."""
    bodies: dict[str, list[str]] = defaultdict(list)
    for name, file in source.modules().items():
        for function in source.functions(file):
            body = function.body[1:] if ast.get_docstring(function) else function.body
            if sum(isinstance(node, ast.stmt) for line in body for node in ast.walk(line)) >= TELLING_STATEMENTS:
                bodies["\n".join(map(ast.dump, body))].append(f"{name}.{function.name}")
    assert [where for where in bodies.values() if len(where) > 1] == []


def _written() -> list[Path]:
    return [*source.modules().values(), *source.tests()]


def _name(file: Path) -> str:
    return str(file.relative_to(source.ROOT))
