"""`troth` that is killed at one of its steps: before or after something reaches the disk or a database commits."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from tests.support.forked import run

_NEVER = 0


def steps(*arguments: object) -> int:
    """Runs the command to its end; answers how many steps it took."""
    done = _run(_NEVER, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return int(done.stderr.rsplit("steps ", 1)[1])


def killed_at(step: int, *arguments: object) -> bool:
    """Runs the command and kills it at `step`; says whether it came so far."""
    done = _run(step, *arguments)
    assert done.returncode in (0, -signal.SIGKILL), done.stdout + done.stderr
    return done.returncode != 0


def _run(step: int, *arguments: object) -> subprocess.CompletedProcess[str]:
    return run(step, *arguments, program=__name__)


class _Steps:
    """Counts, and ends the process when it has counted far enough."""

    def __init__(self, last: int) -> None:
        self.last = last
        self.done = 0

    def step(self) -> None:
        self.done += 1
        if self.done == self.last:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def stepping(*given: Any, **named: Any) -> Any:
            self.step()
            answer = call(*given, **named)
            self.step()
            return answer

        return stepping


def main() -> None:
    """The command, killed at the step that its first argument names."""
    from django.db.backends.base import base  # noqa: PLC0415 - in a process of its own

    from troth.entry.commands import main as command  # noqa: PLC0415 - in a process of its own

    counted = _Steps(int(sys.argv.pop(1)))
    for name in ("fsync", "rename", "replace", "unlink"):
        setattr(os, name, counted.around(getattr(os, name)))
    database: Any = base.BaseDatabaseWrapper
    database._commit = counted.around(database._commit)  # noqa: SLF001 - whatever asks for it, each commit is one
    try:
        command()
    finally:
        sys.stderr.write(f"steps {counted.done}")
