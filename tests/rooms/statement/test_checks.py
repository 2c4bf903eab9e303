"""What `check` promises whatever it is given."""

import ast
import subprocess
import sys
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

import troth.statement.checks
from tests.support.statements import MINIMAL, TODAY, as_file, codes, minimal
from troth.statement.checks import CODES, check
from troth.statement.finding import Where
from troth.statement.loader import loads

ROOM = Path(troth.statement.checks.__file__).parent


def test_a_whole_statement_has_no_findings() -> None:
    assert check(loads(MINIMAL.encode()), today=TODAY) == []


def test_what_the_loader_found_comes_first() -> None:
    plain = minimal() | {"id": "TBD"}
    del plain["changes"]
    found = codes(plain)
    assert found[:2] == ["file-misshapen", "file-misshapen"]
    assert found[-1] == "blank"


def test_findings_come_in_the_order_of_the_file_with_line_and_column() -> None:
    text = MINIMAL.replace("retention: P1Y", "").replace("separate: true", "").replace("country: US", "country: JP")
    found = check(loads(text.encode()), today=TODAY)
    assert [one.code for one in found] == [
        "purpose-without-retention",
        "consent-bundled",
        "transfer-undeclared",
        "transfer-unused",
    ]
    lines = text.splitlines()
    assert [lines[one.where.line - 1].strip() for one in found] == ["answer-you:", "newsletter:", "country: JP", "US:"]
    assert found[0].where == Where(lines.index("  answer-you:") + 1, 3)


def test_a_finding_reads_as_one_line() -> None:
    plain = minimal() | {"stored_in": ["XX", "TW"]}
    (found,) = check(loads(as_file(plain)), today=TODAY)
    assert found.where != Where(1, 1)
    assert found.line("statement.yaml") == (
        f"statement.yaml:{found.where.line}:{found.where.column}: country-unknown "
        "`XX` is no country code of ISO 3166-1, such as `TW` or `DE`. Correct it."
    )


def test_every_code_that_the_checks_use_is_registered_and_the_other_way_round() -> None:
    sources = [ROOM.parent / "loader.py", *ROOM.glob("*.py")]
    used = set[str]()
    for source in sources:
        for node in ast.walk(ast.parse(source.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Fault", "Finding"):
                used |= {str(one.value) for one in node.args[:1] if isinstance(one, ast.Constant)}
    assert used == set(CODES)


def test_checking_loads_neither_django_nor_the_country_library() -> None:
    program = (
        "import sys; from pathlib import Path; from datetime import date; from troth.statement.checks import check; "
        "from troth.statement.loader import loads; "
        "assert check(loads(sys.stdin.buffer.read()), today=date(2026, 11, 23)) == []; "
        "print([one for one in ('django', 'pycountry', 'phonenumbers') if one in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], input=MINIMAL.encode(), capture_output=True, check=True)
    assert done.stdout.strip() == b"[]"


@given(st.binary(max_size=400))
def test_no_bytes_make_it_raise(source: bytes) -> None:
    check(loads(source), today=TODAY)


YAML_LIKE = st.lists(
    st.sampled_from(
        [
            "a",
            "é",
            "- ",
            ": ",
            "\n",
            "  ",
            "{",
            "}",
            "[",
            "]",
            "'",
            '"',
            "|",
            ">",
            "#",
            "&x ",
            "*x",
            "!!int ",
            "!x ",
            "%YAML 1.1\n",
            "---\n",
            "...\n",
            "? ",
            ",",
            "\t",
            "\\x",
            "1",
            "0x1",
            "~",
            "true",
            "<<",
            "\0",
            "\ufeff",
            "troth: 1\n",
            "purposes:\n",
        ]
    ),
    max_size=40,
).map("".join)


@given(YAML_LIKE)
def test_no_text_that_looks_like_yaml_makes_it_raise(source: str) -> None:
    check(loads(source.encode()), today=TODAY)


PLACES = [(section, name) for section, value in minimal().items() if isinstance(value, dict) for name in value]
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["", "consent", "email", "US"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(PLACES), PLAIN)
def test_no_value_anywhere_makes_it_raise(place: tuple[str, str], value: object) -> None:
    plain = minimal()
    plain[place[0]][place[1]] = value
    for one in check(loads(as_file(plain)), today=TODAY):
        assert one.code in CODES


@given(st.sampled_from(PLACES))
def test_leaving_anything_out_never_raises(place: tuple[str, str]) -> None:
    plain = minimal()
    del plain[place[0]][place[1]]
    check(loads(as_file(plain)), today=TODAY)
