"""Visits of a year in their store: how long the report of a month takes."""

import json
import os
import sys
from importlib.util import find_spec
from pathlib import Path

from bench.table import Row
from bench.watched import run
from tests.support.site import troth

_MANY = 10_000_000


def rows(directory: Path) -> list[Row]:
    """A month's report, everything in it, among ten million visits."""
    site = directory / "site"
    troth("init", site, "--url", "http://127.0.0.1:8000")
    environment = {**os.environ, "TROTH_DATA": str(site), "DJANGO_SETTINGS_MODULE": "troth.entry.settings"}
    said = json.loads(run([sys.executable, "-m", "bench.seeing", str(_MANY)], environment).printed)
    counted = f"{said['counts']:,} counts; a day of {_MANY // 365:,} is counted in {said['day']:,.0f} ms"
    return [
        Row.within(f"visits: report of a month among {_MANY:,}, SQLite", said["report"], 300, "ms", counted),
        *_in_clickhouse(directory),
    ]


def _in_clickhouse(directory: Path) -> list[Row]:
    """The same by ClickHouse's engine in a process, where it is installed: half a gigabyte, which few need."""
    if find_spec("chdb") is None:
        return []
    command = [sys.executable, "-m", "bench.columns", str(directory / "columns"), str(_MANY)]
    said = json.loads(run(command, {**os.environ}).printed)
    counted = f"all days are counted in {said['settled']:.1f} s"
    return [Row.within(f"visits: report of a month among {_MANY:,}, ClickHouse", said["report"], 100, "ms", counted)]
