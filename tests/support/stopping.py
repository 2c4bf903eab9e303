"""`troth` that is killed at one of its steps: before or after something reaches the disk or a database commits."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

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
    own = {name: value for name, value in os.environ.items() if not name.startswith(("TROTH_KEY", "DJANGO_"))}
    command = [sys.executable, "-m", __name__, str(step), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=own, cwd=Path(__file__).parents[2])


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


def _main(last: int, arguments: list[str]) -> None:
    from django.db.backends.base import base  # noqa: PLC0415 - in a process of its own

    from troth.entry.commands import main  # noqa: PLC0415 - in a process of its own

    counted = _Steps(last)
    for name in ("fsync", "rename", "replace", "unlink"):
        setattr(os, name, counted.around(getattr(os, name)))
    database: Any = base.BaseDatabaseWrapper
    database._commit = counted.around(database._commit)  # noqa: SLF001 - whatever asks for it, each commit is one
    sys.argv = ["troth", *arguments]
    try:
        main()
    finally:
        sys.stderr.write(f"steps {counted.done}")


if __name__ == "__main__":
    _main(int(sys.argv[1]), sys.argv[2:])
