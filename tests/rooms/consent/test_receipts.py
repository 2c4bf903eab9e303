"""Receipts are shaped as ISO/IEC TS 27560 and are linked data; agreements are bound and never changed."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
import rdflib
from rdflib import DCTERMS, RDF, URIRef

from tests.support.declared import declared
from troth.consent import rules
from troth.ledger.rules import canonical, sha256_hex
from troth.statement.clause import offered
from troth.statement.model import Statement
from troth.statement.terms import is_known

# rdflib's own reader uses what rdflib calls deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
AT = datetime(2026, 11, 23, 10, 5, tzinfo=UTC)
DPV = rdflib.Namespace("https://w3id.org/dpv#")
EACH = pytest.mark.parametrize("example", ["minimal", "infortrend", "synology-2006"])


def agreed(statement: Statement, point: str, *, yes: bool) -> rules.Agreed:
    """Somebody's agreement at `point`, with every field given and every choice answered alike."""
    here = statement.collection[point]
    return rules.Agreed(
        "r" * 26, "p" * 26, statement.id, point, "5" * 64, 3, "en", "7" * 64, AT,
        dict.fromkeys(here.fields(), "0" * 64),
        {offer.id: yes for offer in offered(statement, point)},
    )  # fmt: skip


def receipts(example: str) -> list[tuple[Statement, rules.Agreed, dict[str, Any]]]:
    """A receipt for each point of `example`, with yes and with no to everything."""
    statement = declared(example)
    made = [agreed(statement, point, yes=yes) for point in statement.collection for yes in (True, False)]
    patterns = [rules.pattern(one, statement, "https://www.example.com") for one in made]
    return [
        (statement, one, json.loads(rules.receipt(pattern, one))) for one, pattern in zip(made, patterns, strict=True)
    ]


@EACH
def test_everything_mandatory_is_there(example: str) -> None:
    """A receipt has every part that TS 27560 makes mandatory, none of them empty."""
    for statement, one, receipt in receipts(example):
        for name in (
            "dct:conformsTo", "dct:identifier", "dpv:hasDataSubject", "dpv:hasNotice", "dpv:hasProcess",
            "dpv:hasDataController", "dpv:hasJurisdiction", "dpv:hasConsentControl",
        ):  # fmt: skip
            assert receipt[name], name
        controller = receipt["dpv:hasDataController"]
        assert all(controller[name] for name in ("@id", "@type", "dct:title", "dpv:hasAddress", "dpv:hasContact"))
        assert receipt["dpv:hasNotice"]["dct:language"] == "en"
        assert receipt["dpv:hasJurisdiction"] == {"@id": f"loc:{statement.controller.country}"}
        for process in receipt["dpv:hasProcess"]:
            assert process["dpv:hasPurpose"]
            assert process["dpv:hasPersonalData"]
            assert process["dpv:hasLegalBasis"]
            conditions = process["dpv:hasStorageCondition"]
            assert [found["dpv:hasLocation"]["@id"] for found in conditions if "dpv:hasLocation" in found] == [
                f"loc:{country}" for country in statement.stored_in
            ]
            assert [found["dpv:hasDuration"] for found in conditions if "dpv:hasDuration" in found] != [None]
        states = [process["dpv:hasConsentStatus"] for process in receipt["dpv:hasProcess"]
                  if "dpv:hasConsentStatus" in process]  # fmt: skip
        assert len(states) == len(one.choices)
        for state in states:
            assert state["dpv:isIndicatedAtTime"] == "2026-11-23T10:05:00.000Z"
            assert state["dpv:isIndicatedBy"] == receipt["dpv:hasDataSubject"]
            assert state["dpv:hasDuration"]


@EACH
def test_receipts_are_linked_data(example: str) -> None:
    """A receipt parses as JSON-LD, and every term of DPV in it is one that the vocabulary has."""
    for _, one, receipt in receipts(example):
        graph = rdflib.Graph().parse(data=json.dumps(receipt), format="json-ld")
        record = URIRef(f"urn:troth:receipt:{one.record}")
        assert (record, RDF.type, DPV.ConsentRecord) in graph
        assert str(graph.value(record, DCTERMS.identifier)) == one.record
        assert len(list(graph.objects(record, DPV.hasProcess))) == len(receipt["dpv:hasProcess"])
        objects = {str(found) for found in graph.objects() if str(found).startswith(str(DPV))}
        assert [found for found in objects if not is_known(f"dpv:{found.removeprefix(str(DPV))}")] == []
        predicates = {str(found) for found in graph.predicates() if str(found).startswith(str(DPV))}
        assert [found for found in predicates if not is_known(f"dpv:{found.removeprefix(str(DPV))}")] == []


def test_an_entry_commits_to_the_receipt() -> None:
    """What a ledger entry commits to changes with a single letter of the receipt."""
    _, one, receipt = receipts("minimal")[0]
    opened = rules.opened_record(one, sha256_hex(canonical(receipt)))
    assert opened["record"] == one.record
    assert opened != rules.opened_record(one, sha256_hex(canonical({**receipt, "@type": "dpv:ConsentRecords"})))


def test_a_refused_purpose_is_no_process_of_its_own_kind() -> None:
    """No receipt says that a consent was given where the person said no."""
    for example in ("infortrend", "synology-2006"):
        for _, one, receipt in receipts(example):
            states = {
                process["@id"]: process["dpv:hasConsentStatus"]["@type"]
                for process in receipt["dpv:hasProcess"]
                if "dpv:hasConsentStatus" in process
            }
            expected = {
                f"urn:troth:purpose:{name}": "dpv:ConsentGiven" if given else "dpv:ConsentRefused"
                for name, given in one.choices.items()
            }
            assert states == expected
