"""A statement taken apart into the things that can change, each with the kind of change it would be."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from troth.statement.clause import Voice
from troth.statement.clauses import agreement
from troth.statement.clauses_declared import lifetime
from troth.statement.compile import length
from troth.statement.finding import Place
from troth.statement.model import Cookie, Point, Purpose, Recipient, Statement
from troth.statement.notice import purposes_at, recipients_at


@dataclass(frozen=True)
class Facet:
    """One thing that a statement says at `place`, of a `kind` that decides what a change of it means.

    `value` compares, `said` is read. A `whole` part takes everything below its place with it when it comes or
    goes. `purposes` and `points` are those it bears on.
    """

    place: Place
    clause: str
    kind: str
    value: Any
    said: str = ""
    whole: bool = False
    purposes: frozenset[str] = frozenset()
    points: tuple[str, ...] = ()


def facets(statement: Statement, language: str) -> dict[Place, Facet]:
    """Every facet of `statement` by its place in the file."""
    reading = _Reading(Voice(statement, language))
    found = (
        *reading.who(),
        *reading.data(),
        *reading.purposes(),
        *reading.collection(),
        *reading.visits(),
        *reading.cookies(),
        *reading.mail(),
        *reading.recipients(),
        *reading.transfers(),
        *reading.listed(),
        *reading.promises(),
    )
    return {facet.place: facet for facet in found}


class _Reading:
    def __init__(self, voice: Voice) -> None:
        self.voice = voice
        self.words = voice.words
        self.statement = voice.statement

    def text(
        self, place: Place, clause: str, text: dict[str, str] | None, kind: str = "wording", **bears: Any
    ) -> Facet:
        return Facet(place, clause, kind, text, self.voice.say(text), **bears)

    def everywhere(self) -> tuple[str, ...]:
        return tuple(self.statement.collection)

    def points_of(self, purpose: str) -> tuple[str, ...]:
        return tuple(
            name
            for name, point in self.statement.collection.items()
            if purpose in point.choices or any(purpose in served for served in point.fields().values())
        )

    def who(self) -> Iterator[Facet]:
        controller, service, everywhere = self.statement.controller, self.statement.service, self.everywhere()
        country = self.words.country(controller.country)
        at: Place = ("controller",)
        yield self.text((*at, "name"), "controller", controller.name, "controller", points=everywhere)
        yield Facet((*at, "country"), "controller", "controller", controller.country, country, points=everywhere)
        yield self.text((*at, "address"), "controller", controller.address, "contact")
        for role, contact in (("officer", controller.officer), ("representative", controller.representative)):
            email = contact.email if contact else ""
            yield Facet((*at, role), f"controller.{role}", "contact", contact, email)
        for name, value in (("email", controller.email), ("phone", controller.phone)):
            yield Facet((*at, name), "controller", "contact", value, value or "")
        yield self.text(("service", "name"), "service", service.name)
        yield Facet(("service", "url"), "service", "contact", service.url, service.url)
        age = str(service.minimum_age or "")
        yield Facet(("service", "minimum_age"), "children", "minimum-age", service.minimum_age or 0, age)
        automated = service.automated_decisions
        yield self.text(("service", "automated_decisions"), "automated-decisions", automated, "automated")
        yield Facet(("service", "audience"), "service", "audience", service.audience, service.audience)
        for language in self.statement.languages:
            yield Facet(("languages", language), "service", "language", language, language, whole=True)
        for law in service.laws:
            said = self.words("about.law." + law)
            yield Facet(("service", "laws", law), "laws", "law", law, said, whole=True)
        for code in self.statement.stored_in:
            said = self.words.country(code)
            yield Facet(("stored_in", code), "stored-in", "stored-in", code, said, whole=True, points=everywhere)

    def data(self) -> Iterator[Facet]:
        for name, datum in self.statement.data.items():
            asked = [point for point, one in self.statement.collection.items() if name in one.fields()]
            served = frozenset(
                purpose for point in asked for purpose in self.statement.collection[point].fields()[name]
            )
            clause, points, place = (f"collection.{asked[0]}.{name}" if asked else ""), tuple(asked), ("data", name)
            kind = (datum.term, datum.input, datum.sensitivity)
            yield Facet(place, clause, "datum", name, self.voice.say(datum.label), whole=True)
            yield Facet((*place, "term"), clause, "kind", kind, " ".join(kind), purposes=served, points=points)
            yield self.text((*place, "label"), clause, datum.label, points=points)
            yield self.text((*place, "hint"), clause, datum.hint, points=points)
            for option, text in datum.options.items():
                yield self.text((*place, "options", option), clause, text, points=points)
            form = (datum.accept, datum.max_length, datum.autocomplete)
            yield Facet((*place, "form"), clause, "form", form, self.voice.say(datum.label), points=points)

    def purposes(self) -> Iterator[Facet]:
        for name, purpose in self.statement.purposes.items():
            yield from self._purpose(name, purpose)

    def _purpose(self, name: str, purpose: Purpose) -> Iterator[Facet]:
        place, clause, points = ("purposes", name), f"purpose.{name}", self.points_of(name)
        bears: dict[str, Any] = {"purposes": frozenset([name]), "points": points}
        label = self.voice.say(purpose.label)
        yield Facet(place, clause, "purpose", name, label, whole=True, **bears)
        yield Facet((*place, "term"), clause, "purpose-other", purpose.term, purpose.term, **bears)
        yield Facet((*place, "basis"), clause, "basis", purpose.basis, self.voice.basis(purpose), **bears)
        kept = length(purpose.retention) if purpose.retention else timedelta()
        yield Facet((*place, "retention"), clause, "retention", kept, self.voice.kept(purpose), **bears)
        yield self.text((*place, "question"), clause, purpose.question, "question", **bears)
        yield Facet((*place, "separate"), clause, "separate", purpose.separate, label, **bears)
        yield Facet((*place, "per_recipient"), clause, "each", purpose.per_recipient, label, **bears)
        for part in ("label", "text", "interest", "obligation"):
            yield self.text((*place, part), clause, getattr(purpose, part), points=points)

    def collection(self) -> Iterator[Facet]:
        for name, point in self.statement.collection.items():
            yield from self._point(name, point)

    def _point(self, name: str, point: Point) -> Iterator[Facet]:
        place, clause = ("collection", name), f"collection.{name}"
        here: dict[str, Any] = {"points": (name,)}
        served_here = frozenset(purposes_at(self.statement, name))
        title = self.voice.say(point.title)
        yield Facet(place, clause, "point", name, title, whole=True, purposes=served_here, **here)
        for part in ("title", "intro", "without"):
            yield self.text((*place, part), clause, getattr(point, part), **here)
        yield Facet((*place, "age"), f"{clause}.age", "age", point.age, self.words("collection.age"), **here)
        embedding = self.words("list.between").join(point.embed)
        yield Facet((*place, "embed"), clause, "embed", point.embed, embedding, **here)
        for field, served in point.fields().items():
            at, part = (*place, "fields", field), f"{clause}.{field}"
            said, purposes = self.voice.datum(field), frozenset(served)
            need = "notice.required" if field in point.required else "notice.optional"
            yield Facet(at, part, "field", field, said, whole=True, purposes=purposes, points=(name,))
            yield Facet((*at, "need"), part, "need", field in point.required, self.words(need), **here)
            said = self.voice.purposes(served)
            yield Facet((*at, "purposes"), part, "served", purposes, said, purposes=purposes, points=(name,))
        for purpose in point.choices:
            said = self.voice.purpose(purpose)
            yield Facet(
                (*place, "choices", purpose),
                f"{clause}.choice.{purpose}",
                "choice",
                purpose,
                said,
                whole=True,
                points=(name,),
            )

    def visits(self) -> Iterator[Facet]:
        noted = self.statement.visits
        if noted is None:
            return
        asked = frozenset([noted.join] if noted.join else [])
        fields = self.words.listed(self.words("visits.field." + field) for field in noted.fields)
        seen, joined = self.words("visits." + noted.statistics), self.voice.purpose(noted.join) if noted.join else ""
        served, kept = self.voice.purposes(noted.purposes), self.words.duration(noted.retention)
        yield Facet(("visits",), "visits", "visits", "", fields, whole=True, purposes=asked)
        yield Facet(("visits", "fields"), "visits", "noted", frozenset(noted.fields), fields, purposes=asked)
        yield Facet(("visits", "purposes"), "visits", "visits-purpose", frozenset(noted.purposes), served)
        yield Facet(("visits", "retention"), "visits", "retention", length(noted.retention), kept, purposes=asked)
        yield Facet(("visits", "statistics"), "visits", "statistics", noted.statistics == "public", seen)
        yield Facet(("visits", "join"), "visits.join", "join", noted.join, joined, purposes=asked)

    def cookies(self) -> Iterator[Facet]:
        for name, cookie in self.statement.cookies.items():
            place, clause = ("cookies", name), f"cookie.{name}"
            asked = frozenset([cookie.consent] if cookie.consent else [])
            purpose = self.voice.purpose(cookie.purpose) if cookie.purpose else ""
            consent = self.voice.purpose(cookie.consent) if cookie.consent else ""
            yield Facet(place, clause, "cookie", name, name, whole=True, purposes=asked)
            yield Facet((*place, "purpose"), clause, "cookie-purpose", cookie.purpose, purpose, purposes=asked)
            yield Facet(
                (*place, "lifetime"), clause, "lifetime", _stays(cookie), lifetime(self.voice, cookie), purposes=asked
            )
            yield Facet((*place, "host"), clause, "cookie-host", cookie.host, cookie.host, purposes=asked)
            kind = self.words("cookies.kind." + cookie.kind)
            yield Facet((*place, "kind"), clause, "cookie-kind", cookie.kind, kind)
            yield Facet((*place, "consent"), clause, "cookie-consent", cookie.consent, consent)
            yield self.text((*place, "data"), clause, cookie.data)
            yield self.text((*place, "exempt"), clause, cookie.exempt)

    def mail(self) -> Iterator[Facet]:
        for name, one in self.statement.mail.items():
            place, clause = ("mail", name), f"mail.{name}"
            kind, purpose = self.words("mail.kind." + one.category), self.voice.purpose(one.purpose)
            yield Facet(place, clause, "mail", name, self.voice.say(one.text), whole=True)
            yield Facet((*place, "class"), clause, "mail-kind", one.category, kind)
            yield Facet((*place, "purpose"), clause, "mail-kind", one.purpose, purpose)
            yield self.text((*place, "text"), clause, one.text)

    def recipients(self) -> Iterator[Facet]:
        for name, recipient in self.statement.recipients.items():
            points = tuple(point for point in self.everywhere() if name in recipients_at(self.statement, point))
            yield from self._recipient(name, recipient, points)

    def _recipient(self, name: str, recipient: Recipient, points: tuple[str, ...]) -> Iterator[Facet]:
        place, clause = ("recipients", name), f"recipient.{name}"
        bears: dict[str, Any] = {"purposes": frozenset(recipient.purposes), "points": points}
        country = self.words.country(recipient.country)
        who = self.words("recipients." + recipient.kind, place=self.words.place(recipient.country))
        yield Facet(place, clause, "recipient", name, self.voice.say(recipient.name), whole=True, **bears)
        yield self.text((*place, "name"), clause, recipient.name, "recipient", **bears)
        yield Facet((*place, "kind"), clause, "recipient-kind", recipient.kind, who, **bears)
        yield Facet((*place, "country"), clause, "recipient-country", recipient.country, country, **bears)
        for purpose, fields in recipient.purposes.items():
            at, served = (*place, "purposes", purpose), frozenset([purpose])
            given = f"{self.voice.purpose(purpose)}: {self.voice.data(fields)}"
            yield Facet(at, clause, "recipient-purpose", purpose, given, whole=True, purposes=served, points=points)
            yield Facet((*at, "fields"), clause, "given", frozenset(fields), given, purposes=served, points=points)
        signed, said = recipient.agreement, agreement(self.voice, recipient)
        yield Facet((*place, "agreement"), clause, "agreement", signed.kind if signed else None, said)
        yield Facet((*place, "confidential"), clause, "confidence", bool(signed and signed.confidential), said)
        dates = (signed.signed, signed.expires) if signed else ()
        yield Facet((*place, "dates"), clause, "dates", dates, said)
        yield self.text((*place, "consideration"), clause, recipient.consideration, "consideration")

    def transfers(self) -> Iterator[Facet]:
        for code, transfer in self.statement.transfers.items():
            place, clause = ("transfers", code), f"transfer.{code}"
            there = {name for name, one in self.statement.recipients.items() if one.country == code}
            points = tuple(point for point in self.everywhere() if there & {*recipients_at(self.statement, point)})
            here: dict[str, Any] = {"points": points}
            safeguard = self.words("transfers.safeguard." + transfer.safeguard)
            yield Facet(place, clause, "transfer", code, self.words.country(code), whole=True, **here)
            yield Facet((*place, "safeguard"), clause, "safeguard", transfer.safeguard, safeguard, **here)
            said = self.voice.say(transfer.reason) if transfer.essential else self.words("transfers.object")
            yield Facet((*place, "essential"), clause, "essential", transfer.essential, said, **here)
            dates = (transfer.valid_from, transfer.valid_to)
            said = " – ".join(self.words.day(day) for day in dates if day)
            yield Facet((*place, "valid"), clause, "dates", dates, said)
            yield self.text((*place, "reason"), clause, transfer.reason, **here)
            yield self.text((*place, "copy_at"), clause, transfer.copy_at)

    def listed(self) -> Iterator[Facet]:
        statement = self.statement
        for name, one in statement.supplements.items():
            here: dict[str, Any] = {"points": (one.point,), "purposes": frozenset([one.purpose])}
            said = f"{self.voice.datum(one.field)}: {self.voice.say(one.source)}"
            yield Facet(("supplements", name), f"supplement.{name}", "supplement", name, said, whole=True, **here)
            yield Facet(("supplements", name, "source"), f"supplement.{name}", "supplement", one, said, **here)
        yield from self._each("never", statement.never, "never.{}", "never")
        yield from self._each("rights", statement.rights, "right.{}", "right")
        for name, text in statement.rights.items():
            yield self.text(("rights", name, "text"), f"right.{name}", text)
        for name, link in statement.links.items():
            yield Facet(("links", name), "links", "link", link, f"{self.voice.say(link.label)} {link.url}", whole=True)
        seen: dict[str, int] = {}
        for number, measure in enumerate(statement.security, start=1):
            seen[measure.term] = seen.get(measure.term, 0) + 1
            place, said = ("security", measure.term, seen[measure.term]), self.voice.say(measure.text)
            yield Facet(place, f"security.{number}", "security", measure.term, said, whole=True)
            yield self.text((*place, "text"), f"security.{number}", measure.text)

    def _each(self, section: str, names: Iterable[str], clause: str, kind: str) -> Iterator[Facet]:
        for name in names:
            said = self.words(f"{section}.{name}")
            yield Facet((section, name), clause.format(name), kind, name, said, whole=True)

    def promises(self) -> Iterator[Facet]:
        children, changes, complaints = self.statement.children, self.statement.changes, self.statement.complaints
        if children:
            yield Facet(("children",), "children", "children", "", self.voice.say(children.text), whole=True)
            yield self.text(("children", "text"), "children", children.text)
            for code, age in children.thresholds.items():
                said = self.words("children.age", country=self.words.country(code), age=age)
                yield Facet(("children", "thresholds", code), "children", "minimum-age", age, said)
        said = self.words.duration(changes.notice)
        yield Facet(("changes", "notice"), "changes", "notice", length(changes.notice), said)
        for channel in changes.channels:
            said = self.words("changes.channel." + channel)
            yield Facet(("changes", "channels", channel), "changes", "channel", channel, said, whole=True)
        if complaints:
            said, authority = self.words.duration(complaints.answer_within), complaints.authority
            yield Facet(("complaints",), "complaints", "complaints", "", complaints.email, whole=True)
            yield Facet(("complaints", "answer_within"), "complaints", "answer", length(complaints.answer_within), said)
            yield Facet(("complaints", "email"), "complaints", "contact", complaints.email, complaints.email)
            yield self.text(("complaints", "post"), "complaints", complaints.post, "contact")
            if authority:
                name, clause = self.voice.say(authority.name), "complaints.authority"
                yield Facet(("complaints", "authority"), clause, "complaints", "", name, whole=True)
                yield Facet(("complaints", "authority", "name"), clause, "contact", authority, name)


def _stays(cookie: Cookie) -> timedelta:
    """How long it stays: a session counts as no time, and what names no time as for ever."""
    if cookie.kind == "session-storage" or cookie.lifetime == "session":
        return timedelta()
    return length(cookie.lifetime) if cookie.lifetime else timedelta.max
