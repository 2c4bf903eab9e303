"""A server whose clock is wrong, and goes wrong while it runs."""

from datetime import UTC, datetime, timedelta

from tests.support.site import Running
from tests.support.waiting import until

_RIGHT = timedelta()


class Clock:
    """The clock of one site's server; it shows the right time until it is set."""

    def __init__(self, site: Running) -> None:
        self._file = site.directory.with_suffix(".clock")
        self._site = site
        self.shift = _RIGHT
        self._write()
        site.environment["SHIFTED"] = str(self._file)
        site.program = "tests.support.shifted"

    def set(self, shift: timedelta) -> None:
        """Sets it `shift` beside the right time, from now on; a server that runs knows it when this returns."""
        self.shift = shift
        self._write()
        if self._site.processes()[1:]:
            until(self._seen, "a server that sees its new clock")

    def now(self) -> datetime:
        """What it shows."""
        return datetime.now(UTC) + self.shift

    def _write(self) -> None:
        draft = self._file.with_suffix(".draft")
        draft.write_text(str(self.shift.total_seconds()), "ascii")
        draft.replace(self._file)

    def _seen(self) -> bool:
        return self._file.with_suffix(".seen").read_text("ascii") == self._file.read_text("ascii")
