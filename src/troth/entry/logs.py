"""Log lines without personal data: of an exception, its kind and place are written, never its words."""

import copy
import logging
import traceback
from types import TracebackType

LINE = "%(asctime)s %(levelname)s %(name)s %(message)s"


class WithoutWords(logging.Formatter):
    """Writes exceptions as type and frames. A message may quote what a person typed; this drops it.

    So do Django's own messages: they quote addresses and headers. Of those, the logger's name is written.
    """

    def format(self, record: logging.LogRecord) -> str:
        if record.name.partition(".")[0] == "django":
            record = copy.copy(record)
            record.msg, record.args = "(words withheld)", ()
        return super().format(record)

    def formatException(  # noqa: N802 - logging's own name
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        kind, _, frames = ei
        places = [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(frames)]
        return "\n".join([f"{kind.__name__ if kind else 'error'} (words withheld)", *places])
