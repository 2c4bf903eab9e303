"""Keeps persons' keys in a database of their own, so that a backup of the rows holds no key."""

from typing import Any

from django.db.models import Model

KEYS = "keys"
_KEY_MODELS = {("vault", "personkey")}


class KeysApart:
    """Django's database router: key rows to ``keys``, everything else to ``default``."""

    def db_for_read(self, model: type[Model], **_hints: Any) -> str:
        return self._home(model._meta.app_label, model._meta.model_name or "")

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, model_name: str | None = None, **_hints: Any) -> bool:
        return model_name is None or self._home(app_label, model_name) == db

    def _home(self, app_label: str, model_name: str) -> str:
        return KEYS if (app_label, model_name) in _KEY_MODELS else "default"
