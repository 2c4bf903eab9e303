"""The JSON Schema that editors use."""

import json

from troth.statement import schema


def test_the_published_schema_is_the_model() -> None:
    """The schema file says what the model takes, so that editors and `troth check` agree."""
    assert schema.FILE.read_text("utf-8") == schema.written()


def test_the_schema_refuses_what_nobody_declared() -> None:
    """A section that a statement does not have is marked while it is typed."""
    described = json.loads(schema.written())
    assert described["additionalProperties"] is False
    assert {"troth", "id", "purposes", "collection"} <= set(described["properties"])
