"""``make bench``: prints one table, floors and ratios included. ``docs/benchmarks.md`` holds the last one kept."""

import sys

from bench import command, door, log, sealing
from bench.table import Row, printed


def main() -> None:
    rows: list[Row] = []
    for part in (command, sealing, log, door):
        rows += part.rows()
    sys.stdout.write(printed(rows) + "\n")


if __name__ == "__main__":
    main()
