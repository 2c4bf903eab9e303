"""`troth crawl`: progress, the browser and words around what a visitor sees."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from troth.crawl.address import Own, address
from troth.crawl.crawl import Crawled, crawl
from troth.crawl.errors import NoAddress
from troth.crawl.finding import Finding
from troth.crawl.pressing import Buttons, Wish
from troth.crawl.rules import findings
from troth.crawl.seen import STATES
from troth.crawl.visiting import How
from troth.entry.verifying import stages
from troth.statement.model import Statement


@dataclass(frozen=True)
class Wanted:
    """How a site is to be visited, as whoever asks said it."""

    pages: int
    timeout: float
    rest: float
    own: Sequence[str] = ()
    buttons: Mapping[Wish, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """What was found, and how much was looked at."""

    url: str
    crawled: Crawled
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> int:
        """How many of the findings are errors."""
        return sum(one.severity == "error" for one in self.findings)


def crawled(url: str, statement: Statement, wanted: Wanted, *, quiet: bool) -> Result:
    """Visits a site, and holds what it does on a visitor's device against a statement."""
    found = address(url)
    if found is None or found.scheme not in ("http", "https"):
        message = "That is not the address of a site. It begins with https:// or http://."
        raise NoAddress(message)
    own = Own(found.host, tuple(wanted.own))
    how = How(own, Buttons(wanted.buttons), wanted.timeout, wanted.rest)
    with stages(quiet=quiet) as stage:
        seen = crawl(url, how, pages=wanted.pages, stage=stage)
    return Result(url, seen, findings(seen.visits, statement, own))


def told(result: Result) -> dict[str, Any]:
    """The result as JSON."""
    return {
        "url": result.url, "ok": not result.errors, "more": result.crawled.more,
        "states": {state: {"reached": reached, "pages": pages} for state, reached, pages in _states(result)},
        "findings": [
            {
                "code": one.code, "severity": one.severity, "page": one.page, "subject": one.subject,
                "states": list(one.states), "message": one.message,
            }
            for one in result.findings
        ],
    }  # fmt: skip


def lines(result: Result) -> Iterator[str]:
    """The result in words: every finding, then the sum."""
    yield from (one.line() for one in result.findings)
    seen = ", ".join(f"{pages} {state}" for state, reached, pages in _states(result) if reached)
    more = " There are more; --pages says how many are visited." if result.crawled.more else ""
    if missed := [state for state, reached, _ in _states(result) if not reached]:
        yield f"Not seen, since nothing there could be pressed: {', '.join(missed)}."
    warnings = len(result.findings) - result.errors
    told = f"errors: {result.errors}, warnings: {warnings}" if result.findings else "as the statement says"
    yield f"{result.url}: {told}. Pages: {seen}.{more}"


def _states(result: Result) -> Iterator[tuple[str, bool, int]]:
    visits = {visit.state: visit for visit in result.crawled.visits}
    for state in STATES:
        visit = visits.get(state)
        yield state, bool(visit and visit.reached), sum(page.is_html for page in visit.pages) if visit else 0
