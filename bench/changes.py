"""Whom a change of the statement touches, counted over a million people, in the time that it had a processor."""

import json
import os
import subprocess
import sys
from pathlib import Path

from bench.table import Row, told
from tests.support.site import EXAMPLES, troth

PEOPLE = 1_000_000


def rows(directory: Path) -> list[Row]:
    """What `troth publish` does before it says whom a change touches, but for starting."""
    site = directory / "site"
    troth("init", site, "--from", EXAMPLES / "infortrend")
    troth("publish", site / "statement.yaml", "--effective", "today", "--data", site)
    told(f"       {PEOPLE:,} people")
    environment = {**os.environ, "TROTH_DATA": str(site), "DJANGO_SETTINGS_MODULE": "troth.entry.settings"}
    done = subprocess.run(
        [sys.executable, "-m", "bench.touching", str(PEOPLE)],
        env=environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    found = json.loads(done.stdout)
    return [
        Row.within(
            f"whom a change touches among {PEOPLE:,} people, SQLite", found["counting"], 5, "s",
            f"{found['touched']:,} of them; reading all references alone {found['reading']:.2f} s",
        )
    ]  # fmt: skip
