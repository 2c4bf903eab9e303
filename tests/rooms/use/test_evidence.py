"""A use that was changed, taken away or put in is found when it is held against the ledger."""

import pytest
from django.db import connection

from tests.rooms.use.givers import AT, SERVICE, Gives, address, later, order
from troth.consent import evidence_supplements, evidence_wishes
from troth.consent.actions import supplement, wish
from troth.consent.models import Supplement
from troth.consent.models import Wish as WishRow
from troth.consent.wishes import Wish
from troth.ledger import actions as ledger
from troth.ledger.evidence import told
from troth.ledger.work import unit_of_work
from troth.use import evidence
from troth.use.actions import end_token, make_token, open_values
from troth.use.gates import Wanted
from troth.use.models import CROWD, Crowd, Token, Use, Used
from troth.vault.evidence import Holdings

pytestmark = pytest.mark.usefixtures("sqlite")


class _Undone(Exception):
    pass


@unit_of_work
def _attempt(change: str) -> None:
    """What is found after a change, which is undone again; the triggers are taken down first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name NOT LIKE 'ledger_%'")
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute(change)
    raise _Undone(found())


def found() -> list[str]:
    """What is found of uses, tokens, wishes and supplements; which of them are there may have been asked before."""
    added = evidence_supplements.Supplements(Holdings(AT))
    every = evidence.Uses(), evidence.Tokens(), evidence_wishes.Wishes(), added
    for block, _ in told(lambda *_: None):
        for room in every:
            room.there([one for one in block if one.said["kind"] == room.kind])
    findings = [
        finding
        for block, _ in told(lambda *_: None)
        for room in every
        for finding in room.held_against([one for one in block if one.said["kind"] == room.kind])
    ]
    return [one.message for one in (*findings, *(left for room in every for left in room.left_over()))]


CHANGES = (
    "UPDATE use_use SET purpose = 'carry-out-order' WHERE id = {use}",
    "UPDATE use_use SET persons = persons + 1 WHERE id = {use}",
    "UPDATE use_use SET fields = '[]' WHERE id = {use}",
    "DELETE FROM use_use WHERE id = {use}",
    "UPDATE use_used SET person = 'x' WHERE use = {use}",
    "DELETE FROM use_used WHERE use = {use}",
    "INSERT INTO use_used (use, person) VALUES ({use}, 'x')",
    "INSERT INTO use_used (use, person) VALUES (999999, 'x')",
    "UPDATE use_crowd SET refs = substr(refs, 34) WHERE use = {many}",
    "UPDATE use_crowd SET first = 'a' || substr(first, 2) WHERE use = {many}",
    "DELETE FROM use_crowd WHERE use = {many}",
)


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_use_is_found(gives: Gives, change: str) -> None:
    """Whatever of a use is not as it was counted, verification says so."""
    if not Crowd.objects.exists():
        persons = [gives("newsletter", email=address()).person for _ in range(CROWD)]
        open_values(persons, Wanted("handle-subscription"), ("email",), service=SERVICE, by="a test", at=AT)
    person = gives("newsletter", email=address()).person
    open_values([person], Wanted("handle-subscription"), ("email",), service=SERVICE, by="a test", at=AT)
    ledger.sequence()
    assert found() == []
    use = Used.objects.filter(person=person).values_list("use", flat=True).get()
    many = Crowd.objects.values_list("use", flat=True)[0]
    assert Use.objects.filter(pk__in=[use, many]).count() == 2
    with pytest.raises(_Undone) as undone:
        _attempt(change.format(use=use, many=many))
    assert undone.value.args[0]
    assert found() == []


COLUMNS = [
    (row._meta.db_table, field.column)
    for row in (WishRow, Supplement, Token, Use, Used, Crowd)
    for field in row._meta.concrete_fields
    if field.column != "id"
]
OTHER = {
    "VARCHAR": "{0} || 'x'", "TEXT": "{0} || 'x'", "BLOB": "randomblob(32)", "BOOL": "NOT {0}",
    "DATETIME": "'2031-01-01 00:00:00'",
}  # fmt: skip


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_every_column_is_held_against_its_entry(gives: Gives, table: str, column: str) -> None:
    """Whichever column of a wish, a supplement, a token or a use is another one, verification says so."""
    if not Crowd.objects.exists():
        persons = [gives("newsletter", email=address()).person for _ in range(CROWD)]
        open_values(persons, Wanted("handle-subscription"), ("email",), service=SERVICE, by="a test", at=AT)
    person = gives("newsletter", email=address()).person
    open_values([person], Wanted("handle-subscription"), ("email",), service=SERVICE, by="a test", at=AT)
    wish(person, SERVICE, Wish("consent", given=True, about="newsletter"), by="person", at=AT)
    supplement(order(gives).record, "company-look-up", b"Registered", at=AT)
    ref, _ = make_token(["newsletter"], "", service=SERVICE, expires=later(days=9), at=AT)
    end_token(ref, at=AT)
    make_token(["newsletter"], "", service=SERVICE, expires=later(days=8), at=AT)
    ledger.sequence()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT type FROM pragma_table_info('{table}') WHERE name = '{column}'")
        kind = cursor.fetchone()[0].upper()
    other = next((text for name, text in OTHER.items() if kind.startswith(name)), "{0} + 7").format(f'"{column}"')
    if column in {"fields", "purposes"}:
        other = "'{}'"
    with pytest.raises(_Undone) as undone:
        _attempt(f'UPDATE {table} SET "{column}" = {other} WHERE id = (SELECT MAX(id) FROM {table})')
    assert undone.value.args[0]
