"""`troth crawl`: what a site does on a visitor's device, held against its statement, as a privacy officer would."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support import badly_made, forked
from tests.support.served import served

EVERY = ["fresh", "gpc", "declined", "accepted", "withdrawn"]
WITHOUT_A_YES = ["fresh", "gpc", "declined", "withdrawn"]
OWN = "127.0.0.1"
PLANTED = {
    ("asked-again", "", "/"): ["declined", "accepted"],
    ("banner-contrast", "accept", "/"): ["fresh"],
    ("banner-focus", "", "/"): ["fresh"],
    ("choice-ticked", "Yes to everything", "/"): ["fresh"],
    ("cookie-outlives", f"cookie {OWN} basket", "/"): EVERY,
    ("cookie-unregistered", f"cookie {OWN} track", "/"): EVERY,
    ("decline-unequal", "", "/"): ["fresh"],
    ("form-by-address", "/take", "/send"): EVERY[:4],
    ("form-elsewhere", "localhost", "/away"): EVERY[:4],
    ("form-field-required", "name", "/ask/enquiry"): EVERY[:4],
    ("form-field-undeclared", "national_id", "/ask/enquiry"): EVERY[:4],
    ("gpc-undeclared", "", "/"): ["gpc"],
    ("page-broken", "", "/gone"): EVERY[:4],
    ("page-dialogs", "", "/opens"): EVERY[:4],
    ("page-downloads", "", "/opens"): EVERY[:4],
    ("page-elsewhere", "", "/other"): ["fresh"],
    ("page-popups", "", "/opens"): EVERY[:4],
    ("reopen-missing", "", "/still"): ["declined", "accepted"],
    ("storage-unregistered", f"cache {OWN} pile", "/"): EVERY,
    ("storage-unregistered", f"indexed-db {OWN} spy", "/"): EVERY,
    ("storage-unregistered", f"local-storage {OWN} uid", "/"): EVERY,
    ("storage-unregistered", f"session-storage {OWN} sid", "/"): EVERY,
    ("stored-after-decline", f"cookie {OWN} refused", "/"): ["declined"],
    ("stored-after-withdrawal", f"cookie {OWN} kept", "/"): ["withdrawn"],
    ("stored-before-choice", f"cookie {OWN} early", "/"): EVERY[:3] + EVERY[4:],
    ("stored-despite-gpc", f"cookie {OWN} signalled", "/"): ["gpc"],
    ("third-party-after-decline", "127.0.0.3", "/"): ["declined"],
    ("third-party-after-withdrawal", "127.0.0.4", "/"): ["withdrawn"],
    ("third-party-before-choice", "localhost", "/"): WITHOUT_A_YES,
    ("third-party-despite-gpc", "127.0.0.2", "/"): ["gpc"],
    ("third-party-undeclared", "localhost", "/"): EVERY,
}


@pytest.fixture
def statement(tmp_path: Path) -> Path:
    """The statement of the badly made sites."""
    file = tmp_path / "statement.yaml"
    file.write_bytes(badly_made.statement())
    return file


def crawled(url: str, statement: Path, *options: object) -> tuple[int, dict[str, Any]]:
    """The exit status of `troth crawl`, and its answer."""
    done = forked.run("crawl", url, "--statement", statement, "--rest", "5", "--json", *options)
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)


def seen(told: dict[str, Any], url: str) -> dict[tuple[str, str, str], list[str]]:
    """The findings: code, subject and page, with their states."""
    return {(one["code"], one["subject"], one["page"].removeprefix(url)): one["states"] for one in told["findings"]}


def by_page(told: dict[str, Any], url: str) -> dict[str, set[str]]:
    """The codes of each page's findings."""
    codes: dict[str, set[str]] = {}
    for code, _, page in seen(told, url):
        codes.setdefault(page, set()).add(code)
    return codes


def test_each_planted_fault_is_found(statement: Path) -> None:
    """On a site on which everything is wrong, each thing is found once, by its code and in its states; nothing else."""
    with served({}) as other, served(badly_made.bad(other.replace(OWN, "localhost"))) as url:
        status, told = crawled(f"{url}/", statement)
    assert seen(told, url) == PLANTED
    assert (status, told["ok"]) == (1, False)
    assert "secret" not in json.dumps(told)
    assert told["findings"] == sorted(told["findings"], key=lambda one: (one["code"], one["subject"], one["page"]))


def test_a_site_that_does_as_it_says_is_clean(statement: Path) -> None:
    """A site that does as its statement says has no finding, in none of the states; what was not visited is said."""
    with served(badly_made.good()) as url:
        status, told = crawled(f"{url}/", statement)
    assert (told["findings"], status, told["ok"]) == ([], 0, True)
    assert told["states"] == {state: {"reached": True, "pages": 1 if state == "withdrawn" else 2} for state in EVERY}


def test_declining_is_as_near_as_accepting(statement: Path) -> None:
    """Where one cannot decline, or only a step further, that is found; controls are found by words that are named."""
    with served(badly_made.unequal()) as url:
        alone = crawled(f"{url}/alone", statement, "--pages", "1")[1]
        steps = ("--accept", "Fine with me", "--decline", "Settings", "--decline", "Without")
        longer = crawled(f"{url}/longer", statement, "--pages", "1", *steps)[1]
    assert ("decline-missing", "", "/alone") in seen(alone, url)
    assert not alone["states"]["declined"]["reached"]
    assert ("decline-longer", "", "/longer") in seen(longer, url)
    assert longer["states"]["declined"]["reached"]


def test_pages_that_keep_one_waiting_are_left(statement: Path) -> None:
    """A page that never comes, never ends or never answers is named and left for the next."""
    with served(badly_made.waiting()) as url:
        told = crawled(f"{url}/", statement, "--timeout", "3", "--rest", "1")[1]
    codes = by_page(told, url)
    wanted = {"/never": "page-slow", "/half": "page-slow", "/busy": "page-busy", "/alerts": "page-dialogs"}
    assert {page: code for page, code in wanted.items() if code not in codes.get(page, ())} == {}, codes
    assert [page for page in codes if "page-dialogs" in codes[page]] == ["/alerts"]


def test_hostile_pages_are_survived(statement: Path) -> None:
    """Whatever a page does is held against that page alone, and cannot be read as anything else by whoever looks."""
    with served(badly_made.hostile()) as url:
        told = crawled(f"{url}/", statement, "--rest", "1")[1]
    codes = by_page(told, url)
    codes.pop("/moves", None)  # it may or may not be met between two moves
    assert "page-popups" in codes.pop("/stays")
    assert codes == {
        "/": {"banner-missing", "gpc-undeclared"},
        "/broken-off": {"page-unreachable"},
        "/circles": {"page-redirects"},
        "/deep": {"form-field-undeclared"},
        "/names": {"storage-unregistered"},
        "/untold": {"page-untold"},
    }
    assert all(text.isprintable() and len(text) < 1000 for one in told["findings"] for text in map(str, one.values()))


def test_what_is_no_site_is_said(statement: Path, tmp_path: Path) -> None:
    """An address where nobody is, a certificate that does not hold, and what is no page each have their name."""
    with served({"/": badly_made.good()["/paper"]}) as url, served({"/": "<p>Hello"}, tls=tmp_path) as unknown:
        wanted = {url: "page-not-html", unknown: "page-certificate"}
        codes = {one: [found["code"] for found in crawled(one, statement)[1]["findings"]] for one in wanted}
        assert all(code in codes[one] for one, code in wanted.items()), codes
    assert "page-unreachable" in [one["code"] for one in crawled(url, statement)[1]["findings"]]
    refused = forked.run("crawl", "ftp://example.com", "--statement", statement)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("troth: crawl.no-address: ")


def test_without_a_browser_it_says_what_is_missing(statement: Path, tmp_path: Path) -> None:
    """Without what drives a browser, or without a browser, it is said in one line what to install."""
    (tmp_path / "playwright.py").write_text("raise ImportError")
    command = [forked.TROTH, "crawl", "http://127.0.0.1:9", "--statement", statement]
    environment = forked.own_environment() | {"PYTHONPATH": str(tmp_path)}
    bare = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (bare.returncode, bare.stderr.count("\n")) == (1, 1)
    assert bare.stderr.startswith("troth: crawl.no-browser: ")
    nobody = forked.run(*command[1:], CHROMIUM=str(tmp_path / "none"))
    assert (nobody.returncode, nobody.stderr.count("\n")) == (1, 1)
    assert nobody.stderr.startswith("troth: crawl.no-browser: ")
