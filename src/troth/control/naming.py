"""What the statement calls the things that the ledger's entries name."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from troth.control.history import Event
from troth.statement.model import Statement, say
from troth.statement.reads import in_force
from troth.statement.words import country_name


class Names:
    """The names of a statement in one language. What it does not declare any more keeps the name it had."""

    def __init__(self, statement: Statement, language: str) -> None:
        self._statement, self._language = statement, language

    def of(self, event: Event) -> dict[str, Any]:
        """What a page says of an entry."""
        said = event.said
        match event.kind:
            case "collected":
                return {"point": self._point(said["point"])}
            case "wished":
                return {"about": self._about(said["about"])}
            case "used":
                return {
                    "purpose": self._purpose(said["purpose"]),
                    "fields": [self._field(name) for name in said["fields"]],
                    "recipient": self._recipient(said["recipient"]) if said["recipient"] else "",
                }
            case "corrected" | "supplemented":
                return {"field": self._field(said["field"])}
            case _:
                return {}

    def _say(self, parts: Mapping[str, Any], name: str, text: str) -> str:
        return say(getattr(parts[name], text), self._language) if name in parts else name

    def _point(self, name: str) -> str:
        return self._say(self._statement.collection, name, "title")

    def _purpose(self, name: str) -> str:
        return self._say(self._statement.purposes, name, "label")

    def _field(self, name: str) -> str:
        return self._say(self._statement.data, name, "label")

    def _recipient(self, name: str) -> str:
        return self._say(self._statement.recipients, name, "name")

    def _about(self, about: str) -> str:
        """What a wish is about: a purpose, one with a recipient, a recipient or a country."""
        kind, _, name = about.partition(".")
        if kind == "purpose":
            return self._purpose(name)
        if kind == "recipient" and name in self._statement.recipients:
            return self._recipient(name)
        if kind == "transfer":
            return country_name(name, self._language)
        return ", ".join(filter(None, [self._purpose(kind), self._recipient(name) if name else ""]))


def names(service: str, language: str, at: datetime) -> Names:
    """The names of the statement in force."""
    return Names(in_force(service, at).statement, language)
