"""Holds what was seen against the statement: pure. The same site and statement give the same findings, in one order."""

import re
from collections.abc import Iterable, Iterator

from troth.crawl.address import Own, told
from troth.crawl.banners import banner
from troth.crawl.finding import Finding
from troth.crawl.forms import Forms, ticked
from troth.crawl.register import Register, outlives, purposes
from troth.crawl.seen import STATES, Page, State, Stored, Visit
from troth.statement.letters import shown
from troth.statement.model import Statement

# Code, subject and message; the page and the state come from where it was seen.
Said = tuple[str, str, str]
Seen = tuple[Said, str, State]

_WORDS = {
    "cookie": "The cookie",
    "local-storage": "The key of local storage",
    "session-storage": "The key of session storage",
    "indexed-db": "The database (IndexedDB)",
    "cache": "The cache",
    "service-worker": "The service worker for",
}
_WITHOUT_A_YES: dict[State, tuple[str, str]] = {
    "fresh": ("before-choice", "before anybody was asked"),
    "gpc": ("despite-gpc", "although the browser sends Sec-GPC"),
    "declined": ("after-decline", "after it was declined"),
    "withdrawn": ("after-withdrawal", "after the yes was taken back"),
}
_PAGES = {
    "page-unreachable": "It cannot be reached{detail}.",
    "page-redirects": "It leads round in circles.",
    "page-certificate": "Its certificate does not hold.",
    "page-slow": "It was not whole when its time was over.",
    "page-busy": "It keeps the browser so busy that it does not answer.",
    "page-crashed": "It ended the browser's process.",
    "page-untold": "What it says of itself cannot be understood.",
    "page-not-html": "It is no page. Begin with the address of one.",
    "page-elsewhere": "It leads to another site, which was not looked at.",
    "page-broken": "It answers with an error{detail}.",
    "page-dialogs": "It opens dialogs by itself.",
    "page-popups": "It opens windows by itself.",
    "page-downloads": "It starts a download by itself.",
}


def findings(visits: Iterable[Visit], statement: Statement, own: Own) -> tuple[Finding, ...]:
    """Everything that is at odds with the statement, each thing once, with every state in which it was seen."""
    seen = [found for visit in visits for found in _seen(visit, statement, own)]
    return tuple(sorted(_together(seen)))


def _seen(visit: Visit, statement: Statement, own: Own) -> Iterator[Seen]:
    register, forms = Register(statement, own), Forms(statement, own)
    for page in visit.pages:
        for said in _of_page(visit, page, register, forms, own):
            yield said, page.url, visit.state
    start = visit.pages[0].url if visit.pages else ""
    if visit.state == "fresh":
        for said in banner(visit.banner, asks=register.asks):
            yield said, visit.banner_page or start, "fresh"
    if visit.asked_again:
        yield ("asked-again", "", "Who has answered is asked again."), start, visit.state
    if visit.gpc_declared is False:
        message = '/.well-known/gpc.json does not say `"gpc": true`: nobody can tell that the signal is heeded.'
        yield ("gpc-undeclared", "", message), start, visit.state


def _of_page(visit: Visit, page: Page, register: Register, forms: Forms, own: Own) -> Iterator[Said]:
    for stored in page.stored:
        yield from _stored(visit.state, stored, register)
    for host in page.hosts:
        if host not in own:
            yield from _asked(visit.state, host, register)
    for form in page.forms:
        yield from forms.findings(form)
    if visit.state == "fresh":
        names = [*page.ticked, *(one.label or one.name for form in page.forms for one in ticked(form))]
        yield from (("choice-ticked", name, f"`{name}` is ticked before anybody made a choice.") for name in names)
    if page.reopen is False:
        yield "reopen-missing", "", "Nothing on it lets anybody change what they have chosen."
    yield from _troubles(visit, page)


def _stored(state: State, stored: Stored, register: Register) -> Iterator[Said]:
    what = f"{_WORDS[stored.kind]} `{stored.name}` of {stored.host}"
    subject = f"{stored.kind} {stored.host} {stored.name}"
    row = register.row(stored)
    if row is None:
        code = "cookie-unregistered" if stored.kind == "cookie" else "storage-unregistered"
        yield code, subject, f"{what} is not in the statement's register."
        return
    if row.consent and state in _WITHOUT_A_YES:
        code, when = _WITHOUT_A_YES[state]
        yield f"stored-{code}", subject, f"{what} needs a yes to `{row.consent}` and is there {when}."
    if outlives(row, stored):
        yield (
            "cookie-outlives",
            subject,
            f"{what} stays for longer than the statement says ({row.lifetime or 'nothing'}).",
        )


def _asked(state: State, host: str, register: Register) -> Iterator[Said]:
    rows = register.declared(host)
    if not rows:
        yield "third-party-undeclared", host, f"{host} is asked, which is neither the site's own nor in the register."
    if state in _WITHOUT_A_YES and (not rows or any(row.consent for row in rows)):
        code, when = _WITHOUT_A_YES[state]
        wanted = f", which needs a yes to `{'`, `'.join(purposes(rows))}`," if rows else ""
        yield f"third-party-{code}", host, f"{host}{wanted} is asked {when}."


def _troubles(visit: Visit, page: Page) -> Iterator[Said]:
    for trouble in page.troubles:
        if page.is_file and trouble.code == "page-downloads":
            continue  # that is what a link to a file is for
        detail = f" ({trouble.detail})" if trouble.detail else ""
        yield trouble.code, "", _PAGES[trouble.code].format(detail=detail)
    if visit.state == "fresh" and page is visit.pages[0] and not page.is_html and (page.is_file or not page.troubles):
        yield "page-not-html", "", _PAGES["page-not-html"]


def _together(seen: list[Seen]) -> Iterator[Finding]:
    """One finding for each thing. Where it is one thing that states differ about, the earliest state names it."""
    first: dict[tuple[str, str], tuple[Said, str]] = {}
    states: dict[tuple[str, str], set[State]] = {}
    for said, url, state in sorted(seen, key=lambda one: STATES.index(one[2])):
        key = _thing(said, url)
        first.setdefault(key, (said, url))
        states.setdefault(key, set()).add(state)
    for key, ((code, subject, message), url) in first.items():
        where = tuple(state for state in STATES if state in states[key])
        yield Finding(code, shown(subject), told(url), shown(message), where)


def _thing(said: Said, url: str) -> tuple[str, str]:
    """What two findings have in common that are one: what is stored or asked, in whichever state, is one thing of the
    whole site, and so is a control that is missing; what is wrong with a page is that page's.
    """
    code, subject, _ = said
    family = re.split("-(?:before|despite|after)-", code)[0]
    return (family, subject) if subject or code == "reopen-missing" else (family, url)
