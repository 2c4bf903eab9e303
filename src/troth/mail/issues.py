"""Issues: taken in from their file, begun, paused, resumed; who is in the audience, and why others are not."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple

from django.conf import settings

from troth.consent import reads as consent
from troth.ledger.rows import Insertion
from troth.ledger.work import unit_of_work
from troth.mail import composing, rules
from troth.mail.composing import Composed
from troth.mail.errors import LanguageMissing, NoSuchIssue, NotDeclared, NotNow
from troth.mail.models import Issue, Mail
from troth.mail.sending import server
from troth.mail.signing import signer
from troth.statement import reads as statements
from troth.statement.model import Statement
from troth.use import audience as everybody
from troth.use import reads as uses
from troth.use.gates import Wanted
from troth.vault import reads as vault
from troth.vault.rules import new_ref, new_refs

UNDER_WAY: Final = ("gathering", "sending")
GOES_FOR: Final = timedelta(days=3)
_AT_ONCE: Final = 2000
_add = Insertion(Mail, "ref", "person", "sealed", "made", "until", "due", "tries", "issue", "state")
# By its kind a purpose is known that lets the links in mails tell who followed them.
_TRACKING: Final = "dpv:PersonalisedAdvertising"


class Declared(NamedTuple):
    """A mail as the statement in force declares it, and which fields a mail may be made of."""

    category: str
    purpose: str
    addresses: tuple[str, ...]
    names: tuple[str, ...]
    tracking: tuple[str, ...]

    @property
    def confirmed(self) -> bool:
        """Whether it goes to those alone who confirmed that the yes was theirs (P12)."""
        return self.category == rules.PROMOTIONAL


def declared(statement: Statement, name: str) -> Declared:
    """What `statement` declares of the mail `name`; raises :class:`NotDeclared`."""
    one = statement.mail.get(name)
    if one is None:
        message = "The statement in force declares no mail of this name. See `mail` in it for those it does."
        raise NotDeclared(message, clause="mail")
    purpose = statement.purposes[one.purpose]
    if one.category == rules.PROMOTIONAL and purpose.basis != "consent":
        message = "Promotional mail goes to those alone who agreed to it. Its purpose must rest on consent."
        raise NotDeclared(message, clause=f"mail.{name}")
    served = {
        field for point in statement.collection.values() for field, of in point.fields().items() if one.purpose in of
    }
    of_input = {
        kind: tuple(field for field in statement.data if field in served and statement.data[field].input == kind)
        for kind in ("email", "name")
    }
    tracking = tuple(name for name in statement.of_kind(_TRACKING) if statement.purposes[name].basis == "consent")
    return Declared(one.category, one.purpose, of_input["email"], of_input["name"], tracking)


def wanted(purpose: str) -> Wanted:
    """How a mail's purpose is asked about: for the provider that sends it, where the statement names it."""
    return Wanted(purpose, (settings.TROTH_MAIL.recipient if settings.TROTH_MAIL else None) or "")


def checked(text: str, service: str, at: datetime) -> Composed:
    """What the file of an issue says, if the statement in force lets it be sent as the mail it says it is."""
    composed, statement = composing.read(text), statements.in_force(service, at).statement
    declared(statement, composed.mail)
    if missing := [language for language in statement.languages if language not in composed.parts]:
        message = "The issue has no words in {languages}. Whoever reads these gets it too: write them."
        raise LanguageMissing(message, languages=", ".join(missing))
    if others := composed.parts.keys() - set(statement.languages):
        message = "The statement has no such language: {languages}. Leave it out."
        raise LanguageMissing(message, languages=", ".join(sorted(others)))
    if composed.only and composed.only[0] not in statement.data:
        message = "`only` names no field of the statement."
        raise NotDeclared(message, clause="data", field="only")
    clause = f"mail.{composed.mail}"
    rules.insist_on_class(statement.mail[composed.mail].category, composed.marks, clause)
    return composed


@unit_of_work
def new(text: str, *, service: str, at: datetime) -> str:
    """Takes in an issue from its file; answers its reference. Nothing is sent yet."""
    composed = checked(text, service, at)
    ref = new_ref(at)
    Issue.objects.create(ref=ref, service=service, mail=composed.mail, source=text, made=at)
    return ref


class Told(NamedTuple):
    """How far an issue has gone. `counts` says what became of how many, `left_out` why how many get none."""

    ref: str
    mail: str
    state: str
    made: datetime
    begun: datetime | None
    ended: datetime | None
    total: int
    counts: dict[str, int]
    left_out: dict[str, int]
    followed: dict[str, int]
    source: str

    @property
    def waiting(self) -> int:
        """To how many it is still to go."""
        return self.total - sum(self.counts.values())


def told(ref: str) -> Told:
    """How far the issue `ref` has gone; raises :class:`NoSuchIssue`."""
    return _told(_found(ref))


def all_told() -> list[Told]:
    """Every issue, the newest first."""
    return [_told(one) for one in Issue.objects.order_by("-ref")]


def _told(one: Issue) -> Told:
    return Told(
        one.ref, one.mail, one.state, one.made, one.begun, one.ended, one.total, one.counts, one.left_out, one.followed,
        one.source,
    )  # fmt: skip


def _found(ref: str, *, lock: bool = False) -> Issue:
    rows = Issue.objects.select_for_update() if lock else Issue.objects
    if one := rows.filter(ref=ref).first():
        return one
    message = "There is no issue with this reference. `troth mail status` names those there are."
    raise NoSuchIssue(message)


@lru_cache(16)
def composed_of(source: str) -> Composed:
    """What the file of an issue says, which was looked at when it was taken in."""
    return composing.read(source)


class Split(NamedTuple):
    """Some people: who is to get an issue, and why how many others are not."""

    persons: list[str]
    left_out: Counter[str]


def splits(issue: Told, service: str, at: datetime, after: str = "") -> Iterator[tuple[str, Split]]:
    """Everybody behind `after`, some at a time, each time with the last of them: who is in the audience today."""
    published = statements.in_force(service, at)
    one = declared(published.statement, issue.mail)
    asked = wanted(one.purpose)
    everybody.audience(asked, service=service, at=at)  # from here on many are decided at once
    while some := vault.persons_after(after, _AT_ONCE):
        after = some[-1]
        yield after, split(some, one, service, at)


def audience(issue: Told, service: str, at: datetime) -> tuple[int, dict[str, int]]:
    """How many would get an issue now, and how many would not, by why. Nothing is opened for that."""
    gets, left_out = 0, Counter[str]()
    for _, found in splits(issue, service, at):
        gets += len(found.persons)
        left_out += found.left_out
    return gets, dict(left_out)


def split(persons: Sequence[str], one: Declared, service: str, at: datetime) -> Split:
    """Who of `persons` is to get a mail, as they stand now. Nothing is opened for that."""
    asked = wanted(one.purpose)
    left_out: Counter[str] = Counter()
    allowed: set[str] = set()
    for field in one.addresses:
        allowed |= everybody.among(persons, asked, [field], service=service, at=at)
    rest = [person for person in persons if person not in allowed]
    answers = uses.decide([uses.Question(person, asked, one.addresses) for person in rest], service, at)
    for person, answer in zip(rest, answers, strict=True):
        if answer.allowed:
            allowed.add(person)
        else:
            left_out[_why(reason.code for reason in answer.refused.values())] += 1
    if one.confirmed:
        theirs = consent.confirmed(allowed, service, one.purpose)
        left_out["not-confirmed"] += len(allowed - theirs)
        allowed &= theirs
    return Split([person for person in persons if person in allowed], +left_out)


def _why(codes: Iterator[str]) -> str:
    """Of several reasons the one that says most."""
    found = list(codes)
    return next((code for code in found if code not in ("not-held", "not-declared")), found[0] if found else "not-held")


def tracked(persons: Collection[str], one: Declared, service: str, at: datetime) -> frozenset[str]:
    """Those of `persons` whose links may tell that they followed them (P40)."""
    found: set[str] = set()
    for purpose in one.tracking if one.category == rules.PROMOTIONAL else ():
        questions = [uses.Question(person, Wanted(purpose), one.addresses) for person in persons]
        answers = uses.decide(questions, service, at)
        found.update(question.person for question, answer in zip(questions, answers, strict=True) if answer.allowed)
    return frozenset(found)


@unit_of_work
def begin(ref: str, *, at: datetime) -> None:
    """The issue begins to go, if it may be sent at all from here: who gets it is gathered first, and decided again."""
    server()
    issue = _found(ref, lock=True)
    if issue.state != "draft":
        message = "This issue was begun already. `troth mail status` says how far it is."
        raise NotNow(message)
    composed = checked(issue.source, issue.service, at)
    category = declared(statements.in_force(issue.service, at).statement, composed.mail).category
    if category == rules.PROMOTIONAL and not server().backend:
        rules.insist_on_end(ends=True, signed=signer() is not None, clause=f"mail.{composed.mail}")
    Issue.objects.filter(ref=ref).update(state="gathering", begun=at)


def gather(ref: str, at: datetime) -> None:
    """Notes to whom the issue is to go. Cut short, it goes on where it was."""
    issue = _found(ref)
    for last, found in splits(_told(issue), issue.service, at, issue.reached):
        if not _gathered(ref, last, found, at):
            return
    _all_gathered(ref)


@unit_of_work
def _gathered(ref: str, last: str, found: Split, at: datetime) -> bool:
    issue = _found(ref, lock=True)
    if issue.state != "gathering" or last <= issue.reached:  # paused, or somebody else gathers as well
        return False
    rows = zip(new_refs(at, len(found.persons)), found.persons, strict=True)
    _add([(one, person, b"", at, at + GOES_FOR, at, 0, ref, "waiting") for one, person in rows])
    issue.reached, issue.total = last, issue.total + len(found.persons)
    issue.left_out = dict(Counter(issue.left_out) + found.left_out)
    issue.save(update_fields=["reached", "total", "left_out"])
    return True


@unit_of_work
def _all_gathered(ref: str) -> None:
    Issue.objects.filter(ref=ref, state="gathering").update(state="sending")


@unit_of_work
def pause(ref: str) -> None:
    """Nobody is given the issue any more until it is resumed; what is being handed over at this moment goes."""
    _turn(ref, UNDER_WAY, "paused", "This issue is not on its way. `troth mail status` says how far it is.")


@unit_of_work
def resume(ref: str, *, at: datetime) -> None:
    """The issue goes on to whoever waits for it; it has three more days for that."""
    _turn(ref, ("paused",), "gathering", "This issue is not paused. `troth mail status` says how far it is.")
    Mail.objects.filter(issue=ref, state="waiting").update(until=at + GOES_FOR)


def _turn(ref: str, states: Collection[str], state: str, otherwise: str) -> None:
    issue = _found(ref, lock=True)
    if issue.state not in states:
        raise NotNow(otherwise)
    Issue.objects.filter(ref=ref).update(state=state)


def under_way() -> list[tuple[str, str]]:
    """Every issue that goes at present, with its state; the oldest first."""
    return list(Issue.objects.filter(state__in=UNDER_WAY).order_by("begun").values_list("ref", "state"))
