"""What is logged says where something went wrong, and nothing that anybody typed."""

import json
import logging
import sys
import threading
from typing import Any

import pytest

from troth.entry import logs

TYPED = "lin.mei-hua@example.com"


def written(name: str, message: str, *arguments: object, error: BaseException | None = None) -> dict[str, Any]:
    """What the formatter makes of a record: one line."""
    info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord(name, logging.ERROR, __file__, 1, message, arguments, info)
    line = logs.WithoutWords().format(record)
    assert "\n" not in line
    told: dict[str, Any] = json.loads(line)
    return told


def test_every_line_has_the_same_names() -> None:
    """A line says when, how grave, where and what."""
    line = written("troth.entry", "not ready: %s", "entry.stuck")
    assert list(line) == ["time", "level", "logger", "event"]
    assert (line["level"], line["logger"], line["event"]) == ("error", "troth.entry", "not ready: entry.stuck")


def test_an_exception_is_written_without_its_words() -> None:
    """Of an exception, its kind and place stand in the log, and not what it quotes."""
    try:
        raise ValueError(TYPED)  # noqa: TRY301 - an error with its place
    except ValueError as error:
        line = written("troth.entry", "unexpected %s", "ValueError", error=error)
    assert (line["event"], line["error"]) == ("unexpected ValueError", "ValueError")
    assert [one for one in line["at"] if "test_logs.py" in one]
    assert TYPED not in json.dumps(line)


@pytest.mark.parametrize("name", ["django.request", "django.security.DisallowedHost", "django", "psycopg.pool", "root"])
def test_the_words_of_others_are_withheld(name: str) -> None:
    """Libraries quote addresses, headers and rows; of their messages, the logger's name stands in the log."""
    for line in (written(name, "Invalid header %s", TYPED), written(name, f"Not Found: /{TYPED}")):
        assert line["logger"] == name
        assert TYPED not in json.dumps(line)


def test_only_what_we_name_is_said_besides() -> None:
    """Of what comes along with a record, figures of our own are written and nothing else."""
    record = logging.makeLogRecord({"name": "troth.keeper", "msg": "retention finished", "ended": 5, "request": TYPED})
    assert json.loads(logs.WithoutWords().format(record))["ended"] == 5
    assert TYPED not in logs.WithoutWords().format(record)
    record.name = "django.request"
    assert "ended" not in logs.WithoutWords().format(record)


def test_what_nobody_caught_is_written_the_same_way(caplog: pytest.LogCaptureFixture) -> None:
    """An error that ends a thread is logged by kind and place, not printed with its words."""
    kept = threading.excepthook, sys.unraisablehook
    try:
        logs.catch_the_rest()
        thread = threading.Thread(target=lambda: int(TYPED))
        thread.start()
        thread.join()
    finally:
        threading.excepthook, sys.unraisablehook = kept
    (record,) = caplog.records
    line = json.loads(logs.WithoutWords().format(record))
    assert (line["event"], line["error"]) == ("uncaught ValueError", "ValueError")
    assert TYPED not in json.dumps(line)
