"""The ledger in its store: a million entries appended, placed by the sequencer, proved and verified."""

import json
import os
import sys
from pathlib import Path

from bench.table import Row, told
from bench.watched import run
from tests.support.site import troth

_FEW, _MANY = 100_000, 1_000_000


def rows(directory: Path) -> list[Row]:
    """What placing and proving cost among a million entries, and that memory is that of a hundred thousand."""
    site = directory / "site"
    troth("init", site, "--url", "http://127.0.0.1:8000")
    few, many = (_filled(site, size) for size in (_FEW, _MANY))
    against = f"reading and hashing alone {many['both']:,.0f}/s; hashing {many['hashing']:,.0f}/s"
    return [
        Row.within(f"ledger: {many['batch']} entries placed among {_MANY:,}, SQLite", many["placing"], 10, "ms",
            f"{few['placing']:.1f} ms among {_FEW:,}"),
        Row.within(f"ledger: one proof among {_MANY:,}, SQLite", many["proving"], 1, "ms",
            f"{few['proving']:.2f} ms among {_FEW:,}"),
        Row.compared(f"ledger: {_MANY:,} entries verified, SQLite", f"{many['verifying']:,.0f}/s", against,
            many["verifying"] / many["both"], 0.33),
        _flat("memory of the sequencer", few["memory"], many["memory"]),
        _flat("memory of verification, at most", few["verify memory"], many["verify memory"]),
    ]  # fmt: skip


def _flat(what: str, few: float, many: float) -> Row:
    figure, against = f"{many:.0f} MB at {_MANY:,} entries", f"{few:.0f} MB at {_FEW:,}"
    return Row(what, figure, against, many / few, "at most 1.1", many / few <= 1.1)


def _filled(site: Path, size: int) -> dict[str, float]:
    """Fills the log up to `size` in a process of its own, then verifies it in another."""
    environment = {**os.environ, "TROTH_DATA": str(site), "DJANGO_SETTINGS_MODULE": "troth.entry.settings"}
    told(f"       {size:,} entries")
    filled = run([sys.executable, "-m", "bench.filling", str(size)], environment)
    told(f"       {size:,} entries: verification")
    verified = run([sys.executable, "-m", "bench.rebuilding"], environment)
    return {**json.loads(filled.printed), **json.loads(verified.printed), "verify memory": verified.memory}
