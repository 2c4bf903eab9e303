"""Every code has one page, and what the page shows is true."""

import re
from pathlib import Path

import pytest

from tests.support.statements import TODAY, findings, minimal, with_entries
from troth.statement.checks import CODES, check
from troth.statement.finding import Finding
from troth.statement.loader import loads

PAGES = Path(__file__).parents[3] / "docs" / "findings"
# These are about the file itself, so that their bad example cannot be put into a whole statement.
OF_THE_FILE = ("file-unreadable", "file-duplicate-key", "text-hidden")


def examples(code: str) -> tuple[str, str]:
    """The bad and the good example on the page of `code`."""
    bad, good = re.findall(r"```yaml\n(.*?)```", (PAGES / f"{code}.md").read_text("utf-8"), re.DOTALL)
    return bad, good


def found_with(example: str) -> list[Finding]:
    """What is found in a whole statement with `example` put in."""
    return findings(with_entries(minimal(), loads(example.encode()).plain))


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    assert {page.stem for page in PAGES.glob("*.md")} - {"README"} == set(CODES)


def test_the_list_of_findings_names_every_code_with_its_severity() -> None:
    listed = dict(
        re.findall(
            r"^\| \[([a-z0-9-]+)\]\(\1\.md\) \| (error|warning) \|",
            (PAGES / "README.md").read_text("utf-8"),
            re.MULTILINE,
        )
    )
    assert listed == {code: entry.severity for code, entry in CODES.items()}


@pytest.mark.parametrize("code", sorted(CODES))
def test_a_page_gives_the_severity_and_the_line_of_its_code(code: str) -> None:
    entry = CODES[code]
    assert f"*{entry.severity}*: {entry.line}" in (PAGES / f"{code}.md").read_text("utf-8")


@pytest.mark.parametrize("code", sorted(set(CODES) - set(OF_THE_FILE)))
def test_the_bad_example_is_found(code: str) -> None:
    found = [one for one in found_with(examples(code)[0]) if one.code == code]
    assert found
    assert all(one.severity == CODES[code].severity for one in found)


@pytest.mark.parametrize("code", sorted(CODES))
def test_the_good_example_is_not_found(code: str) -> None:
    assert code not in [one.code for one in found_with(examples(code)[1])]


@pytest.mark.parametrize("code", OF_THE_FILE)
def test_a_bad_file_is_found(code: str) -> None:
    assert {one.code for one in check(loads(examples(code)[0].encode()), today=TODAY)} == {code}
