"""What tests of promises share: both example sites, and their ledgers as an outsider reads them."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.conftest import NewSite
from tests.support import smtp
from tests.support.clocks import Clock
from tests.support.outsider import Log
from tests.support.points import EXAMPLES
from tests.support.signed import People
from tests.support.site import Running


@pytest.fixture(params=EXAMPLES)
def site(request: pytest.FixtureRequest, store: object) -> Running:  # noqa: ARG001 - marks the test as one of the store
    """The running site of an example; each example in turn unless the test names one."""
    running: Running = request.getfixturevalue({"infortrend": "infortrend", "synology-2006": "synology"}[request.param])
    return running


@pytest.fixture
def log(client: httpx.Client, site: Running) -> Log:
    """The ledger of `site` from outside."""
    return Log(client, site)


@pytest.fixture
def people(client: httpx.Client, site: Running) -> Iterator[People]:
    """Makes people of `site` who are signed in."""
    with ExitStack() as opened:
        yield People(client, site, opened)


@pytest.fixture
def shifting(new_site: NewSite) -> tuple[Running, Clock]:
    """A site whose clock can be set."""
    site = new_site("infortrend")
    site.stop()
    clock = Clock(site)
    site.start()
    return site, clock


@pytest.fixture
def server(tmp_path: Path) -> Iterator[smtp.Server]:
    """A mail server of the test's own."""
    with smtp.server(tmp_path) as made:
        made.start()
        yield made


@pytest.fixture
def sending(new_site: NewSite, server: smtp.Server) -> Running:
    """A site that sends its mail to `server`."""
    site = new_site("infortrend")
    site.stop()
    server.serves(site)
    site.start()
    return site
