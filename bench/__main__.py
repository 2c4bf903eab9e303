"""``make bench``: prints one table, floors and ratios included. ``docs/benchmarks.md`` holds the last one kept.

Names of parts measure these alone: ``python -m bench sealing log``.
"""

import sys
import tempfile
import time
from pathlib import Path

from bench import (
    banner,
    beacon,
    changes,
    choice,
    command,
    disk,
    door,
    erasing,
    log,
    mails,
    million,
    own,
    sealing,
    use,
    visits,
)
from bench.table import Row, printed, told

_PARTS = {
    "disk": disk,
    "command": command,
    "sealing": sealing,
    "log": log,
    "million": million,
    "door": door,
    "choice": choice,
    "beacon": beacon,
    "banner": banner,
    "mails": mails,
    "use": use,
    "erasing": erasing,
    "own": own,
    "visits": visits,
    "changes": changes,
}


def main() -> None:
    rows: list[Row] = []
    begun = time.perf_counter()
    # Beside the checkout's other data: a temporary directory may be in memory, where nothing waits for a disk.
    home = Path(".troth")
    home.mkdir(exist_ok=True)
    for name in sys.argv[1:] or _PARTS:
        told(f"{time.perf_counter() - begun:4.0f} s  {name}")
        with tempfile.TemporaryDirectory(prefix="bench-", dir=home) as directory:
            rows += _PARTS[name].rows(Path(directory).resolve())
    told(f"{time.perf_counter() - begun:4.0f} s  done")
    sys.stdout.write(printed(rows) + "\n")


if __name__ == "__main__":
    main()
