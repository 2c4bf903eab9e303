"""What every room's errors have in common: a fact, a code, the clause, and what to do next."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Self


class TrothError(Exception):
    """A refusal that a person or program can act on.

    `code` is stable (``room.fact``), `status` is the HTTP status it travels with, `message` says what
    happened and what to do next; `values` fill its ``{names}``, so that pages can say it in another
    language. `clause` is the id of the clause of the statement that refuses, `field` the input it is about;
    both may be empty. None of them ever holds what a person typed.
    """

    code: ClassVar[str] = "troth.error"
    status: ClassVar[int] = 500

    def __init__(self, message: str, *, clause: str = "", field: str = "", **values: str | int) -> None:
        self.template = message
        self.values = values
        self.message = self.say(str)
        self.clause = clause
        self.field = field
        self.others: tuple[TrothError, ...] = ()
        super().__init__(self.message)

    def say(self, translate: Callable[[str], str]) -> str:
        """The message in the language of `translate`."""
        words = translate(self.template)
        return words.format(**self.values) if self.values else words

    def along_with(self, others: Sequence["TrothError"]) -> Self:
        """This error as the first of several about one request."""
        self.others = tuple(others)
        return self

    def shape(self) -> dict[str, str]:
        """The one shape in which errors leave: ``{"code", "message", "clause", "field"}``."""
        return {"code": self.code, "message": self.message, "clause": self.clause, "field": self.field}

    def problem(self) -> dict[str, Any]:
        """The same as RFC 9457 problem details: the shape under ``error``, all of several under ``errors``."""
        return {
            "type": f"urn:troth:error:{self.code}",
            "title": (type(self).__doc__ or "").partition("\n")[0],
            "status": self.status,
            "detail": self.message,
            "error": self.shape(),
            "errors": [one.shape() for one in (self, *self.others)],
        }
