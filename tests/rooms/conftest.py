"""Tests beside the furniture run in the process of the test, on an installation of their own."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import django
import pytest

from tests.support import databases
from tests.support.site import EXAMPLES
from troth.entry.founding import found

URL = "http://ledger.example"


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Django knows the rooms before any module of tests imports a row."""
    directory = Path(tempfile.mkdtemp(prefix="troth-rooms-"))
    config.add_cleanup(lambda: shutil.rmtree(directory))
    rows, keys = databases.fresh(config.getoption("--database"))
    found(directory, example=EXAMPLES / "infortrend", url=URL, country=None, database=rows, keys_database=keys)
    os.environ.update(TROTH_DATA=str(directory), DJANGO_SETTINGS_MODULE="troth.entry.settings")
    # The browser of other tests leaves an event loop in this thread; nothing here runs on it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    django.setup()


@pytest.fixture(scope="session")
def _prepared(store: object) -> Iterator[Path]:  # noqa: ARG001 - marks what is run on every kind of database
    from django.db import connections  # noqa: PLC0415 - needs the settings above

    from troth.entry.service import prepare  # noqa: PLC0415 - needs the settings above

    prepare()
    yield Path(os.environ["TROTH_DATA"])
    connections.close_all()


@pytest.fixture
def installation(_prepared: Path) -> Iterator[Path]:
    """The installation's directory, its databases ready. After the test, its ledger verifies."""
    from troth.ledger import actions, reads, verify  # noqa: PLC0415 - needs the settings above

    yield _prepared
    actions.sequence()
    found = verify.verify_store(reads)
    assert not found.findings, "\n".join(map(str, found.findings))
