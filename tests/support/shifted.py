"""The command in a fork whose clock is wrong from its very start, by the seconds in the file that ``SHIFTED`` names.

In processes that it forks, such as the one that answers, the shift follows the file for as long as they live.
"""

import os
import sys
import threading
import time
from pathlib import Path

# Without it half of the tests' own tools would be loaded into every server.
sys.modules["pytest"] = None  # type: ignore[assignment] # what Python takes for "there is none"
import time_machine  # noqa: E402 - not before

del sys.modules["pytest"]

_FILE = Path(os.environ["SHIFTED"])
_SEEN = _FILE.with_suffix(".seen")
_traveller = time_machine.travel(time.time(), tick=True).start()
_shifted = 0.0


def _follow() -> None:
    global _shifted  # noqa: PLW0603 - it outlives forks, as the shift itself does
    text = _FILE.read_text("ascii")
    _traveller.shift(float(text) - _shifted)
    _shifted = float(text)
    _SEEN.write_text(text, "ascii")


def _watch() -> None:
    pause = threading.Event()
    while not pause.wait(0.02):
        _follow()


_follow()
os.register_at_fork(after_in_child=lambda: threading.Thread(target=_watch, daemon=True).start())


def main() -> None:
    """The command."""
    from troth.entry.commands import main as command  # noqa: PLC0415 - not before

    command()
