"""The tables of the ledger, and triggers so that what stands in them stays."""

from typing import ClassVar

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

TABLES = ("ledger_pending", "ledger_entry", "ledger_tile", "ledger_checkpoint")

# Table, the change that is refused, and when it is (always, if empty), in words both databases understand.
REFUSED = (
    ("ledger_entry", "UPDATE", ""),
    ("ledger_entry", "DELETE", ""),
    ("ledger_checkpoint", "UPDATE", ""),
    ("ledger_checkpoint", "DELETE", ""),
    ("ledger_pending", "UPDATE", ""),
    ("ledger_pending", "DELETE", "NOT EXISTS (SELECT 1 FROM ledger_entry WHERE leaf = OLD.leaf)"),
    (
        "ledger_tile",
        "UPDATE",
        "NEW.level <> OLD.level OR NEW.number <> OLD.number OR substr(NEW.hashes, 1, length(OLD.hashes)) <> OLD.hashes",
    ),
    ("ledger_tile", "DELETE", ""),
)

# SQLite's INSERT OR REPLACE removes a row without asking its DELETE trigger.
REPLACED = {
    "ledger_entry": '"index" = NEW."index" OR leaf = NEW.leaf',
    "ledger_checkpoint": "size = NEW.size",
    "ledger_pending": "id = NEW.id",
    "ledger_tile": "id = NEW.id",
}


def _sqlite() -> list[str]:
    refused = [(table, change, f"WHEN {when}" if when else "") for table, change, when in REFUSED]
    refused += [
        (table, "INSERT", f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})")  # noqa: S608 - tables named above
        for table, same in REPLACED.items()
    ]
    return [
        f"CREATE TRIGGER {table}_{change.lower()} BEFORE {change} ON {table} {when}"
        f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for table, change, when in refused
    ]


def _postgresql() -> list[str]:
    function = (
        "CREATE FUNCTION ledger_append_only() RETURNS trigger LANGUAGE plpgsql AS $$"
        " BEGIN"
        " IF TG_TABLE_NAME = 'ledger_pending' AND TG_OP = 'DELETE' THEN"
        " IF EXISTS (SELECT 1 FROM ledger_entry WHERE leaf = OLD.leaf) THEN RETURN OLD; END IF;"
        " END IF;"
        " RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;"
        " END $$"
    )
    rows = [
        f"CREATE TRIGGER {table}_{change.lower()} BEFORE {change} ON {table} FOR EACH ROW"
        f" {f'WHEN ({when})' if when and 'SELECT' not in when else ''} EXECUTE FUNCTION ledger_append_only()"
        for table, change, when in REFUSED
    ]
    tables = [
        f"CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION ledger_append_only()"
        for table in TABLES
    ]
    return [function, *rows, *tables]


def put_up(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Puts the triggers up."""
    for statement in _postgresql() if editor.connection.vendor == "postgresql" else _sqlite():
        editor.execute(statement, params=None)


class Migration(migrations.Migration):
    initial = True
    dependencies: ClassVar = []
    operations: ClassVar = [
        migrations.CreateModel(
            name="Pending",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("data", models.BinaryField()),
                ("leaf", models.BinaryField(unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("index", models.BigIntegerField(primary_key=True, serialize=False)),
                ("data", models.BinaryField()),
                ("leaf", models.BinaryField(unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="Tile",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("level", models.SmallIntegerField()),
                ("number", models.BigIntegerField()),
                ("hashes", models.BinaryField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("level", "number"), name="one_tile_per_place")],
            },
        ),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("size", models.BigIntegerField(primary_key=True, serialize=False)),
                ("note", models.TextField()),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.RunPython(put_up, migrations.RunPython.noop, hints={"model_name": "entry"}),
    ]
