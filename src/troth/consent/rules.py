"""Commitments, and the receipt: ISO/IEC TS 27560 in the shape of DPV's profile. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from troth.clock import rfc3339
from troth.ledger.rules import JSON, Stencil, canonical, commitment
from troth.statement.clause import Offered
from troth.statement.jsonld import LEGAL_BASES
from troth.statement.model import Statement, say

PROFILE = "https://w3id.org/dpv/schema/dpv-27560#receipt-eu-gdpr"
RECORD_PROFILE = "https://w3id.org/dpv/schema/dpv-27560#record-eu-gdpr"


@dataclass(frozen=True)
class Agreed:
    """One submission: who, where, under which statement and words, what was chosen, in the words shown."""

    record: str
    person: str
    service: str
    point: str
    statement: str
    version: int
    language: str
    wording: str
    at: datetime
    digests: Mapping[str, str]
    choices: Mapping[str, bool]


@dataclass(frozen=True)
class Shown:
    """What stood on the page: which statement, in which language, in which words, with which choices and countries."""

    service: str
    point: str
    statement: str
    version: int
    language: str
    wording: str
    body: bytes = field(compare=False, repr=False)
    countries: tuple[str, ...]
    offers: tuple[Offered, ...]


@dataclass(frozen=True)
class Agreeing:
    """A submission about to be recorded: its choices by offer, its sealed values' digests, the salt of its entry."""

    record: str
    person: str
    shown: Shown
    choices: Mapping[str, bool]
    digests: Mapping[str, str]
    salt: bytes


def opened_record(agreed: Agreed, receipt: str) -> dict[str, Any]:
    """What a ledger entry commits to: whose submission it is, and the SHA-256 of each sealed value and the receipt."""
    return {
        "person": agreed.person,
        "record": agreed.record,
        "values": dict(agreed.digests),
        "receipt": receipt,
    }


def committed_wish(person: str, ref: str) -> str:
    """What the entry of a wish commits to: whose it is. The reference of the wish is its salt, and in no entry.

    It is found again from the person and how many wishes they had before, after an older store was put back.
    """
    return commitment(ref.encode(), {"person": person})


def supplement_facts(one: Any) -> dict[str, JSON]:
    """What the entry of a supplement says; it commits to whose it is, for which record, and what it is."""
    told = supplement_opened(one.person, one)
    return {
        "service": one.service, "version": one.version, "supplement": one.name, "field": one.field,
        "until": rfc3339(one.until), "commitment": commitment(one.ref.encode(), told),
    }  # fmt: skip


def supplement_opened(person: str, one: Any) -> dict[str, JSON]:
    """What the entry of a supplement commits to."""
    return {"person": person, "record": one.record, "digest": one.digest}


# Stand in a pattern for what differs. No text that is declared holds a character like theirs.
_MARKS = {name: f"\0{name}\0" for name in ("record", "person", "at")}


def pattern(agreed: Agreed, statement: Statement, url: str) -> bytes:
    """What the receipts of all submissions like `agreed` have in common: all but the references and the time."""
    marked = replace(agreed, record=_MARKS["record"], person=_MARKS["person"])
    return canonical(_receipt(marked, _MARKS["at"], statement, url))


@lru_cache(1024)
def stencil(pattern: bytes) -> Stencil:
    """Writes receipts after `pattern`, each with its ``record``, ``person`` and time ``at`` (RFC 3339)."""
    return Stencil(pattern, {name: json.dumps(mark)[1:-1] for name, mark in _MARKS.items()})


def receipt(pattern: bytes, agreed: Agreed) -> bytes:
    """The consent receipt of `agreed` as JSON-LD in canonical JSON, without any value that the person typed."""
    return stencil(pattern).filled(record=agreed.record, person=agreed.person, at=rfc3339(agreed.at))


def _receipt(agreed: Agreed, at: str, statement: Statement, url: str) -> dict[str, Any]:
    return {
        "@context": {
            "dpv": "https://w3id.org/dpv#",
            "pd": "https://w3id.org/dpv/pd#",
            "loc": "https://w3id.org/dpv/loc#",
            "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
            "dct": "http://purl.org/dc/terms/",
            "dpv:hasPurpose": {"@type": "@id"},
        },
        "@id": f"urn:troth:receipt:{agreed.record}",
        "@type": "dpv:ConsentRecord",
        "dct:conformsTo": [{"@id": PROFILE}, {"@id": RECORD_PROFILE}],
        "dct:identifier": agreed.record,
        "dpv:hasDataSubject": {"@id": f"urn:troth:person:{agreed.person}"},
        "dpv:hasDataController": _controller(statement, agreed.language),
        "dpv:hasJurisdiction": {"@id": f"loc:{statement.controller.country}"},
        "dpv:hasNotice": {
            "@id": f"urn:troth:notice:{agreed.point}@sha256-{agreed.wording}",
            "@type": "dpv:ConsentNotice",
            "dct:language": agreed.language,
            "dct:isPartOf": {"@id": f"urn:troth:statement:{agreed.service}@sha256-{agreed.statement}"},
            "dct:source": {"@id": f"{url}/privacy/versions/{agreed.version}/"},
        },
        "dpv:hasProcess": [_process(agreed, at, statement, purpose) for purpose in _purposes(agreed, statement)],
        "dpv:hasConsentControl": {
            "@type": "dpv:WithdrawConsent",
            "dpv:isExercisedAt": {"@id": f"mailto:{statement.controller.email}"},
        },
    }


def _purposes(agreed: Agreed, statement: Statement) -> list[str]:
    fields = statement.collection[agreed.point].fields()
    served = [purpose for field in agreed.digests for purpose in fields[field]]
    asked = [purpose for purpose in served if statement.purposes[purpose].basis != "consent"]
    return list(dict.fromkeys([*asked, *agreed.choices]))


def _party(name: str) -> tuple[str, str]:
    """A choice's purpose, and its recipient where the choice is about one."""
    purpose, _, recipient = name.partition(".")
    return purpose, recipient


def _process(agreed: Agreed, at: str, statement: Statement, name: str) -> dict[str, Any]:
    bare, only = _party(name)
    purpose = statement.purposes[bare]
    fields = statement.collection[agreed.point].fields()
    process = {
        "@id": f"urn:troth:purpose:{name}",
        "@type": "dpv:Process",
        "dpv:hasPurpose": purpose.term,
        "dct:title": say(purpose.label, agreed.language),
        "dpv:hasPersonalData": [
            {"@id": statement.data[field].term} for field in agreed.digests if bare in fields[field]
        ],
        "dpv:hasLegalBasis": {"@id": LEGAL_BASES[purpose.basis or "consent"]},
        "dpv:hasRecipient": [
            {"@id": f"urn:troth:party:{recipient}", "dct:title": say(party.name, agreed.language)}
            for recipient, party in statement.recipients.items()
            if bare in party.purposes and only in ("", recipient)
        ],
        "dpv:hasStorageCondition": [
            *(
                {"@type": "dpv:StorageLocation", "dpv:hasLocation": {"@id": f"loc:{country}"}}
                for country in statement.stored_in
            ),
            {"@type": "dpv:StorageDuration", "dpv:hasDuration": purpose.retention},
        ],
    }
    if name in agreed.choices:
        process["dpv:hasConsentStatus"] = _status(agreed, at, name, purpose.retention)
    return process


def _status(agreed: Agreed, at: str, purpose: str, duration: str | None) -> dict[str, Any]:
    given = agreed.choices[purpose]
    return {
        "@type": "dpv:ConsentGiven" if given else "dpv:ConsentRefused",
        "dpv:isIndicatedAtTime": at,
        "dpv:isIndicatedBy": {"@id": f"urn:troth:person:{agreed.person}"},
        "dpv:hasIndicationMethod": f"{agreed.point}#choice.{purpose}",
        "dpv:hasDuration": duration,
    }


def _controller(statement: Statement, language: str) -> dict[str, Any]:
    controller = statement.controller
    return {
        "@id": f"urn:troth:party:{statement.id}",
        "@type": "dpv:DataController",
        "dct:title": say(controller.name, language),
        "dpv:hasAddress": say(controller.address, language),
        "dpv:hasContact": f"mailto:{controller.email}",
    }
