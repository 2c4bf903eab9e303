"""How long the command takes that people wait for."""

import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from bench.table import Row

_TROTH = Path(sys.executable).with_name("troth")


def rows(_directory: Path) -> list[Row]:
    """`troth check` of a whole example, start-up included, against an interpreter that does nothing."""
    bare = _wall([sys.executable, "-c", "pass"])
    check = _wall([str(_TROTH), "check", "examples/infortrend/statement.yaml"])
    return [Row.within("`troth check`, start-up included", check, 500, "ms", f"bare Python {bare:.0f} ms")]


def _wall(command: list[str]) -> float:
    taken = []
    for _ in range(7):
        begun = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        taken.append((time.perf_counter() - begun) * 1000)
    return median(taken)
