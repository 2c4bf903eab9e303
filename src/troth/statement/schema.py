"""The JSON Schema of a statement file, which editors complete and check with."""

import json
from pathlib import Path
from typing import Any

from troth.statement.model import Statement

FILE = Path(__file__).with_name("statement.schema.json")


def schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of ``statement.yaml``. The file beside this module holds the same."""
    described = Statement.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **described}


def written() -> str:
    """The schema as its file holds it."""
    return json.dumps(schema(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"
