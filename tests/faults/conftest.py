"""What tests of faults share."""

import pytest


@pytest.fixture
def rounds(pytestconfig: pytest.Config) -> int:
    """How many rounds of faults this run goes."""
    asked: int = pytestconfig.getoption("--rounds")
    return asked


@pytest.fixture
def postgresql() -> None:
    """Asked for by tests that show what only PostgreSQL can bring about."""
