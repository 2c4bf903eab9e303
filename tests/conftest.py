"""What every test may ask for: running sites, a browser, an HTTP client. The network is closed but for this machine."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import hypothesis
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    expect,
    sync_playwright,
)

from tests.support import choices, chromium, databases, network
from tests.support.site import Running, http
from tests.support.waiting import WITHIN

NewSite = Callable[[str], Running]
NewProfile = Callable[..., BrowserContext]
DAY, LAST_MINUTES = 24 * 3600, 150
_shared: list[Running] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=["sqlite", "postgresql"], default="sqlite", help="where installations live")
    parser.addoption("--rounds", type=int, default=25, help="how often tests/faults kills a site")


def pytest_configure(config: pytest.Config) -> None:
    # Machines are noisy: how long something takes is for `make bench`. A run of all tests is the same each time;
    # other examples are looked at with `--hypothesis-profile soak`.
    noisy = {"deadline": None, "suppress_health_check": [hypothesis.HealthCheck.too_slow]}
    hypothesis.settings.register_profile("troth", derandomize=True, **noisy)
    hypothesis.settings.register_profile("soak", print_blob=True, **noisy)
    hypothesis.settings.load_profile("troth")
    expect.set_options(timeout=WITHIN * 1000)
    # Whoever ends a run, as `timeout` does, ends the servers that it started as well.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # Some machines keep no bytecode, and every process would compile all of troth, and every worker all tests, anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    network.close()
    Running.forks = True
    if config.getoption("--database") == "postgresql" and databases.SERVER not in os.environ:
        config.add_cleanup(databases.start())


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Marks what reaches the store through a fixture, and leaves out what is about the other kind of database."""
    other = {"sqlite": "postgresql", "postgresql": "sqlite"}[config.getoption("--database")]
    elsewhere = [item for item in items if other in _asked(item)]
    items[:] = [item for item in items if other not in _asked(item)]
    config.hook.pytest_deselected(items=elsewhere)
    for item in items:
        if "store" in _asked(item):
            item.add_marker("database")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """A test begins and ends on the same day: in the last minutes before midnight, UTC, it waits for the next day."""
    left = DAY - time.time() % DAY
    if left < LAST_MINUTES:
        time.sleep(left)


def _asked(item: pytest.Item) -> list[str]:
    fixtures: list[str] = getattr(item, "fixturenames", [])
    return fixtures


@pytest.fixture(scope="session")
def store(pytestconfig: pytest.Config) -> Callable[[], databases.Databases]:
    """Makes fresh databases of the kind that this run is about."""
    kind: str = pytestconfig.getoption("--database")
    return lambda: databases.fresh(kind)


@pytest.fixture
def sqlite(store: object) -> None:
    """Asked for by tests that show the same whatever keeps the rows: they run on SQLite alone."""


def _served(example: str, directory: Path, store: Callable[[], databases.Databases]) -> Iterator[Running]:
    site = Running.new(example, directory / example, store())
    _shared.append(site)
    yield site
    _shared.remove(site)
    site.close()


@pytest.fixture(scope="session")
def infortrend(tmp_path_factory, store) -> Iterator[Running]:
    """The site of the first example, shared by the tests of a worker."""
    yield from _served("infortrend", tmp_path_factory.mktemp("site"), store)


@pytest.fixture(scope="session")
def synology(tmp_path_factory, store) -> Iterator[Running]:
    """The site of the second example, shared by the tests of a worker."""
    yield from _served("synology-2006", tmp_path_factory.mktemp("site"), store)


@pytest.fixture
def new_site(tmp_path, store) -> Iterator[NewSite]:
    """Makes sites of a test's own, to stop, kill and restart; each must verify in the end."""
    made: list[Running] = []
    with ExitStack() as running:

        def make(example: str) -> Running:
            made.append(Running.new(example, tmp_path / f"{example}-{len(made)}", store()))
            running.callback(made[-1].close)
            return made[-1]

        yield make


@pytest.fixture(autouse=True)
def _what_was_written_verifies() -> Iterator[None]:
    """After every test that wrote to a shared site, its ledger verifies from outside."""
    yield
    for site in _shared:
        site.verify()


def _note(method: str, url: str, status: int) -> None:
    for site in _shared:
        site.saw(method, url, status)


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    """An HTTP client with an empty cookie jar that follows no redirect by itself. Nothing undeclared may reach it."""

    def note(answer: httpx.Response) -> None:
        _note(answer.request.method, str(answer.url), answer.status_code)
        choices.insist_on_register(answer)

    with http(event_hooks={"response": [note]}) as opened:
        yield opened


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium without a window."""
    program = chromium.find()
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=list(chromium.FLAGS), timeout=WITHIN * 1000)
        yield opened
        opened.close()


@pytest.fixture
def profile(browser: Browser) -> Iterator[NewProfile]:
    """Makes fresh browser profiles, in which nothing was ever visited."""
    with ExitStack() as opened:

        def make(**options: Any) -> BrowserContext:
            context = opened.enter_context(browser.new_context(locale="en-GB", **options))
            context.set_default_timeout(WITHIN * 1000)
            return context

        yield make


@pytest.fixture
def page(profile: NewProfile) -> Iterator[Page]:
    """A page of a fresh browser profile. No script may fail and nothing may break the content security policy."""
    wrong: list[str] = []
    context = profile()
    opened = context.new_page()

    def answered(answer: Response) -> None:
        asked: Request = answer.request
        _note(asked.method, answer.url, answer.status)

    def said(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            wrong.append(message.text)

    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", said)
    context.on("response", answered)
    yield opened
    context.close()
    assert not wrong, "\n".join(wrong)
