"""Issues on their way: some of those who wait are taken, decided again, opened, and handed over one by one.

Whoever is taken is marked first, durably, and told what became of them after. Where this ends in between, they may have
got it: nobody is given it again, and after the lease they are counted as unknown.
"""

import logging
import smtplib
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, NamedTuple

from django.conf import settings

from troth import clock
from troth.consent import reads as consent
from troth.ledger.work import unit_of_work
from troth.mail import issues, rules, sending
from troth.mail.models import Issue, Mail
from troth.mail.sheets import For, Sheet, sheets
from troth.statement import reads as statements
from troth.statement.errors import NotPublished
from troth.use.actions import Values, open_values
from troth.vault import unwanted

log = logging.getLogger("troth.mail")
AT_ONCE: Final = 250
LEASE: Final = timedelta(minutes=5)
# A mail server may take as long to answer each of five times.
_MARGIN: Final = timedelta(seconds=110)
_HOUR: Final = timedelta(hours=1)
# In seconds: for so long what was decided of somebody holds while others are handed over.
_FRESH: Final = 0.5
_SENT: Final = ("sent", "unknown")
_KEPT: Final = timedelta(days=30)
_MOST_TRIES: Final = 12
# So many conversations that break one after the other, and the mail server is left alone for a while.
_MOST_BROKEN: Final = 3


class Taken(NamedTuple):
    """A mail that is to be handed over now, and how often it was tried."""

    ref: str
    person: str
    tries: int


class Became(NamedTuple):
    """What became of a mail: its state, when it is due if it was not tried at all, and why somebody was left out."""

    state: str
    due: datetime | None = None
    why: str = ""


class Away(Exception):
    """The mail server takes nothing at present."""


@unit_of_work
def _take(ref: str, most: int, at: datetime) -> list[Taken]:
    issue = Issue.objects.select_for_update().get(ref=ref)
    _count(
        issue, {"unknown": Mail.objects.filter(issue=ref, state="handing", due__lte=at).update(state="unknown", due=at)}
    )
    waiting = Mail.objects.filter(issue=ref, state="waiting")
    _count(issue, {"given-up": waiting.filter(until__lte=at).update(state="given-up", due=at)})
    if issue.state != "sending":
        return []
    due = waiting.select_for_update(skip_locked=True).filter(due__lte=at).order_by("due")[:most]
    found = [Taken(*row) for row in due.values_list("ref", "person", "tries")]
    Mail.objects.filter(ref__in=[one.ref for one in found]).update(state="handing", due=at + LEASE)
    if not found and not Mail.objects.filter(issue=ref, state__in=("waiting", "handing")).exists():
        Issue.objects.filter(ref=ref).update(state="done", ended=at)
    return found


@unit_of_work
def _settle(ref: str, became: Mapping[str, Became], at: datetime) -> None:
    issue = Issue.objects.select_for_update().get(ref=ref)
    by: dict[Became, list[str]] = defaultdict(list)
    for one, what in became.items():
        by[what].append(one)
    counted: Counter[str] = Counter()
    left: Counter[str] = Counter(issue.left_out)
    for what, refs in by.items():
        rows = Mail.objects.filter(ref__in=refs, state="handing")
        if what.due:
            rows.update(state="waiting", due=what.due)
        elif what.state == "waiting":
            for row in rows:
                row.tries, row.state = row.tries + 1, "waiting"
                row.due = rules.next_try(row.tries, at)
                row.save(update_fields=["tries", "state", "due"])
        else:
            number = rows.update(state=what.state, due=at)
            counted[what.state] += number
            left[what.why] += number if what.why else 0
    _count(issue, counted, +left)


def _count(issue: Issue, counted: Mapping[str, int], left: Mapping[str, int] | None = None) -> None:
    counts = dict(Counter(issue.counts) + Counter(counted))
    if counts != issue.counts or left is not None:
        issue.counts = counts
        issue.left_out = dict(left) if left is not None else issue.left_out
        issue.save(update_fields=["counts", "left_out"])


def _allowance(at: datetime) -> int:
    """How many may leave now, as `per_hour` says."""
    most: int = sending.server().per_hour
    if not most:
        return AT_ONCE
    recent = list(Issue.objects.filter(begun__gt=at - 2 * issues.GOES_FOR).values_list("ref", flat=True))
    gone = Mail.objects.filter(issue__in=recent, state__in=_SENT, due__gt=at - _HOUR).count()
    under_way = Mail.objects.filter(issue__in=recent, state="handing").count()
    return min(AT_ONCE, max(0, most - gone - under_way))


class Sender:
    """Hands over issues through one connection. Made once for each thread."""

    def __init__(self) -> None:
        self._over: Any = None
        self._broken = 0
        self._under_way: tuple[Taken, Callable[[], None]] | None = None
        self._sheets: dict[tuple[str, int], dict[str, Sheet]] = {}

    def close(self) -> None:
        """Ends the conversation with the mail server."""
        self._under_way = None
        if self._over is not None:
            self._over.close()
            self._over = None

    def send_some(self, ref: str) -> int:
        """Hands some of an issue over; answers of how many it now knows more. :class:`Away` if nothing can be sent."""
        at = clock.now()
        most = _allowance(at)
        taken = _take(ref, most, at) if most else []
        if not taken:
            return 0
        became: dict[str, Became] = {}
        try:
            self._hand_over(ref, taken, became, at)
        finally:
            if self._under_way:  # its answer must not be taken for that to another
                self.close()
            # Of those who were not come to nothing was handed over.
            now = clock.now()
            untouched = {one.ref: Became("waiting", now) for one in taken if one.ref not in became}
            _settle(ref, {**untouched, **became}, now)
        return len(became)

    def _hand_over(self, ref: str, taken: Sequence[Taken], became: dict[str, Became], at: datetime) -> None:
        issue = issues.told(ref)
        batch = _Batch(issue, taken, at)
        made = self._of(issue, batch)
        for one in taken:
            if clock.now() > at + LEASE - _MARGIN:
                break
            if why := batch.why_not(one.person):
                became[one.ref] = Became("left-out", why=why)
                continue
            sheet = made.get(batch.languages.get(one.person, ""), next(iter(made.values())))
            try:
                # While the server looks at the mail before this one.
                mail = sending.prepared(sheet.ready(batch.whom(one), clock.now()))
            except sending.Refused:
                became[one.ref] = Became("refused")
                continue
            self._finish(became)
            if self._broken > _MOST_BROKEN:
                self._broken = 0
                raise Away
            # Whatever happens from here on, they may have got it.
            became[one.ref] = Became("unknown")
            self._under_way = one, self._begun(mail)
        self._finish(became)

    def _begun(self, mail: sending.Prepared) -> Callable[[], None]:
        if self._over is None:
            self._over = sending.connection()
        try:
            return sending.begun(mail, self._over)
        except (sending.Refused, sending.Later, sending.Unknown, smtplib.SMTPException, OSError) as error:
            return partial(_raised, error)

    def _finish(self, became: dict[str, Became]) -> None:
        """Notes what became of the mail that was handed over last, once the server says it."""
        if self._under_way:
            (one, answered), self._under_way = self._under_way, None
            became[one.ref] = self._became(answered, one.tries)

    def _became(self, answered: Callable[[], None], tries: int) -> Became:
        try:
            answered()
        except sending.Refused:
            return Became("refused")
        except sending.Later:
            return Became("waiting") if tries < _MOST_TRIES else Became("refused")
        except sending.Unknown:
            self.close()
            return Became("unknown")
        except (smtplib.SMTPException, OSError) as error:
            # It may be about this one alone, which then waits longer each time, and keeps no other from going.
            log.warning("the mail server does not take mail now: %s", type(error).__name__)
            self.close()
            self._broken += 1
            return Became("waiting")
        self._broken = 0
        return Became("sent")

    def _of(self, issue: issues.Told, batch: "_Batch") -> dict[str, Sheet]:
        key = issue.ref, batch.number
        if key not in self._sheets:
            self._sheets = {key: sheets(issue.ref, issues.composed_of(issue.source), batch.statement)}
        return self._sheets[key]


def _raised(error: Exception) -> None:
    raise error


class _Batch:
    """Some people as they stand: what may be opened of them was, and what is in their way is looked at again."""

    def __init__(self, issue: issues.Told, taken: Sequence[Taken], at: datetime) -> None:
        self._service = settings.TROTH_SERVICE
        published = statements.in_force(self._service, at)
        self.number, self.statement = published.number, published.statement
        self._declared = issues.declared(self.statement, issue.mail)
        self._only = issues.composed_of(issue.source).only
        self._persons = [one.person for one in taken]
        self.languages = consent.languages(self._persons, self._service)
        self._may: dict[str, str] = {}
        self._decide(at)
        self._tracked = issues.tracked(self._persons, self._declared, self._service, at)
        self._values = self._opened(at)
        self._unwanted = self._that_are_unwanted()

    def _decide(self, at: datetime) -> None:
        """Who may be written to now; of the others, nothing is opened."""
        self._allowed = frozenset(issues.split(self._persons, self._declared, self._service, at).persons)
        self._decided = time.monotonic()

    def _opened(self, at: datetime) -> Values:
        fields = [*self._declared.addresses, *self._declared.names]
        if self._only and self._only[0] not in fields:
            fields.append(self._only[0])
        persons = [person for person in self._persons if person in self._allowed]
        asked = issues.wanted(self._declared.purpose)
        return open_values(persons, asked, tuple(fields), service=self._service, by="mail", at=at)

    def _that_are_unwanted(self) -> frozenset[str]:
        """The addresses to which no advertising goes. What nobody can refuse goes there as well."""
        if self._declared.category != rules.PROMOTIONAL:
            return frozenset()
        by = {unwanted.address_ref(address): address for address in map(self._address, self._persons) if address}
        return frozenset(by[ref] for ref in unwanted.unwanted_among(by))

    def why_not(self, person: str) -> str:
        """Why this person gets none, as they stand at this moment; empty when they do."""
        if time.monotonic() - self._decided > _FRESH:
            self._decide(clock.now())
        if person not in self._allowed:
            return "said-no"
        address = self._address(person)
        if not address:
            return "not-held"
        if address in self._unwanted:
            return "unwanted"
        if self._only and not self._is_for(person, *self._only):
            return "not-theirs"
        return ""

    def _is_for(self, person: str, field: str, value: str) -> bool:
        said = self._values.plain.get(person, {}).get(field, ())
        return any(plain.decode("utf-8", "replace").casefold() == value.casefold() for _, plain in said)

    def _address(self, person: str) -> str:
        return self._last(person, self._declared.addresses)

    def _last(self, person: str, fields: Sequence[str]) -> str:
        plain = self._values.plain.get(person, {})
        return next((plain[field][-1][1].decode() for field in fields if field in plain), "")

    def whom(self, one: Taken) -> For:
        """Whom a mail is for."""
        name = self._last(one.person, self._declared.names)
        return For(one.ref, one.person, self._address(one.person), name, one.person in self._tracked)


def send_some(sender: Sender, at: datetime) -> int:
    """Hands over some of every issue that is under way; answers how much was done."""
    done = 0
    for ref, state in issues.under_way():
        try:
            if state == "gathering":
                issues.gather(ref, at)
            done += sender.send_some(ref)
        except NotPublished:
            return done
    return done


@unit_of_work
def forget_over(at: datetime) -> int:
    """To whom an issue went is forgotten a month after it; what became of how many stays."""
    old = list(Issue.objects.filter(begun__lte=at - _KEPT, state__in=("done", "stopped")).values_list("ref", flat=True))
    gone, _ = Mail.objects.filter(issue__in=old).exclude(issue="").delete()
    return gone
