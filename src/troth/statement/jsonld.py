"""The statement as JSON-LD in the terms of DPV 2.3, so that programs can read and compare what it promises."""

from typing import Any

from troth.statement.canonical import digest
from troth.statement.clause import Voice
from troth.statement.model import Point, Purpose, Recipient, Statement, Transfer
from troth.statement.terms import PREFIXES

LEGAL_BASES = {
    "consent": "eu-gdpr:A6-1-a",
    "contract": "eu-gdpr:A6-1-b",
    "legal-obligation": "eu-gdpr:A6-1-c",
    "vital-interest": "eu-gdpr:A6-1-d",
    "public-task": "eu-gdpr:A6-1-e",
    "legitimate-interest": "eu-gdpr:A6-1-f",
}
RIGHTS = {
    "access": "eu-gdpr:A15",
    "copy": "eu-gdpr:A15",
    "correct": "eu-gdpr:A16",
    "erase": "eu-gdpr:A17",
    "restrict": "eu-gdpr:A18",
    "object": "eu-gdpr:A21",
    "portability": "eu-gdpr:A20",
    "withdraw": "eu-gdpr:A7-3",
    "complain": "eu-gdpr:A77",
}
# Safe Harbor and Privacy Shield are void; no term stands for them.
SAFEGUARDS = {
    "adequacy": "eu-gdpr:A45-3",
    "dpf": "eu-gdpr:A45-3",
    "scc": "eu-gdpr:SCCByCommission",
    "bcr": "eu-gdpr:BindingCorporateRules",
}
_RECIPIENTS = {
    "affiliate": "dpv:SubsidiaryLegalEntity",
    "processor": "dpv:DataProcessor",
    "partner": "dpv:ThirdParty",
    "authority": "dpv:Authority",
}
_PROHIBITED = {"sell": "dpv:SellDataToThirdParties"}
_REFERENCES = (
    "dpv:hasPurpose", "dpv:hasLegalBasis", "dpv:hasRecipient", "dpv:hasNecessity", "dpv:hasLocation",
    "dpv:hasThirdCountry", "dpv:hasCountry", "dpv:hasRight", "dpv:hasPersonalData", "dpv:hasOrganisationalMeasure",
    "dpv:isExercisedAt",
)  # fmt: skip


def jsonld(statement: Statement, language: str) -> dict[str, Any]:
    """`statement` as a ``dpv:PrivacyNotice``: one process for each purpose, one datum for each field of a point.

    A datum's IRI is the address of its clause on the statement's page.
    """
    voice, base = Voice(statement, language), _page(statement)
    return {
        "@context": {
            **{name: PREFIXES[name] for name in ("dpv", "pd", "loc", "eu-gdpr")},
            "dct": "http://purl.org/dc/terms/",
            **{name: {"@type": "@id"} for name in _REFERENCES},
        },
        "@id": base,
        "@type": "dpv:PrivacyNotice",
        "dct:title": voice.words("page.title", service=voice.say(statement.service.name)),
        "dct:language": language,
        "dct:identifier": f"sha256:{digest(statement)}",
        "dpv:hasDataController": _controller(voice),
        "dpv:hasPersonalData": [
            _datum(voice, name, point, field)
            for name, point in statement.collection.items()
            for field in point.fields()
        ],
        "dpv:hasProcess": [_process(voice, name, purpose) for name, purpose in statement.purposes.items()],
        "dpv:hasRecipient": [_recipient(voice, name, one) for name, one in statement.recipients.items()],
        "dpv:hasRight": [
            {
                "@id": f"{base}#right.{name}",
                "@type": RIGHTS[name],
                "dct:description": voice.say(text),
                "dpv:isExercisedAt": f"mailto:{statement.controller.email}",
            }
            for name, text in statement.rights.items()
        ],
        "dpv:hasProhibition": [
            {"@id": f"{base}#never.{name}", "@type": "dpv:Prohibition", "dpv:hasPurpose": _PROHIBITED[name]}
            for name in statement.never
            if name in _PROHIBITED
        ],
        "dpv:hasTechnicalOrganisationalMeasure": [
            {"@id": f"{base}#security.{number}", "@type": measure.term, "dct:description": voice.say(measure.text)}
            for number, measure in enumerate(statement.security, start=1)
        ],
        "dpv:hasProcessing": [_transfer(voice, code, one) for code, one in statement.transfers.items()],
    }


def _page(statement: Statement) -> str:
    return statement.service.url.rstrip("/") + "/privacy/"


def _party(name: str) -> str:
    return f"urn:troth:party:{name}"


def _controller(voice: Voice) -> dict[str, Any]:
    statement, controller = voice.statement, voice.statement.controller
    found: dict[str, Any] = {
        "@id": _party(statement.id),
        "@type": "dpv:DataController",
        "dpv:hasName": voice.say(controller.name),
        "dpv:hasAddress": voice.say(controller.address),
        "dpv:hasContact": f"mailto:{controller.email}",
        "dpv:hasCountry": f"loc:{controller.country}",
    }
    if controller.officer:
        contact = {"@type": "dpv:DataProtectionOfficer", "dpv:hasContact": f"mailto:{controller.officer.email}"}
        found["dpv:hasDataProtectionOfficer"] = contact
    if controller.representative:
        contact = {"@type": "dpv:Representative", "dpv:hasContact": f"mailto:{controller.representative.email}"}
        found["dpv:hasRepresentative"] = contact
    return found


def _datum(voice: Voice, name: str, point: Point, field: str) -> dict[str, Any]:
    datum = voice.statement.data.get(field)
    return {
        "@id": f"{_page(voice.statement)}#collection.{name}.{field}",
        "@type": ["dpv:PersonalData", datum.term] if datum else "dpv:PersonalData",
        "dct:title": voice.datum(field),
        "dpv:hasNecessity": "dpv:Required" if field in point.required else "dpv:Optional",
    }


def _process(voice: Voice, name: str, purpose: Purpose) -> dict[str, Any]:
    statement, base = voice.statement, _page(voice.statement)
    found: dict[str, Any] = {
        "@id": f"{base}#purpose.{name}",
        "@type": "dpv:Process",
        "dct:title": voice.say(purpose.label),
        "dct:description": voice.say(purpose.text),
        "dpv:hasPurpose": purpose.term,
        "dpv:hasPersonalData": [
            f"{base}#collection.{where}.{field}"
            for where, point in statement.collection.items()
            for field, served in point.fields().items()
            if name in served
        ],
        "dpv:hasRecipient": [_party(party) for party, one in statement.recipients.items() if name in one.purposes],
        "dpv:hasStorageCondition": _storage(statement, purpose),
    }
    if purpose.basis:
        found["dpv:hasLegalBasis"] = LEGAL_BASES[purpose.basis]
    if purpose.basis == "consent":
        control = {"@type": "dpv:WithdrawConsent", "dpv:isExercisedAt": f"mailto:{statement.controller.email}"}
        found["dpv:hasConsentControl"] = control
    return found


def _storage(statement: Statement, purpose: Purpose) -> list[dict[str, Any]]:
    places = [{"@type": "dpv:StorageLocation", "dpv:hasLocation": f"loc:{code}"} for code in statement.stored_in]
    times = [{"@type": "dpv:StorageDuration", "dpv:hasDuration": purpose.retention}] if purpose.retention else []
    return [*places, *times]


def _recipient(voice: Voice, name: str, recipient: Recipient) -> dict[str, Any]:
    return {
        "@id": _party(name),
        "@type": ["dpv:Recipient", _RECIPIENTS[recipient.kind]],
        "dpv:hasName": voice.say(recipient.name),
        "dpv:hasCountry": f"loc:{recipient.country}",
    }


def _transfer(voice: Voice, code: str, transfer: Transfer) -> dict[str, Any]:
    found: dict[str, Any] = {
        "@id": f"{_page(voice.statement)}#transfer.{code}",
        "@type": "dpv:CrossBorderTransfer",
        "dpv:hasThirdCountry": f"loc:{code}",
        "dpv:hasRecipient": [_party(name) for name, one in voice.statement.recipients.items() if one.country == code],
        "dct:valid": transfer.valid_from.isoformat(),
    }
    if term := SAFEGUARDS.get(transfer.safeguard):
        found["dpv:hasLegalBasis" if term.startswith("eu-gdpr:A") else "dpv:hasOrganisationalMeasure"] = term
    return found
