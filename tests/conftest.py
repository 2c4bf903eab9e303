"""What every test may ask for: running sites, a browser, an HTTP client. The network is closed but for this machine."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import hypothesis
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, sync_playwright

from tests.support import chromium, databases, network
from tests.support.site import Running, http

NewSite = Callable[[str], Running]
_shared: list[Running] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=["sqlite", "postgresql"], default="sqlite", help="where installations live")


def pytest_configure(config: pytest.Config) -> None:
    hypothesis.settings.register_profile("troth", deadline=None)  # machines are noisy; how long is for `make bench`
    hypothesis.settings.load_profile("troth")
    network.close()
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

    def make(example: str) -> Running:
        made.append(Running.new(example, tmp_path / f"{example}-{len(made)}", store()))
        return made[-1]

    yield make
    for site in made:
        site.close()


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
    """An HTTP client with an empty cookie jar that follows no redirect by itself."""

    def note(answer: httpx.Response) -> None:
        _note(answer.request.method, str(answer.url), answer.status_code)

    with http(event_hooks={"response": [note]}) as opened:
        yield opened


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium without a window."""
    program = chromium.find()
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=list(chromium.FLAGS))
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a fresh browser profile. No script may fail and nothing may break the content security policy."""
    wrong: list[str] = []
    context = browser.new_context(locale="en-GB")
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
