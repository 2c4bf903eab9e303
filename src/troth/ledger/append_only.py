"""Tables whose rows stay: triggers refuse to change or remove one, on SQLite and on PostgreSQL.

They stop mistakes and hurried hands. Whoever may alter the database can take them down first; verification says so.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from django.db import connection, migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

_Compared: TypeAlias = tuple[Mapping[str, object], Mapping[str, object]]


@dataclass(frozen=True)
class AppendOnly:
    """A table and, in words that both databases understand, which change is refused: any, unless it is said.

    `replaced` says of a row that it would go for a new one: SQLite's INSERT OR REPLACE removes it without asking
    the trigger on DELETE.
    """

    table: str
    replaced: str
    update: str = "TRUE"
    delete: str = "TRUE"


LEDGER = (
    AppendOnly(
        "ledger_entry",
        '"index" = NEW."index" OR (substr(data, 8, 24) = substr(NEW.data, 8, 24) AND leaf = NEW.leaf)',
    ),
    AppendOnly("ledger_checkpoint", "size = NEW.size"),
    AppendOnly(
        "ledger_pending",
        # The very same entry may be appended twice.
        "id = NEW.id OR (substr(data, 8, 24) = substr(NEW.data, 8, 24) AND leaf = NEW.leaf AND data <> NEW.data)",
        delete="NOT EXISTS (SELECT 1 FROM ledger_entry WHERE substr(data, 8, 24) = substr(OLD.data, 8, 24)"
        " AND leaf = OLD.leaf)",
    ),
    AppendOnly(
        "ledger_tile",
        # The last tile of a level grows, by an INSERT that becomes an UPDATE.
        "id = NEW.id OR (level = NEW.level AND number = NEW.number"
        " AND substr(NEW.hashes, 1, length(hashes)) <> hashes)",
        update="NEW.id <> OLD.id OR NEW.level <> OLD.level OR NEW.number <> OLD.number"
        " OR substr(NEW.hashes, 1, length(OLD.hashes)) <> OLD.hashes",
    ),
)


def put_up(*tables: AppendOnly) -> migrations.RunPython:
    """The step of a migration that puts up the triggers of `tables`."""

    def run(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        statements = _postgresql if editor.connection.vendor == "postgresql" else _sqlite
        for table in tables:
            for statement in statements(table).values():
                editor.execute(statement, params=None)

    return migrations.RunPython(run, migrations.RunPython.noop, hints={"model_name": "kept with the rows"})


def altered(tables: Sequence[AppendOnly]) -> Iterator[str]:
    """The name of each trigger on `tables` that is gone, or is not what was put up, or was added."""
    standing = _standing_postgresql if connection.vendor == "postgresql" else _standing_sqlite
    for table in tables:
        there, expected = standing(table)
        yield from sorted(name for name in there.keys() | expected.keys() if there.get(name) != expected.get(name))


def _sqlite(table: AppendOnly) -> dict[str, str]:
    refused = {
        "UPDATE": table.update,
        "DELETE": table.delete,
        "INSERT": f"EXISTS (SELECT 1 FROM {table.table} WHERE {table.replaced})",  # noqa: S608 - words of ours
    }
    return {
        (name := f"{table.table}_{change.lower()}"): f"CREATE TRIGGER {name} BEFORE {change} ON {table.table}"
        f" WHEN {when} BEGIN SELECT RAISE(ABORT, '{table.table} is append-only'); END"
        for change, when in refused.items()
    }


def _standing_sqlite(table: AppendOnly) -> _Compared:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table.table])
        return dict(cursor.fetchall()), _sqlite(table)


def _body(table: AppendOnly) -> str:
    return (
        " BEGIN"
        f" IF TG_OP = 'UPDATE' THEN IF NOT ({table.update}) THEN RETURN NEW; END IF; END IF;"
        f" IF TG_OP = 'DELETE' THEN IF NOT ({table.delete}) THEN RETURN OLD; END IF; END IF;"
        " RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;"
        " END "
    )


def _postgresql(table: AppendOnly) -> dict[str, str]:
    name = table.table
    return {
        "function": f"CREATE FUNCTION {name}_kept() RETURNS trigger LANGUAGE plpgsql AS $${_body(table)}$$",
        "row": f"CREATE TRIGGER {name}_kept BEFORE UPDATE OR DELETE ON {name}"
        f" FOR EACH ROW EXECUTE FUNCTION {name}_kept()",
        "table": f"CREATE TRIGGER {name}_truncate BEFORE TRUNCATE ON {name} EXECUTE FUNCTION {name}_kept()",
    }


# Kind, whether it fires, its condition and columns, what it runs. In PostgreSQL's bits, 27 is a trigger BEFORE each
# row's UPDATE or DELETE, 34 one BEFORE TRUNCATE.
_TRIGGERS = """
    SELECT tgname::text, tgtype::int, tgenabled::text, tgqual IS NULL, tgattr::text, prosrc
    FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
    WHERE tgrelid = %s::regclass AND NOT tgisinternal
"""


def _standing_postgresql(table: AppendOnly) -> _Compared:
    with connection.cursor() as cursor:
        cursor.execute(_TRIGGERS, [table.table])
        there = {name: tuple(rest) for name, *rest in cursor.fetchall()}
    each = (("kept", 27), ("truncate", 34))
    return there, {f"{table.table}_{kind}": (bits, "O", True, "", _body(table)) for kind, bits in each}
