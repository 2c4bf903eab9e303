"""Log lines that programs can read and that name nobody: one JSON object a line, always under the same names.

``time``, ``level``, ``logger`` and ``event`` stand on every line. Of an exception, ``error`` is its kind and ``at``
its frames, never its words: they may quote what a person typed.
"""

import json
import logging
import sys
import threading
import traceback
from datetime import UTC, datetime
from typing import Any, Final

from troth import clock

# Whose messages are written as they stand. Others quote addresses, headers and rows.
_OURS: Final = ("troth", "_granian")
# What our own lines may say besides.
_FIELDS: Final = ("ended",)
_WITHHELD: Final = "(words withheld)"

log = logging.getLogger("troth.entry")


class WithoutWords(logging.Formatter):
    """Writes a record as JSON, without a word that we did not write ourselves."""

    def format(self, record: logging.LogRecord) -> str:
        ours = record.name.partition(".")[0] in _OURS
        line: dict[str, Any] = {
            "time": clock.rfc3339(datetime.fromtimestamp(record.created, UTC)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage() if ours else _WITHHELD,
        }
        line |= {name: getattr(record, name) for name in _FIELDS if ours and hasattr(record, name)}
        kind, _, frames = record.exc_info or (None, None, None)
        if kind:
            line["error"] = kind.__name__
            line["at"] = [f"{one.filename}:{one.lineno} {one.name}" for one in traceback.extract_tb(frames)]
        return json.dumps(line)


def catch_the_rest() -> None:
    """Has what nobody caught, in whatever thread, written like everything else."""
    threading.excepthook = _uncaught
    sys.unraisablehook = _uncaught


def _uncaught(lost: "threading.ExceptHookArgs | sys.UnraisableHookArgs") -> None:
    kind = lost.exc_type
    error = lost.exc_value or kind()
    log.error("uncaught %s", kind.__name__, exc_info=(kind, error, lost.exc_traceback))
