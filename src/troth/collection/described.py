"""The API in JSON Schema and OpenAPI: exactly what each point takes under the statement in force."""

from collections.abc import Iterable
from typing import Any

from troth.collection.reads import Asking
from troth.collection.rules import DIAGNOSTIC_LENGTH, DIAGNOSTICS, LENGTHS

Described = dict[str, Any]

_PROBLEM = "application/problem+json"
_DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_COUNTRY = "^[A-Z]{2}$"
_KINDS: dict[str, Described] = {
    "number": {"type": ["string", "integer"], "pattern": r"^[0-9]{1,9}(\.[0-9]{1,4})?$", "minimum": 0,
               "maximum": 999_999_999},
    "country": {"type": "string", "pattern": _COUNTRY},
    "date": {"type": "string", "format": "date", "pattern": _DAY},
    "email": {"type": "string", "format": "email"},
    "url": {"type": "string", "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://"},
    "diagnostics": {
        "type": ["object", "string"],
        "maxProperties": DIAGNOSTICS,
        "propertyNames": {"minLength": 1, "maxLength": DIAGNOSTIC_LENGTH},
        "additionalProperties": {"type": "string", "maxLength": DIAGNOSTIC_LENGTH},
    },
}  # fmt: skip
_AGE_PARTS = {
    "born": {"type": "string", "pattern": _DAY, "description": "Date of birth. Checked, never kept."},
    "country": {"type": "string", "pattern": _COUNTRY, "description": "Where the person lives. Checked, never kept."},
}


def submission_schema(shown: Asking) -> Described:
    """JSON Schema 2020-12 of a submission at the point that `shown` asks for, in its language and of its wording."""
    notice = shown.notice
    typed = [one for one in notice["fields"] if one["input"] != "file"]
    needed = [one["id"] for one in typed if one["required"]]
    choices = {one["id"]: {"type": "boolean", "default": False, "title": one["question"]} for one in notice["choices"]}
    parts = {
        "fields": _closed({one["id"]: _field(one) for one in typed}, needed),
        "choices": _closed(choices),
        "language": {"const": shown.language},
        "shown": {"const": shown.digest},
    }
    if notice["age"]:
        parts["age"] = _closed(_AGE_PARTS, list(_AGE_PARTS))
    required = ["fields" if needed else "", "language", "shown", "age" if notice["age"] else ""]
    return _closed(parts, [one for one in required if one])


def describe_points(whole: Described, points: Iterable[Asking]) -> None:
    """Gives the OpenAPI description `whole` a path for each of `points`, and refusals the media type they have."""
    paths: dict[str, Any] = whole["paths"]
    (general,) = (path for path in paths if path.endswith("/{point}"))
    for operation in paths[general].values():
        _as_problems(operation["responses"])
    for shown in points:
        here = {method: _at(shown, operation) for method, operation in paths[general].items()}
        here["post"]["requestBody"] = {"required": True, "content": _content(shown)}
        paths[general.replace("{point}", shown.point)] = here


def _at(shown: Asking, operation: Described) -> Described:
    """`operation` at one point."""
    return {
        **operation,
        "operationId": f"{operation['operationId']}_{shown.point}",
        "summary": shown.notice["title"],
        "parameters": [one for one in operation["parameters"] if one["in"] != "path"],
    }


def _as_problems(responses: dict[Any, Any]) -> None:
    for status, response in responses.items():
        if int(status) >= 400:  # noqa: PLR2004 - from here on an answer is a refusal
            response["content"] = {_PROBLEM: next(iter(response["content"].values()))}


def _content(shown: Asking) -> Described:
    """What a request may carry: the submission alone, or as one part beside its files."""
    submission = submission_schema(shown)
    files = [one for one in shown.notice["fields"] if one["input"] == "file"]
    parts: Described = {one["id"]: {"type": "string", "contentMediaType": "application/octet-stream"} for one in files}
    needed = ["submission", *(one["id"] for one in files if one["required"])]
    together = _closed({"submission": submission, **parts}, needed)
    alone = {} if len(needed) > 1 else {"application/json": {"schema": submission}}
    return {**alone, "multipart/form-data": {"schema": together}}


def _closed(parts: Described, required: Iterable[str] = ()) -> Described:
    return {"type": "object", "additionalProperties": False, "required": [*required], "properties": parts}


def _field(one: Described) -> Described:
    """A field: what it must be, or, where it is optional, that it may be nothing."""
    kind = _KINDS.get(one["input"], {"type": "string"})
    if one["input"] == "choice":
        kind = {"enum": [option["id"] for option in one["options"]]}
    elif one["input"] != "diagnostics":
        kind = {"maxLength": one["max_length"] or LENGTHS[one["input"]], "minLength": 1, **kind}
    described = {"title": one["label"], "description": f"{one['why']} {one['without']}".strip()}
    return {**described, **kind} if one["required"] else {**described, "anyOf": [kind, {"enum": ["", None]}]}
