"""What a person may choose today, each as one switch that is on or off, in the words of the statement. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from troth.consent.wishes import Kind, Spoken, Wish, objections, offers
from troth.statement.clause import Voice
from troth.statement.compile import Compiled
from troth.statement.model import Mail, Transfer
from troth.use.rules import Standing


@dataclass(frozen=True)
class Switch:
    """One choice: what a wish about it says, whether it is on, the clause that declares it, and its words.

    On means that something may be done: a yes stands, or no objection does. `again`: there is a yes, but what it was
    given for has changed since, so that it counts no more.
    """

    kind: Kind
    about: str
    on: bool
    clause: str
    title: str
    text: str
    kept: str = ""
    again: bool = False

    @property
    def id(self) -> str:
        """Where it stands on the page."""
        return f"{self.kind}-{self.about}".replace(".", "-")

    @property
    def turned(self) -> Wish:
        """What somebody wishes who turns it."""
        return Wish(self.kind, self.on if self.kind == "objection" else not self.on, self.about)


class Sent(NamedTuple):
    """Mail that comes with what somebody uses, and for which there is no switch."""

    clause: str
    text: str
    why: str


@dataclass(frozen=True)
class Abroad:
    """A country that something may go to: its safeguard and until when it holds; no switch where it is essential."""

    clause: str
    country: str
    safeguard: str
    transfer: Transfer
    reason: str
    switch: Switch | None
    recipients: tuple[Switch, ...]
    names: tuple[str, ...]


@dataclass(frozen=True)
class Choices:
    """Everything that a statement leaves to one person, as it stands."""

    mail: tuple[Switch, ...]
    sent: tuple[Sent, ...]
    consents: tuple[Switch, ...]
    interests: tuple[Switch, ...]
    abroad: tuple[Abroad, ...]

    def switches(self) -> Iterator[Switch]:
        """Every switch, in the order of the page."""
        yield from (*self.mail, *self.consents, *self.interests)
        for one in self.abroad:
            yield from (*([one.switch] if one.switch else ()), *one.recipients)


def choices(voice: Voice, compiled: Compiled, standing: Standing) -> Choices:
    """What the statement of `voice` leaves to somebody who said what `standing` holds."""
    promoted = {one.purpose: (name, one) for name, one in voice.statement.mail.items() if one.category == "promotional"}
    consents = list(_consents(voice, compiled, standing, promoted))
    may_object = objections(compiled)
    return Choices(
        mail=tuple(one for one in consents if one.about.partition(".")[0] in promoted),
        sent=tuple(_sent(voice)),
        consents=tuple(one for one in consents if one.about.partition(".")[0] not in promoted),
        interests=tuple(
            _interest(voice, standing, name)
            for name in compiled.purposes.names(compiled.objectable)
            if f"purpose.{name}" in may_object
        ),
        abroad=tuple(_abroad(voice, compiled, standing)),
    )


def _consents(
    voice: Voice, compiled: Compiled, standing: Standing, promoted: Mapping[str, tuple[str, Mail]]
) -> Iterator[Switch]:
    offered = offers(compiled)
    for name in compiled.purposes.names(compiled.consent):
        purpose = voice.statement.purposes[name]
        parties = compiled.recipients.names(compiled.recipients_for[name])
        mail = promoted.get(name)
        for about, party in ((name, ""), *((f"{name}.{party}", party) for party in parties)):
            if about not in offered:
                continue
            question = voice.say(purpose.question) or voice.purpose(name)
            if party:
                question = voice.words("notice.question-for", recipient=voice.recipient(party), question=question)
            yield Switch(
                "consent",
                about,
                about in standing.covered,
                f"mail.{mail[0]}" if mail else f"purpose.{name}",
                question,
                voice.say(mail[1].text) if mail else voice.say(purpose.text),
                voice.kept(purpose),
                again=about in standing.given - standing.covered,
            )


def _sent(voice: Voice) -> Iterator[Sent]:
    for name, one in voice.statement.mail.items():
        if one.category != "promotional":
            yield Sent(f"mail.{name}", voice.say(one.text), voice.words("mail.kind." + one.category))


def _interest(voice: Voice, standing: Standing, name: str) -> Switch:
    purpose = voice.statement.purposes[name]
    about = f"purpose.{name}"
    return Switch(
        "objection",
        about,
        about not in standing.objected,
        about,
        voice.purpose(name),
        voice.words("list.sentences").join(filter(None, (voice.say(purpose.text), voice.say(purpose.interest)))),
        voice.kept(purpose),
    )


def _abroad(voice: Voice, compiled: Compiled, standing: Standing) -> Iterator[Abroad]:
    may_object = objections(compiled)
    for code, transfer in compiled.transfers.items():
        if code in compiled.home:
            continue
        parties = [name for name, party in compiled.parties.items() if party.country == code]
        about, country = f"transfer.{code}", voice.words.country(code)
        switch = Switch("objection", about, about not in standing.objected, about, country, "")
        yield Abroad(
            about,
            country,
            voice.words("transfers.safeguard." + transfer.safeguard),
            transfer,
            voice.say(transfer.reason),
            switch if about in may_object else None,
            tuple(_recipient(voice, compiled, standing, name) for name in parties if f"recipient.{name}" in may_object),
            tuple(voice.recipient(name) for name in parties),
        )


def _recipient(voice: Voice, compiled: Compiled, standing: Standing, name: str) -> Switch:
    about = f"recipient.{name}"
    served = voice.purposes(compiled.parties[name].purposes)
    return Switch("objection", about, about not in standing.objected, about, voice.recipient(name), served)


Last = Mapping[tuple[str, str], str]


def last_words(spoken: Spoken) -> Last:
    """What was said last about everything, by a mark that no other word has: kind and what it was about."""
    words = [((number, 0, 0), ("consent", offer)) for number, _, offer, _ in spoken.choices]
    words += [((follows, 1, number), (wish.kind, wish.about)) for follows, number, wish, _, _ in spoken.wishes]
    return {about: "-".join(map(str, order)) for order, about in sorted(words)}


def unaccepted(spoken: Spoken, held: set[str], accepted: int, number: int) -> tuple[int, ...]:
    """The older versions under which something was given that is still held, and which still bind (P54)."""
    versions = {version for record, _, version, _ in spoken.agreements if record in held}
    return tuple(sorted(version for version in versions if max(version, accepted) < number))
