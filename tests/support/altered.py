"""What tests of altered installations share: one in which everything has happened, and a copy of it to alter."""

from collections.abc import Callable, Iterator

import pytest

from tests.support.copies import Copy
from tests.support.databases import Databases
from tests.support.lived import Lived, lived


@pytest.fixture(scope="session")
def told(store: Callable[[], Databases], tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """A site at rest in which everything has happened that can. Nobody writes to it any more."""
    return lived(tmp_path_factory.mktemp("told"), store())


@pytest.fixture(scope="session")
def _copy(told: Lived) -> Iterator[Copy]:
    copy = Copy(told.directory, told.directory.with_name("copy"))
    yield copy
    copy.close()


@pytest.fixture
def copy(_copy: Copy) -> Copy:
    """A copy of it, to alter."""
    _copy.renew()
    return _copy
