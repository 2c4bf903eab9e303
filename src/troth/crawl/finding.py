"""What a crawl has to say about one page of a site."""

from dataclasses import dataclass

from troth.crawl.codes import CODES
from troth.crawl.seen import State
from troth.statement.finding import Severity


@dataclass(frozen=True, order=True)
class Finding:
    """One finding: a stable `code`, what it is about, the first page where it was seen, and in which states."""

    code: str
    subject: str
    page: str
    message: str
    states: tuple[State, ...]

    @property
    def severity(self) -> Severity:
        """How grave it is."""
        return CODES[self.code].severity

    def line(self) -> str:
        """``PAGE: CODE message (states)``."""
        return f"{self.page}: {self.code} {self.message} ({', '.join(self.states)})"
