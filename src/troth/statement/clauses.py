"""The whole privacy statement as people read it, written from the declaration in the language they read."""

from troth.statement import clauses_declared as declared
from troth.statement.clause import Clause, Fact, Section, Voice, mailto, offered
from troth.statement.model import Contact, Point, Purpose, Recipient, Statement


def clauses(statement: Statement, language: str) -> tuple[Section, ...]:
    """Every section that `statement` has something to say in, in the order in which people look for it.

    A section's id is ``section.`` and its name; the ids of its clauses do not depend on the language.
    """
    voice = Voice(statement, language)
    sections = {
        "who": _who(voice),
        "about": _about(voice),
        "collection": _collection(voice),
        "purposes": _purposes(voice),
        "consent": _consent(voice),
        "stored-in": _stored_in(voice),
        "recipients": _recipients(voice),
        "transfers": declared.transfers(voice),
        "never": declared.never(voice),
        "visits": declared.visits(voice),
        "cookies": declared.cookies(voice),
        "mail": declared.mail(voice),
        "security": declared.security(voice),
        "rights": declared.rights(voice),
        "children": declared.children(voice),
        "links": declared.links(voice),
        "changes": declared.changes(voice),
        "complaints": declared.complaints(voice),
    }
    return tuple(
        Section("section." + name, voice.words("section." + name), tuple(found))
        for name, found in sections.items()
        if found
    )


def _who(voice: Voice) -> list[Clause]:
    words, controller = voice.words, voice.statement.controller
    facts = [
        Fact(words("label.address"), voice.say(controller.address)),
        Fact(words("label.country"), words.country(controller.country)),
        Fact(words("label.email"), controller.email, mailto(controller.email)),
    ]
    if controller.phone:
        facts.append(Fact(words("label.phone"), controller.phone, "tel:" + controller.phone.replace(" ", "")))
    found = [Clause("controller", words("who.controller", controller=voice.say(controller.name)), facts=tuple(facts))]
    if controller.officer:
        found.append(_contact(voice, "officer", controller.officer))
    if controller.representative:
        found.append(_contact(voice, "representative", controller.representative))
    return found


def _contact(voice: Voice, role: str, contact: Contact) -> Clause:
    words = voice.words
    facts = [
        Fact(words("label.name"), voice.say(contact.name)),
        Fact(words("label.email"), contact.email, mailto(contact.email)),
        Fact(words("label.address"), voice.say(contact.address)),
    ]
    return Clause(f"controller.{role}", words("who." + role), facts=tuple(fact for fact in facts if fact.text))


def _about(voice: Voice) -> list[Clause]:
    words, service = voice.words, voice.statement.service
    laws = words.listed(words("about.law." + law) for law in service.laws)
    found = [
        Clause("service", words("about.service", service=voice.say(service.name), url=service.url)),
        Clause("visiting", words("about.visiting"), words("kept.visiting"), "P01"),
        Clause("voluntary", words("about.voluntary"), words("kept.form"), "P05"),
    ]
    if laws:
        found.append(Clause("laws", words("about.laws", laws=laws)))
    if service.automated_decisions:
        said = voice.say(service.automated_decisions)
        found.append(Clause("automated-decisions", said, title=words("about.automated")))
    return found


def _collection(voice: Voice) -> list[Clause]:
    if not voice.statement.collection:
        return []
    words = voice.words
    found = [Clause("collection", words("collection.all"), words("kept.form"), "P03")]
    found += [_point(voice, name, point) for name, point in voice.statement.collection.items()]
    return found


def _point(voice: Voice, name: str, point: Point) -> Clause:
    words = voice.words
    facts = []
    if point.without:
        facts.append(Fact(words("label.without"), voice.say(point.without)))
    if point.embed:
        facts.append(Fact(words("label.embed"), words("list.between").join(point.embed)))
    parts = [_field(voice, name, point, field) for field in point.fields()]
    if point.age:
        parts.append(_age(voice, name))
    parts += _choices(voice, name)
    parts += _supplements(voice, name)
    return Clause(
        f"collection.{name}",
        voice.say(point.intro),
        words("kept.field"),
        "P04",
        title=voice.say(point.title),
        facts=tuple(facts),
        parts=tuple(parts),
    )


def _field(voice: Voice, name: str, point: Point, field: str) -> Clause:
    said = voice.words(
        "collection.required" if field in point.required else "collection.optional",
        why=served(voice, point.fields()[field]),
    )
    return Clause(f"collection.{name}.{field}", said, title=voice.datum(field), promise="P04")


def served(voice: Voice, purposes: tuple[str, ...]) -> str:
    """What a field is for, with the purposes that wait for a yes set apart."""
    plain = [one for one in purposes if not voice.by_consent(one)]
    asked = [one for one in purposes if voice.by_consent(one)]
    said = [voice.words("collection.for", purposes=voice.purposes(plain))] if plain else []
    said += [voice.words("collection.for-consent", purposes=voice.purposes(asked))] if asked else []
    return voice.words("list.sentences").join(said)


def _age(voice: Voice, name: str) -> Clause:
    words = voice.words
    said = words("collection.age-asked")
    return Clause(f"collection.{name}.age", said, words("kept.age"), "P50", title=words("collection.age"))


def _choices(voice: Voice, name: str) -> list[Clause]:
    words, found = voice.words, []
    for choice in offered(voice.statement, name):
        purpose = voice.statement.purposes.get(choice.purpose)
        question = voice.say(purpose.question) if purpose else ""
        about = {"purpose": voice.purpose(choice.purpose), "recipient": voice.recipient(choice.recipient)}
        found.append(
            Clause(
                f"collection.{name}.choice.{choice.id}",
                words("collection.question", question=question),
                words("kept.choice"),
                "P12",
                title=words("collection.choice-for" if choice.recipient else "collection.choice", **about),
            )
        )
    return found


def _supplements(voice: Voice, name: str) -> list[Clause]:
    words = voice.words
    return [
        Clause(
            f"supplement.{one}",
            words(
                "collection.supplement-from",
                source=voice.say(supplement.source),
                purpose=voice.purpose(supplement.purpose),
            ),
            promise="P08",
            title=words("collection.supplement", field=voice.datum(supplement.field)),
        )
        for one, supplement in voice.statement.supplements.items()
        if supplement.point == name
    ]


def _purposes(voice: Voice) -> list[Clause]:
    if not voice.statement.purposes:
        return []
    found = [Clause("purposes", voice.words("purpose.all"), promise="P13")]
    found += [_purpose(voice, name, purpose) for name, purpose in voice.statement.purposes.items()]
    return found


def _kept_by(voice: Voice, purpose: str) -> tuple[str, str]:
    """What keeps a purpose, and the promise that it is: for values, that they serve it alone; for visits, as counts."""
    visits = voice.statement.visits
    if fields_of(voice.statement, purpose):
        return voice.words("kept.purpose"), "P18"
    if visits and purpose in visits.purposes:
        return voice.words("kept.counts"), "P33"
    return "", "P18"


def _purpose(voice: Voice, name: str, purpose: Purpose) -> Clause:
    words = voice.words
    given = [party for party, recipient in voice.statement.recipients.items() if name in recipient.purposes]
    facts = [
        Fact(words("label.basis"), voice.basis(purpose)),
        Fact(words("label.interest"), voice.say(purpose.interest)),
        Fact(words("label.obligation"), voice.say(purpose.obligation)),
        Fact(words("label.question"), voice.say(purpose.question)),
        Fact(words("label.kept"), voice.kept(purpose)),
        Fact(words("label.information"), _information(voice, name)),
        Fact(words("label.given-to"), voice.recipients(given) or words("purpose.nobody")),
        Fact(words("label.your-say"), _your_say(voice, purpose)),
    ]
    kept_by, promise = _kept_by(voice, name)
    return Clause(
        f"purpose.{name}",
        voice.say(purpose.text),
        kept_by,
        promise,
        title=voice.say(purpose.label),
        facts=tuple(fact for fact in facts if fact.text),
    )


def fields_of(statement: Statement, purpose: str) -> tuple[str, ...]:
    """The fields that any collection point, or a supplement, gathers for `purpose`."""
    given = [
        field for point in statement.collection.values() for field, names in point.fields().items() if purpose in names
    ]
    added = [one.field for one in statement.supplements.values() if one.purpose == purpose]
    return tuple(dict.fromkeys([*given, *added]))


def _information(voice: Voice, purpose: str) -> str:
    words, visits = voice.words, voice.statement.visits
    said = [voice.data(fields_of(voice.statement, purpose))]
    if visits and purpose in visits.purposes:
        noted = words.listed(words("visits.field." + field) for field in visits.fields)
        said.append(words("purpose.visits", fields=noted))
    return words("list.apart").join(one for one in said if one)


def _your_say(voice: Voice, purpose: Purpose) -> str:
    if purpose.basis == "consent":
        return voice.words("purpose.withdraw")
    return voice.words("purpose.object") if purpose.basis in ("legitimate-interest", "public-task") else ""


def _consent(voice: Voice) -> list[Clause]:
    words = voice.words
    found = [Clause("consent.implied", words("consent.implied"), words("kept.shown"), "P11")]
    if any(purpose.basis == "consent" for purpose in voice.statement.purposes.values()):
        separate = Clause("consent.separate", words("consent.separate"), words("kept.choice"), "P12")
        found = [separate, *found, Clause("consent.withdraw", words("consent.withdraw"), promise="P16")]
    return found


def _stored_in(voice: Voice) -> list[Clause]:
    said = voice.words("stored-in.text", countries=voice.places(voice.statement.stored_in))
    return [Clause("stored-in", said, voice.words("kept.store"), "P24")]


def _recipients(voice: Voice) -> list[Clause]:
    if not voice.statement.recipients:
        return [Clause("recipients", voice.words("recipients.none"), promise="P31")]
    found = [Clause("recipients", voice.words("recipients.all"), promise="P31")]
    found += [_recipient(voice, name, recipient) for name, recipient in voice.statement.recipients.items()]
    return found


def _recipient(voice: Voice, name: str, recipient: Recipient) -> Clause:
    words = voice.words
    facts = [_given(voice, purpose, fields) for purpose, fields in recipient.purposes.items()]
    if recipient.agreement:
        facts.append(Fact(words("label.agreement"), agreement(voice, recipient)))
    if recipient.consideration:
        facts.append(Fact(words("recipients.consideration"), voice.say(recipient.consideration)))
    return Clause(
        f"recipient.{name}",
        words("recipients." + recipient.kind, place=words.place(recipient.country)),
        promise="P28" if recipient.kind == "processor" else "P27",
        title=voice.say(recipient.name),
        facts=tuple(facts),
    )


def _given(voice: Voice, purpose: str, fields: tuple[str, ...]) -> Fact:
    declared_purpose = voice.statement.purposes.get(purpose)
    label = voice.purpose(purpose)
    if declared_purpose and declared_purpose.basis == "consent":
        key = "recipients.given-consent-each" if declared_purpose.per_recipient else "recipients.given-consent"
        label = voice.words(key, purpose=label)
    return Fact(label, voice.data(fields))


def agreement(voice: Voice, recipient: Recipient) -> str:
    """What binds a recipient, since when and until when."""
    words, signed = voice.words, recipient.agreement
    if signed is None:
        return ""
    said = words(
        "recipients.agreement-until" if signed.expires else "recipients.agreement-signed",
        agreement=words("recipients.agreement." + signed.kind),
        signed=words.day(signed.signed),
        expires=words.day(signed.expires) if signed.expires else "",
    )
    return words("recipients.confidential", agreement=said) if signed.confidential else said
