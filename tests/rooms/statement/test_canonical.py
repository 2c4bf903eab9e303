"""A statement has one byte form and one digest."""

import json
import re

import pytest

from tests.support.declared import NAMES, declared, from_plain
from tests.support.statements import minimal
from troth.statement.canonical import canonical_form, digest
from troth.statement.model import Statement


@pytest.mark.parametrize("name", NAMES)
def test_the_canonical_form_says_everything(name: str) -> None:
    """What is read back from the canonical form is the same statement, with the same digest."""
    statement = declared(name)
    again = Statement.model_validate(json.loads(canonical_form(statement)))
    assert again == statement
    assert digest(again) == digest(statement)
    assert re.fullmatch("[0-9a-f]{64}", digest(statement))


def test_what_is_left_out_is_the_default() -> None:
    """Saying the default and saying nothing is the same statement."""
    plain = minimal()
    plain["purposes"]["answer-you"]["separate"] = False
    plain["links"] = {}
    assert digest(from_plain(plain)) == digest(declared())


def test_a_plain_text_is_the_same_in_every_language() -> None:
    """A text without languages is the same as one for all languages."""
    plain = minimal()
    plain["controller"]["name"] = {"": "Example Storage Inc."}
    assert digest(from_plain(plain)) == digest(declared())


def test_the_order_of_names_is_no_part_of_the_promise() -> None:
    """The order of names in the file does not change the digest."""
    plain = minimal()
    plain["purposes"] = dict(reversed(plain["purposes"].items()))
    assert digest(from_plain(plain)) == digest(declared())


def test_any_other_word_is_another_statement() -> None:
    """One more space in a text is another digest."""
    plain = minimal()
    plain["purposes"]["newsletter"]["question"]["en"] += " "
    assert digest(from_plain(plain)) != digest(declared())


def test_the_form_of_mail_keeps_its_name() -> None:
    """The canonical form uses the names that the file uses."""
    assert json.loads(canonical_form(declared()))["mail"]["news"]["class"] == "promotional"
