"""Whoever can write to the databases cannot change a row of what happened unnoticed: `troth verify` names it."""

import re

import pytest

from tests.support import tampering
from tests.support.copies import Copy
from tests.support.lived import Lived

pytest_plugins = ("tests.support.altered",)

ROWS, KEYS = "database", "keys_database"
# What a finding about the altered submission says: which entry, and whose record.
SUPPORT = r"entry {support.index} \(record {support.record}\)"
CHOSEN = r"entry {newsletter.index} \(record {newsletter.record}\)"
ENTRY = r"entry {support.index}\b"

# Every table of what happened: its columns, which row is altered, and what verification then names. Columns in brackets
# are those that docs/verifying.md says of that they show nothing: nothing that happened hangs on them.
TABLES: dict[str, tuple[str, str, str]] = {
    "ledger_entry": ("index data leaf", '"index" = {support.index}', ENTRY),
    "ledger_tile": ("(id) level number hashes", "level = 0", "tile"),
    "ledger_checkpoint": ("size note (at)", "size = {size}", "checkpoint|entry {size}|entries"),
    "consent_agreement": (
        "record person service point statement version language wording at digests receipt leaf",
        "record = '{support.record}'",
        ENTRY,
    ),
    "consent_choice": (
        "(id) record person service purpose recipient given at",
        "record = '{newsletter.record}'",
        CHOSEN,
    ),
    "consent_wording": (
        "digest body",
        "digest = (SELECT wording FROM consent_agreement WHERE record = '{support.record}')",
        "wording|words that were shown for entry {support.index}",
    ),
    "statement_version": (
        "(id) service number digest source published effective tell correction leaf",
        "number = 1",
        "version 1",
    ),
    "vault_sealed": (
        "(id) person record field sealed file since keep_until",
        "record = '{support.record}' AND file <> ''",
        SUPPORT,
    ),
    "vault_person": ("ref since", "ref = '{support.person}'", SUPPORT + "|person {support.person}"),
    "vault_lookup": ("index person", "person = '{support.person}'", SUPPORT),
    "vault_personkey": ("person wrapped", "person = '{support.person}'", SUPPORT),
    "vault_knownkey": ("(name) key_id", "name = 'pages.key'", "pages.key"),
    "collection_sent": (
        "(key) (body) record person leaf (not_kept) at",
        "record = '{support.record}'",
        r"record {support.record}|record [a-z2-7]{{26}}",
    ),
}
CHANGED = [(table, column) for table, (columns, _, _) in TABLES.items() for column in columns.split()]
# A row taken away without a trace: it shows nothing, as the page says.
NOTHING_LOST = {"vault_knownkey", "collection_sent"}
# What a row must differ in to stand beside another one.
ADDED = {
    "ledger_entry": "index leaf",
    "ledger_tile": "number",
    "ledger_checkpoint": "size",
    "consent_agreement": "record leaf",
    "consent_choice": "purpose",
    "consent_wording": "digest",
    "statement_version": "number digest",
    "vault_sealed": "field",
    "vault_person": "ref",
    "vault_lookup": "index",
    "vault_personkey": "(person)",
    "collection_sent": "key",
}
# Every column of these is altered in tests/rooms/use/test_evidence.py, tests/rooms/vault/test_correcting.py and
# tests/promises/test_altered.py.
INSIDE = {
    "consent_supplement", "consent_wish", "use_use", "use_used", "use_crowd", "use_token", "vault_correction",
    "statement_turn",
}  # fmt: skip
# Here nobody was erased: tests/faults/test_custody.py alters what is left of somebody who was.
ELSEWHERE = {"vault_erasure", "vault_suppression"}
# What is noted here is of addresses, and nobody's: no entry tells of it.
UNTOLD = {"vault_unwanted"}
# What two rows of the same kind could exchange.
EXCHANGED = [
    ("ledger_entry", "data"),
    ("ledger_entry", "leaf"),
    ("consent_agreement", "person"),
    ("consent_agreement", "digests"),
    ("consent_agreement", "leaf"),
    ("vault_sealed", "sealed"),
    ("vault_sealed", "record"),
    ("vault_sealed", "file"),
    ("vault_person", "since"),
    ("vault_lookup", "index"),
    ("vault_personkey", "wrapped"),
    ("collection_sent", "record"),
    ("collection_sent", "leaf"),
]
# What else picks a row, where the column is part of what picks it; and which value of a record that is no file.
KEYS_OF = {"vault_sealed": "id", "collection_sent": "key"}
WHICH_VALUE = {"sealed": "field = 'email'", "record": "field = 'email'"}


def home(table: str) -> str:
    """The database that `table` stands in."""
    return KEYS if table == "vault_personkey" else ROWS


def row_of(told: Lived, table: str, which: int = -1) -> str:
    """The condition that picks the row of `table` that belongs to the submissions `which`."""
    return TABLES[table][1].format(**told.named(which))


def verify(copy: Copy, told: Lived, table: str, *, silent: bool) -> None:
    """Verification names what was altered, unless nothing that happened hangs on it."""
    answer = copy.verify()
    if silent:
        assert (answer.status, answer.errors) == (0, ""), answer.output
        return
    names = TABLES[table][2].format(**told.named())
    assert answer.status == 1, answer.output
    assert re.search(names, answer.output + answer.errors), f"{names}\n{answer.output}{answer.errors}"


def test_every_table_is_altered(copy: Copy) -> None:
    """No table of any room, and no column, is left out: here, in test_rewritten (what waits), or inside."""
    columns = {table: {column.strip("()") for column in told.split()} for table, (told, _, _) in TABLES.items()}
    standing = {table: set(names) for table, names in tampering.columns(copy.directory).items()}
    assert standing.keys() - columns.keys() == {"ledger_pending", *INSIDE, *ELSEWHERE, *UNTOLD}
    assert columns.keys() - standing.keys() == {"vault_personkey"}
    assert [table for table in columns.keys() & standing.keys() if columns[table] != standing[table]] == []


@pytest.mark.parametrize(("table", "column"), CHANGED)
def test_a_changed_value_is_found(copy: Copy, told: Lived, table: str, column: str) -> None:
    """A row of which one column was changed is found, and the entry that tells of it is named."""
    where, name = row_of(told, table), column.strip("()")
    with copy.altering(home(table)) as ask:
        ((value,),) = ask(f'SELECT "{name}" FROM {table} WHERE {where}')
        ask(f'UPDATE {table} SET "{name}" = %s WHERE {where}', tampering.other(value))
    verify(copy, told, table, silent=name != column)


@pytest.mark.parametrize("table", TABLES)
def test_a_removed_row_is_found(copy: Copy, told: Lived, table: str) -> None:
    """A row that was removed is missed, and the entry that tells of it is named."""
    with copy.altering(home(table)) as ask:
        ask(f"DELETE FROM {table} WHERE {row_of(told, table)}")
    verify(copy, told, table, silent=table in NOTHING_LOST)


@pytest.mark.parametrize(("table", "differs"), ADDED.items())
def test_an_added_row_is_found(copy: Copy, told: Lived, table: str, differs: str) -> None:
    """A row that no entry tells of is found: a copy of another that differs in its keys alone."""
    columns = [column.strip("()") for column in TABLES[table][0].split() if column != "(id)"]
    names, marks = ", ".join(f'"{column}"' for column in columns), ", ".join(["%s"] * len(columns))
    with copy.altering(home(table)) as ask:
        (row,) = ask(f"SELECT {names} FROM {table} WHERE {row_of(told, table)}")
        values = [
            tampering.other(value) if column in differs.strip("()").split() else tampering.kept(value)
            for column, value in zip(columns, row, strict=True)
        ]
        ask(f"INSERT INTO {table} ({names}) VALUES ({marks})", *values)
    answer = copy.verify()
    assert answer.status == (0 if differs.startswith("(") else 1), answer.output + answer.errors


@pytest.mark.parametrize(("table", "column"), EXCHANGED)
def test_exchanged_values_are_found(copy: Copy, told: Lived, table: str, column: str) -> None:
    """What two rows exchanged is found, though each value is a true one: it is at home in its own place alone."""
    with copy.altering(home(table)) as ask:
        places = [_place(ask, row_of(told, table, which), table, column) for which in (-1, -2)]
        (one, *of_one), (two, *of_two) = places
        (first,), (second,) = (ask(f'SELECT "{column}" FROM {table} WHERE {where}', *of)[0] for where, *of in places)
        # One after the other: the column may hold each value once.
        change = f'UPDATE {table} SET "{column}" = %s WHERE '
        ask(change + one, tampering.other(first), *of_one)
        ask(change + two, tampering.kept(first), *of_two)
        ask(change + one, tampering.kept(second), *of_one)
    verify(copy, told, table, silent=False)


def _place(ask: tampering.Ask, where: str, table: str, column: str) -> tuple[str, ...]:
    """What picks the same row also when `column` is another: a condition and its value, if it needs one."""
    where = where.replace("file <> ''", WHICH_VALUE.get(column, "file <> ''"))
    key = KEYS_OF.get(table)
    return (f"{key} = %s", ask(f"SELECT {key} FROM {table} WHERE {where}")[0][0]) if key else (where,)
