"""Whatever a statement file holds, it is answered with findings, or it is whole and works everywhere."""

import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import strategies as st

from tests.support import points
from tests.support.databases import Databases
from tests.support.declared import declared
from tests.support.documents import walked
from tests.support.fuzzing import ORDINARY, hold
from tests.support.mutants import Plain, mutant, text, whole_mutant
from tests.support.site import EXAMPLES, Running
from tests.support.statements import MINIMAL, TODAY, as_file, minimal
from troth.statement.canonical import canonical_form
from troth.statement.checks import CODES, check
from troth.statement.compile import compile_statement
from troth.statement.difference import difference
from troth.statement.letters import no_text
from troth.statement.loader import loads
from troth.statement.model import Statement
from troth.statement.notice import notice
from troth.statement.show import Format, show

pytestmark = pytest.mark.timeout(7200)
YAML_LIKE = st.lists(
    st.sampled_from(
        ["a", "é", "\u202e", "- ", ": ", "\n", "  ", "{", "}", "[", "]", "'", '"', "|", ">", "#", "&x ", "*x", "!!int ",
         "!x ", "!<%ff> ", "%YAML 1.1\n", "%TAG !a! b\n", "---\n", "...\n", "? ", ",", "\t", "\\x1b", "\\uD800",
         "\\UFFFFFFFF",
         "\\N", "1", "0x1", "~", "true", "<<", "\0", "\ufeff", "\r", "\x85", "\u2028", "troth: 1\n", "purposes:\n"]
    ),
    max_size=60,
).map("".join)  # fmt: skip


def answered(source: bytes) -> Statement | None:
    """What `source` declares if it is whole. Each finding has a code, a place in the file, and one line to print."""
    loaded = loads(source)
    found = check(loaded, today=TODAY)
    lines = re.split(r"\r\n|\n|\r", source.decode("utf-8", "replace"))
    for one in found:
        assert one.code in CODES
        assert 1 <= one.where.line <= len(lines)
        assert 1 <= one.where.column <= len(lines[one.where.line - 1]) + 1
        assert not no_text(one.message.replace("\ufffd", ""))
        assert len(one.message) < 1000
        json.dumps(one.place, ensure_ascii=False).encode()
    assert found or loaded.statement
    return None if any(one.severity == "error" for one in found) else loaded.statement


def works(statement: Statement, other: Statement) -> None:
    """Whoever takes a whole statement can use it: shown in each language, compiled, noticed, compared, canonical."""
    compiled = compile_statement(statement)
    for language in ("en", "zh-Hant"):
        for form in get_args(Format):
            show(statement, language, form).encode()
        for name in statement.collection:
            assert notice(statement, name, language, "")["point"] == name
        for old, new in ((statement, other), (other, statement), (statement, statement)):
            assert bool(difference(old, new, language).changes) <= (canonical_form(old) != canonical_form(new))
    assert compiled.points.keys() == statement.collection.keys()
    again = loads(canonical_form(statement)).statement
    assert again is not None
    assert canonical_form(again) == canonical_form(statement)


def test_any_bytes(rounds: int) -> None:
    """No bytes make the check fail."""
    hold(answered, st.binary(max_size=600), examples=150, rounds=rounds)


def test_any_text_that_looks_like_yaml(rounds: int) -> None:
    """No text out of YAML's own signs makes the check fail."""
    hold(lambda said: answered(said.encode()), YAML_LIKE, examples=300, rounds=rounds)


def test_any_damage_to_a_file(rounds: int) -> None:
    """Bytes overwritten, taken out or put in anywhere in a whole file: findings, or it still is whole."""
    source = MINIMAL.encode()

    def damaged(at: int, length: int, put: bytes) -> None:
        answered(source[:at] + put + source[at + length :])

    put = st.one_of(st.binary(max_size=6), YAML_LIKE.map(lambda said: said.encode()[:12]))
    hold(damaged, st.integers(0, len(source)), st.integers(0, 80), put, examples=120, rounds=rounds)


@pytest.mark.parametrize("name", ["minimal", "infortrend"])
def test_any_change_to_a_statement(rounds: int, name: str) -> None:
    """A part left out, doubled, misnamed, of another kind or in another's place: findings, or it works everywhere."""
    plain, statement = _plain(name), declared(name)

    def changed(data: st.DataObject) -> None:
        made = plain
        for _ in range(data.draw(st.integers(1, 3))):
            made = mutant(made, lambda among: data.draw(st.sampled_from(among)))
        if found := answered(as_file(made)):
            works(found, statement)

    hold(changed, st.data(), examples=200 if name == "minimal" else 12, rounds=rounds)


@pytest.mark.usefixtures("sqlite")
def test_what_is_whole_is_served(tmp_path: Path, store: Any, client: Any, rounds: int) -> None:
    """A statement changed at random in many places, and whole: it is published, shown, asked and kept."""
    for seed in range(max(1, rounds // ORDINARY)):
        plain, kept = whole_mutant(minimal(), seed, 200)
        assert kept > 10
        works(_whole(plain), declared())
        _serve(client, _written(tmp_path / str(seed), plain), store())


def _serve(client: Any, example: Path, databases: Databases) -> None:
    site = Running.new(str(example), example / "site", databases)
    try:
        assert len(walked(site)) > 10
        for name in json.loads((example / "statement.yaml").read_text("utf-8"))["collection"]:
            points.taken(points.give(client, site, name))
    finally:
        site.close()


def _plain(name: str) -> Plain:
    if name == "minimal":
        return minimal()
    plain: Plain = loads((EXAMPLES / name / "statement.yaml").read_bytes()).plain
    return plain


def _written(directory: Path, plain: Plain) -> Path:
    directory.mkdir()
    (directory / "statement.yaml").write_text(text(plain), "utf-8")
    return directory


def _whole(plain: Plain) -> Statement:
    statement = answered(as_file(plain))
    assert statement is not None
    return statement
