"""What is logged says where something went wrong, and nothing that anybody typed."""

import logging

from troth.entry.logs import LINE, WithoutWords

TYPED = "lin.mei-hua@example.com"


def written(name: str, message: str, *arguments: object, error: BaseException | None = None) -> str:
    """What the formatter makes of a record."""
    info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord(name, logging.ERROR, __file__, 1, message, arguments, info)
    return WithoutWords(LINE).format(record)


def test_an_exception_is_written_without_its_words() -> None:
    """Of an exception, its kind and place stand in the log, and not what it quotes."""
    try:
        raise ValueError(TYPED)  # noqa: TRY301 - an error with its place
    except ValueError as error:
        line = written("troth.entry", "unexpected %s", "ValueError", error=error)
    assert "unexpected ValueError" in line
    assert "test_logs.py" in line
    assert TYPED not in line


def test_the_frameworks_own_words_are_withheld() -> None:
    """Django quotes addresses and headers; of its messages, the logger's name stands in the log."""
    for name in ("django.request", "django.security.DisallowedHost", "django"):
        line = written(name, "Invalid header %s", TYPED)
        assert name in line
        assert TYPED not in line
    assert TYPED not in written("django.request", f"Not Found: /{TYPED}")


def test_our_own_messages_stay() -> None:
    """A message of troth's own is written as it stands, and the record itself is left alone for others."""
    assert written("troth.keeper", "retention ended %d values", 5).endswith("retention ended 5 values")
    assert written("djangonaut", "five").endswith("five")
