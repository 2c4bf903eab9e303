"""A statement in force, and people who give something under it without any door."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def gives(installation: Path) -> Callable[..., Any]:  # noqa: ARG001 - where it is given
    """Submits at a point."""
    from tests.rooms.use import givers  # noqa: PLC0415 - needs the installation

    givers.publish()
    return givers.give
