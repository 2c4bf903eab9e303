"""What is made of what a browser saw: registers, forms, banners, addresses and cookies, without a browser."""

from typing import Any

import pytest

from tests.support import badly_made
from troth.crawl import rules
from troth.crawl.address import Own, address, told
from troth.crawl.banners import banner
from troth.crawl.forms import Forms
from troth.crawl.register import Register, outlives
from troth.crawl.seen import Banner, Control, Form, Kind, Look, Page, State, Stored, Trouble, Visit
from troth.crawl.watching import set_by
from troth.statement.loader import loads
from troth.statement.model import Statement

OWN = Own("www.example.com", ("cdn.example",))
NOW = 1_800_000_000.0
LOOK = Look(
    role="button", width=120, height=40, size=16, weight=400, padding="8px", contrast=8.0, prominence=8.0, focused=False
)  # fmt: skip


@pytest.fixture(scope="module")
def statement() -> Statement:
    """The statement of the badly made sites."""
    found = loads(badly_made.statement()).statement
    assert found
    return found


def control(name: str = "", kind: str = "text", **more: Any) -> Control:
    plain = {"name": name, "kind": kind, "autocomplete": "", "label": "", "required": False, "ticked": False}
    return Control.model_validate({**plain, **more})


def form(*controls: Control, names: tuple[str, ...] = ("enquiry",), **more: Any) -> Form:
    plain = {"action": "https://www.example.com/ask/", "post": True, "search": False, "names": names}
    return Form.model_validate({**plain, **more, "controls": controls})


def visit(state: State, *stored: Stored, hosts: tuple[str, ...] = (), url: str = "https://example.com/") -> Visit:
    found, page = Visit(state), Page(url)
    page.stored.update(stored)
    page.hosts.update(hosts)
    page.is_html = True
    found.pages.append(page)
    return found


def codes(statement: Statement, *visits: Visit) -> list[tuple[str, str, tuple[State, ...]]]:
    found = rules.findings(visits, statement, OWN)
    return [(one.code, one.subject, one.states) for one in found if one.code != "banner-missing"]


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("www.example.com", True), ("example.com", True), ("shop.example.com", True), ("a.cdn.example", True),
        ("badexample.com", False), ("example.com.evil.example", False), ("", False),
    ],
)  # fmt: skip
def test_whose_a_host_is(host: str, own: bool) -> None:
    """A site's own are its domain, what is under it, and what was named; what only looks like it is not."""
    assert (host in OWN) is own


def test_an_address_is_shown_without_what_it_may_say_of_somebody() -> None:
    """No query, no fragment, no name, no control characters, and not for ever."""
    assert told("https://ann:secret@example.com/a?mail=ann#x") == "https://example.com/a"
    assert told("https://example.com/\x1b[2J\u202e").isprintable()
    assert len(told("https://example.com/" + "a" * 5000)) < 250
    assert "secret" not in told("http://[secret")
    assert [address(url) for url in ("http://[", "http://a:b/", "javascript:1", "ftp://a/", "http:///a")] == [None] * 5


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("a=1", ("a", "example.com", None)),
        ("a=1; Max-Age=172800; Path=/", ("a", "example.com", 2.0)),
        ("a=1; Domain=.EXAMPLE.com", ("a", "example.com", None)),
        ("a=1; Domain=other.example", ("a", "example.com", None)),
        ("a=1; Max-Age=soon", ("a", "example.com", None)),
        ("a=1; Expires=Fri, 99 Foo", ("a", "example.com", None)),
        ("a=; Max-Age=0", None),
        ("a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("=1", None),
        ("", None),
    ],
)
def test_what_an_answer_sets(line: str, wanted: tuple[str, str, float | None] | None) -> None:
    """The cookie of a ``Set-Cookie`` line, with its host and days; none where one is removed or nothing is named."""
    found = set_by(line, "example.com", NOW)
    assert (found and (found.name, found.host, found.days)) == wanted


def test_what_something_is_registered_as(statement: Statement) -> None:
    """By kind, host and name; a name may end in a star, and a guarded prefix may be left out."""
    register = Register(statement, OWN)

    def known(name: str, kind: Kind = "cookie", host: str = "example.com") -> bool:
        return register.row(Stored(kind, name, host)) is not None

    assert [known(name) for name in ("basket", "__Host-basket", "letters-1")] == [True] * 3
    assert [known(name) for name in ("Basket", "letters", "seen")] == [False] * 3
    assert known("seen", "local-storage")
    assert not known("basket", host="other.example")
    assert known("gpc-pixel", host="127.0.0.2")


def test_how_long_something_stays(statement: Statement) -> None:
    """A cookie of the session has no days; clocks may differ by one."""
    session, months = statement.cookies["basket"], statement.cookies["choices"]

    def too_long(row: Any, days: float | None) -> bool:
        return outlives(row, Stored("cookie", "a", "example.com", days))

    assert [too_long(session, None), too_long(session, 0.1)] == [False, True]
    assert [too_long(months, days) for days in (180.0, 400.0)] == [False, True]


def test_one_thing_is_one_finding(statement: Statement) -> None:
    """What several states and pages show is said once, with all its states, and named after the earliest."""
    early = Stored("cookie", "early", "example.com")
    fresh, no = visit("fresh", early), visit("declined", early, url="https://example.com/2")
    subject = "cookie example.com early"
    assert codes(statement, no, fresh) == [("stored-before-choice", subject, ("fresh", "declined"))]
    assert codes(statement, visit("accepted", early)) == []
    undeclared = codes(statement, visit("accepted", hosts=("evil.example", "www.example.com", "127.0.0.5")))
    assert undeclared == [("third-party-undeclared", "evil.example", ("accepted",))]


def test_a_file_is_no_trouble(statement: Statement) -> None:
    """A link to a file starts a download, as it should; as the address to begin with it is no page."""
    site = visit("fresh")
    file = Page("https://example.com/file")
    file.is_file, file.troubles = True, [Trouble("page-downloads")]
    site.pages.append(file)
    assert codes(statement, site) == []
    alone = Visit("fresh")
    alone.pages.append(file)
    assert [code for code, _, _ in codes(statement, alone)] == ["page-not-html"]


@pytest.mark.parametrize(
    ("seen", "wanted"),
    [
        (form(control("email", "email", required=True), control("field.message", "textarea")), []),
        (form(control("x", label="E-mail *:"), control("y", autocomplete="section-a email")), []),
        (form(control("Message[]", "textarea"), control("name", required=True)), ["form-field-required"]),
        (form(control("national_id")), ["form-field-undeclared"]),
        (form(control("email", "email"), names=("elsewhere",)), []),
        (form(control("email"), post=False), ["form-by-address"]),
        (form(control("email"), action="https://evil.example/"), ["form-elsewhere"]),
        (form(control("q"), post=False), []),
        (form(control("national_id"), search=True), []),
        (form(control("who", autocomplete="username"), control("secret", "password"), post=False), []),
        (form(control("newsletter", "radio"), control("agree", "checkbox")), []),
        (form(), []),
    ],
)
def test_what_a_form_may_ask(statement: Statement, seen: Form, wanted: list[str]) -> None:
    """What the point declares, found by name, label, hint or kind; searching and signing in are no collection."""
    assert [code for code, _, _ in Forms(statement, OWN).findings(seen)] == wanted


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        (None, ["banner-missing"]),
        (Banner(LOOK, LOOK, 1, 1), []),
        (Banner(LOOK, None, 1, 1), ["decline-missing"]),
        (Banner(LOOK, LOOK, 2, 1), ["decline-longer"]),
        (Banner(LOOK, LOOK.model_copy(update={"width": 100}), 1, 1), ["decline-unequal"]),
        (Banner(LOOK, LOOK.model_copy(update={"weight": 700}), 1, 1), ["decline-unequal"]),
        (Banner(LOOK, LOOK.model_copy(update={"role": "link"}), 1, 1), ["decline-unequal"]),
        (Banner(LOOK, LOOK.model_copy(update={"prominence": 1.1}), 1, 1), ["decline-unequal"]),
        (Banner(LOOK, LOOK.model_copy(update={"contrast": 4.4}), 1, 1), ["decline-unequal", "banner-contrast"]),
        (Banner(LOOK.model_copy(update={"focused": True}), LOOK, 1, 1), ["banner-focus"]),
        (Banner(LOOK, LOOK.model_copy(update={"contrast": None, "width": 125}), 1, 1), []),
    ],
)
def test_two_equal_answers(found: Banner | None, wanted: list[str]) -> None:
    """Whatever makes one answer easier than the other is found; what cannot be measured is not guessed."""
    assert [code for code, _, _ in banner(found, asks=True)] == wanted
    assert list(banner(None, asks=False)) == []
