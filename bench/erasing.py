"""Erasing a person of whom little is held, and one of whom much is; and exchanging the keys of both."""

import json
import os
import subprocess
import sys
from pathlib import Path

from bench.table import Row
from tests.support.site import EXAMPLES, troth

MANY, ROUNDS = 100_000, 15


def rows(directory: Path) -> list[Row]:
    """An installation in a process of its own, in which people are erased in turns."""
    home = directory / "erasing"
    troth("init", home, "--from", EXAMPLES / "infortrend")
    troth("publish", home / "statement.yaml", "--effective", "today", "--data", home)
    environment = {**os.environ, "TROTH_DATA": str(home), "DJANGO_SETTINGS_MODULE": "troth.entry.settings"}
    command = [sys.executable, "-m", "bench.erased", str(MANY), str(ROUNDS)]
    found = json.loads(subprocess.run(command, env=environment, check=True, capture_output=True).stdout)
    one, many = found["one"], found["many"]
    return [
        Row(f"a person with {MANY:,} values erased, before the sweep", f"{many:.1f} ms",
            f"a person with 1, in turns, {one:.1f} ms", many / one, "at most 2", many / one <= 2),
        Row("swept after it", f"{found['swept']:,.0f} values/s"),
        Row("persons given another key, a value each", f"{found['exchanged']:,.0f}/s"),
        Row("values sealed anew", f"{found['sealed']:,.0f}/s"),
    ]  # fmt: skip
