"""Programs that are watched while they run."""

import os
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass

_KIB = 1024


@dataclass(frozen=True)
class Ran:
    """What a program printed, how many seconds it took, and the most MB of memory it had."""

    printed: str
    seconds: float
    memory: float


def run(command: list[str], environment: Mapping[str, str] | None = None) -> Ran:
    """Runs `command`, which must succeed."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True)
    assert process.stdout
    printed = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, (command, printed[-2000:])
    return Ran(printed, time.perf_counter() - begun, used.ru_maxrss * _KIB / 1e6)
