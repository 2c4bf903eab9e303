"""What must be shown at one collection point, whole and in order: GDPR Art. 13, Taiwan PDPA Art. 8.

The page, the embedded form and the API render this one value, and a submission is bound to its digest.
"""

from typing import Any

from troth.ledger.rules import canonical, sha256_hex
from troth.statement.clause import Voice, offered
from troth.statement.compile import length
from troth.statement.model import Point, Recipient, Statement

ADDRESS = "/privacy/"


def notice(statement: Statement, point_id: str, language: str, digest: str) -> dict[str, Any]:
    """Everything that stands at `point_id` in `language`, as plain JSON; `digest` is the statement's."""
    voice, point = Voice(statement, language), statement.collection[point_id]
    words = voice.words
    recipients = [_recipient(voice, name, point_id) for name in recipients_at(statement, point_id)]
    countries = _countries(voice, recipients)
    return {
        "point": point_id,
        "statement": digest,
        "statement_url": ADDRESS,
        "language": language,
        "title": voice.say(point.title),
        "intro": voice.say(point.intro),
        "controller": {
            "name": voice.say(statement.controller.name),
            "email": statement.controller.email,
            "country": words.country(statement.controller.country),
        },
        "voluntary": words("notice.voluntary"),
        "without": voice.say(point.without),
        "age": _age(voice, point),
        "fields": [_field(voice, point_id, name) for name in point.fields()],
        "choices": _choices(voice, point_id),
        "supplements": _supplements(voice, point_id),
        "purposes": [_purpose(voice, name) for name in purposes_at(statement, point_id)],
        "recipients": recipients,
        "countries": countries,
        "abroad": _abroad(voice, countries),
        "stored_in": [{"code": code, "name": words.country(code)} for code in statement.stored_in],
        "stored": words("notice.stored", countries=voice.places(statement.stored_in)),
        "rights": words("notice.rights", email=statement.controller.email),
        "withdraw": words("notice.withdraw") if point.choices else "",
    }


def wording_digest(notice: dict[str, Any]) -> str:
    """SHA-256 of the notice as canonical JSON: what a submission says that it was shown."""
    return sha256_hex(canonical(notice))


def purposes_at(statement: Statement, point_id: str) -> tuple[str, ...]:
    """The purposes that anything given or chosen at this point serves."""
    point = statement.collection[point_id]
    served = [purpose for names in point.fields().values() for purpose in names]
    added = [one.purpose for one in statement.supplements.values() if one.point == point_id]
    return tuple(dict.fromkeys([*served, *point.choices, *added]))


def recipients_at(statement: Statement, point_id: str) -> tuple[str, ...]:
    """Those who get any of this point's fields for one of the purposes that the field serves here."""
    return tuple(name for name, one in statement.recipients.items() if _given(statement, point_id, one))


def _given(statement: Statement, point_id: str, recipient: Recipient) -> dict[str, list[str]]:
    """For each purpose the fields from here that `recipient` gets."""
    served = {field: set(names) for field, names in statement.collection[point_id].fields().items()}
    for one in statement.supplements.values():
        if one.point == point_id:
            served.setdefault(one.field, set()).add(one.purpose)
    given = {
        purpose: [field for field in fields if purpose in served.get(field, ())]
        for purpose, fields in recipient.purposes.items()
    }
    return {purpose: fields for purpose, fields in given.items() if fields}


def _recipient(voice: Voice, name: str, point_id: str) -> dict[str, Any]:
    statement, recipient = voice.statement, voice.statement.recipients[name]
    given = _given(statement, point_id, recipient)
    fields = dict.fromkeys(field for names in given.values() for field in names)
    transfer = statement.transfers.get(recipient.country)
    return {
        "id": name,
        "clause": f"recipient.{name}",
        "name": voice.say(recipient.name),
        "kind": recipient.kind,
        "who": voice.words("recipients." + recipient.kind, place=voice.words.place(recipient.country)),
        "country": voice.words.country(recipient.country),
        "country_code": recipient.country,
        "safeguard": voice.words("transfers.safeguard." + transfer.safeguard) if transfer else "",
        "essential": bool(transfer and transfer.essential),
        "fields": [voice.datum(field) for field in fields],
        "purposes": [voice.purpose(purpose) for purpose in given],
        "only_with_consent": all(voice.by_consent(purpose) for purpose in given),
    }


def _countries(voice: Voice, recipients: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The countries other than the controller's own that what is given here is kept in or goes to."""
    statement = voice.statement
    always = [one["country_code"] for one in recipients if not one["only_with_consent"]]
    certain = dict.fromkeys([*statement.stored_in, *always])
    asked = dict.fromkeys(one["country_code"] for one in recipients if one["country_code"] not in certain)
    return [
        _country(voice, code, only_with_consent=code in asked)
        for code in [*certain, *asked]
        if code != statement.controller.country
    ]


def _abroad(voice: Voice, countries: list[dict[str, Any]]) -> str:
    """To which other countries it goes in any case, and to which only after a yes."""
    said = []
    for key, with_consent in (("notice.abroad", False), ("notice.abroad-consent", True)):
        places = voice.places(one["code"] for one in countries if one["only_with_consent"] == with_consent)
        said += [voice.words(key, countries=places)] if places else []
    return voice.words("list.sentences").join(said)


def _country(voice: Voice, code: str, *, only_with_consent: bool) -> dict[str, Any]:
    transfer = voice.statement.transfers.get(code)
    return {
        "code": code,
        "name": voice.words.country(code),
        "safeguard": voice.words("transfers.safeguard." + transfer.safeguard) if transfer else "",
        "essential": bool(transfer and transfer.essential),
        "reason": voice.say(transfer.reason) if transfer else "",
        "only_with_consent": only_with_consent,
        "clause": f"transfer.{code}",
    }


def _age(voice: Voice, point: Point) -> dict[str, Any] | None:
    if not point.age:
        return None
    words = voice.words
    return {
        "minimum": voice.statement.service.minimum_age or 0,
        "label": words("notice.age"),
        "born": words("notice.born"),
        "residence": words("notice.residence"),
        "why": words("notice.age-why"),
        "clause": "children",
    }


def _field(voice: Voice, point_id: str, name: str) -> dict[str, Any]:
    point, datum = voice.statement.collection[point_id], voice.statement.data[name]
    required = name in point.required
    need = "required" if required else "optional"
    return {
        "id": name,
        "clause": f"collection.{point_id}.{name}",
        "label": voice.say(datum.label),
        "input": datum.input,
        "required": required,
        "needed": voice.words("notice." + need),
        "why": _why(voice, point.fields()[name]),
        "without": voice.words("notice.without-" + need),
        "purposes": list(point.fields()[name]),
        "kept": _kept(voice, point.fields()[name]),
        "hint": voice.say(datum.hint),
        "options": [{"id": option, "label": voice.say(label)} for option, label in datum.options.items()],
        "accept": list(datum.accept),
        "max_length": datum.max_length,
        "autocomplete": datum.autocomplete or "",
        "sensitivity": datum.sensitivity,
    }


def _why(voice: Voice, names: tuple[str, ...]) -> str:
    """The texts of what a field serves; purposes that wait for a yes are named as such."""
    plain = [voice.say(voice.statement.purposes[name].text) for name in names if not voice.by_consent(name)]
    asked = [name for name in names if voice.by_consent(name)]
    key = "notice.consent" if plain else "notice.consent-only"
    said = [*plain, voice.words(key, purposes=voice.purposes(asked))] if asked else plain
    return voice.words("list.sentences").join(said)


def _kept(voice: Voice, names: tuple[str, ...]) -> str:
    """How long a field is kept, in words: the longest time of what it serves here."""
    periods = [voice.statement.purposes[name].retention for name in names]
    return voice.words.duration(max((one for one in periods if one), key=length, default=""))


def _choices(voice: Voice, point_id: str) -> list[dict[str, Any]]:
    found = []
    for choice in offered(voice.statement, point_id):
        purpose = voice.statement.purposes[choice.purpose]
        question, recipient = voice.say(purpose.question), voice.recipient(choice.recipient)
        if choice.recipient:
            question = voice.words("notice.question-for", recipient=recipient, question=question)
        found.append(
            {
                "id": choice.id,
                "purpose": choice.purpose,
                "recipient": choice.recipient,
                "recipient_name": recipient,
                "clause": f"collection.{point_id}.choice.{choice.id}",
                "label": voice.say(purpose.label),
                "question": question,
                "text": voice.say(purpose.text),
                "kept": voice.kept(purpose),
            }
        )
    return found


def _supplements(voice: Voice, point_id: str) -> list[dict[str, Any]]:
    return [
        {
            "id": name,
            "clause": f"supplement.{name}",
            "label": voice.words("collection.supplement", field=voice.datum(one.field)),
            "text": voice.words(
                "collection.supplement-from", source=voice.say(one.source), purpose=voice.purpose(one.purpose)
            ),
        }
        for name, one in voice.statement.supplements.items()
        if one.point == point_id
    ]


def _purpose(voice: Voice, name: str) -> dict[str, Any]:
    purpose = voice.statement.purposes[name]
    return {
        "id": name,
        "clause": f"purpose.{name}",
        "label": voice.say(purpose.label),
        "text": voice.say(purpose.text),
        "basis": voice.basis(purpose),
        "interest": voice.say(purpose.interest),
        "kept": voice.kept(purpose),
        "consent": purpose.basis == "consent",
    }
