"""The house: what a room may know of another, beyond what the import contracts in pyproject.toml say."""

import ast

import grimp
import pytest

from tests.support import source

RELATIONS = {"ForeignKey", "OneToOneField", "ManyToManyField"}
SIGNALS = ("django.dispatch", "django.db.models.signals", "django.core.signals", "django.test.signals")


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    """Who imports whom."""
    return grimp.build_graph("troth", include_external_packages=True, cache_dir=None)


def test_every_room_says_what_it_keeps():
    """A room's `__init__` is one paragraph that says which part of the statement it keeps."""
    silent = [name for name, file in source.modules().items() if not ast.get_docstring(source.tree(file))]
    assert silent == []


def test_rows_are_private_to_their_room(graph):
    """A room's rows are imported by that room alone."""
    broken = [
        f"{importer} imports {room}.models"
        for room in source.rooms()
        if f"{room}.models" in graph.modules
        for importer in graph.find_modules_that_directly_import(f"{room}.models")
        if not importer.startswith(f"{room}.")
    ]
    assert broken == []


def test_no_relation_between_rows_crosses_rooms():
    """Rooms refer to each other by value: a relation names a row of its own room."""
    crossing = []
    for name, file in source.modules().items():
        if not name.endswith(".models"):
            continue
        own = {row.name for row in source.classes(file)} | {"self"}
        crossing += [f"{name}:{call.lineno}" for call in _relations(source.tree(file)) if _target(call) not in own]
    assert crossing == []


def test_the_statement_is_pure_but_for_its_furniture(graph):
    """Reading, checking, compiling and showing a statement reach neither Django nor a store."""
    furniture = {f"troth.statement.{name}" for name in source.FURNITURE}
    reaching = [
        " -> ".join(chain)
        for name in source.modules()
        if name.startswith("troth.statement.") and name not in furniture
        if (chain := graph.find_shortest_chain(name, "django"))
    ]
    assert reaching == []


def test_rules_are_told_the_time():
    """No rule asks what time it is; the moment is an argument."""
    asking = [
        f"{name}:{node.lineno}"
        for name, file in source.modules().items()
        if name.endswith(".rules")
        for node in ast.walk(source.tree(file))
        if isinstance(node, ast.Attribute) and node.attr in ("now", "today", "utcnow")
    ]
    assert asking == []


def test_there_are_no_signals():
    """A higher room reads what a lower one wrote; nothing happens behind a writer's back."""
    signals = [
        f"{name} imports {imported}"
        for name, file in source.modules().items()
        for imported in source.imports(file)
        if imported.startswith(SIGNALS)
    ]
    assert signals == []


def _relations(tree: ast.Module) -> list[ast.Call]:
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return [call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr in RELATIONS]


def _target(call: ast.Call) -> str:
    named = [*call.args[:1], *(keyword.value for keyword in call.keywords if keyword.arg == "to")]
    match named[0]:
        case ast.Name(id=name):
            return name
        case ast.Constant(value=str(name)):
            return name
        case other:
            return ast.unparse(other)
