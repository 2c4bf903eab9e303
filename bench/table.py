"""The table that a run of measurements makes."""

import os
import platform
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One figure, what it is measured against in the same run, and what is wanted of the ratio."""

    what: str
    figure: str
    floor: str = ""
    ratio: float | None = None
    wanted: str = ""


def printed(rows: list[Row]) -> str:
    """The rows as Markdown."""
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {platform.system()}"
    lines = [
        f"Measured in one run on {machine}.",
        "",
        "| what | figure | against | ratio | wanted |",
        "|---|---|---|---|---|",
    ]
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        lines.append(f"| {row.what} | {row.figure} | {row.floor} | {ratio} | {row.wanted} |")
    return "\n".join(lines)
