"""The table that a run of measurements makes."""

import os
import platform
import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One figure, what it is measured against in the same run, what is wanted, and whether that is met."""

    what: str
    figure: str
    against: str = ""
    ratio: float | None = None
    wanted: str = ""
    met: bool | None = None

    @classmethod
    def compared(cls, what: str, figure: str, against: str, ratio: float, wanted: float | None = None) -> "Row":
        """A figure of which the ratio to its floor counts."""
        if wanted is None:
            return cls(what, figure, against, ratio)
        return cls(what, figure, against, ratio, f"at least {wanted}", ratio >= wanted)

    @classmethod
    def within(cls, what: str, figure: float, most: float, unit: str, against: str = "") -> "Row":
        """A figure that may not be more than `most`."""
        return cls(what, f"{figure:,.4g} {unit}", against, None, f"under {most:g} {unit}", figure < most)


def told(words: str) -> None:
    """Says on standard error what is being measured; the table alone goes to standard output."""
    sys.stderr.write(f"{words} ...\n")
    sys.stderr.flush()


def printed(rows: list[Row]) -> str:
    """The rows as Markdown."""
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {platform.system()}"
    lines = [
        f"Measured in one run on {machine}.",
        "",
        "| what | figure | against | ratio | wanted | met |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        met = {None: "", True: "yes", False: "**no**"}[row.met]
        lines.append(f"| {row.what} | {row.figure} | {row.against} | {ratio} | {row.wanted} | {met} |")
    return "\n".join(lines)
