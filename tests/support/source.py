"""The sources of troth as syntax trees, for tests about the house itself."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "troth"
# What a room may hold that is not pure.
FURNITURE = {"models", "actions", "reads", "pages", "api", "forms", "jobs", "urls", "migrations", "evidence"}


@cache
def tree(file: Path) -> ast.Module:
    """The syntax tree of `file`."""
    return ast.parse(file.read_text("utf-8"), str(file))


@cache
def modules() -> dict[str, Path]:
    """Every module of the package by its dotted name, without migrations."""
    files = (file for file in PACKAGE.rglob("*.py") if "migrations" not in file.parts)
    return {_dotted(file): file for file in sorted(files)}


def rooms() -> list[str]:
    """Every room by its dotted name."""
    return [f"troth.{file.parent.name}" for file in sorted(PACKAGE.glob("*/__init__.py"))]


def tests() -> list[Path]:
    """Every file of tests."""
    return sorted((ROOT / "tests").rglob("*.py"))


def committed() -> list[Path]:
    """Every file that is, or would be, committed."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [file for name in listed.splitlines() if (file := ROOT / name).is_file()]


def imports(file: Path) -> Iterator[str]:
    """The dotted name of everything that `file` imports: modules, and names out of modules."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def functions(file: Path) -> Iterator[ast.FunctionDef]:
    """Every function in `file`, methods too."""
    yield from (node for node in ast.walk(tree(file)) if isinstance(node, ast.FunctionDef))


def classes(file: Path) -> Iterator[ast.ClassDef]:
    """Every class in `file`."""
    yield from (node for node in ast.walk(tree(file)) if isinstance(node, ast.ClassDef))


def _dotted(file: Path) -> str:
    parts = file.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
