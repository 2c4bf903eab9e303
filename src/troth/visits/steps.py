"""What becomes of a sight, step by step. Each step may drop it, for one of the reasons that it names."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from troth.networks import Heard, cut, packed
from troth.statement.model import Visits
from troth.visits import rules
from troth.visits.bots import is_bot
from troth.visits.places import Place, place
from troth.visits.rules import Sight, Visit
from troth.visits.salt import Salt

# From one network within a minute.
MOST_FROM_A_PREFIX: Final = 1200
# Different ones in a day; the site's own pages are far fewer.
MOST_PAGES, MOST_ELEMENTS, MOST_HOSTS = 2000, 200, 2000
_MINUTE: Final = 60
_MOST_SEEN: Final = 100_000
_NOWHERE: Final = Place("")
_SAID: Final = frozenset({"kind", "page", "referrer", "element"})


class Ground(NamedTuple):
    """What holds for every sight of one moment: what is declared, where the site is, and who tells what is there.

    `page` answers with the reason why an address on this site is counted as no page, or nothing. `who` answers who is
    signed in with a token and agreed that their visits are joined.
    """

    service: str
    declared: Visits
    own: str
    origins: frozenset[str]
    page: Callable[[str], str]
    who: Callable[[str], str | None]


@dataclass
class Bounds:
    """What is remembered of a minute and of a day, so that nobody fills a store with what they make up."""

    salt: Salt = field(default_factory=Salt)
    networks: Heard = field(default_factory=lambda: Heard(MOST_FROM_A_PREFIX))
    minute: int = 0
    day: int = 0
    names: dict[str, set[str]] = field(default_factory=dict)
    seen: Counter[bytes] = field(default_factory=Counter)
    before: Counter[bytes] = field(default_factory=Counter)

    def begin(self, at: float) -> None:
        """What was of another minute or day counts no more."""
        minute = int(at // _MINUTE)
        if minute != self.minute:
            self.minute = minute
            self.before, self.seen = self.seen, Counter()
        if minute // 1440 != self.day:
            self.day = minute // 1440
            self.names.clear()

    def note(self, view: bytes) -> None:
        """The server saw this view; a beacon may tell of it within a minute or two."""
        if len(self.seen) < _MOST_SEEN:
            self.seen[view] += 1

    def noted(self, view: bytes) -> bool:
        """Whether the server saw this view; so it is told once."""
        for views in (self.before, self.seen):
            if views.get(view):
                views[view] -= 1
                return True
        return False

    def admits(self, kind: str, name: str, most: int) -> bool:
        """Whether `name` is one of the first `most` of its kind on this day."""
        names = self.names.setdefault(kind, set())
        if name not in names and len(names) >= most:
            return False
        names.add(name)
        return True


@dataclass(slots=True)
class Draft:
    """A sight on its way to be a visit."""

    sight: Sight
    address: bytes = b""
    prefix: bytes = b""
    clicked: bool = False
    page: str = ""
    said_referrer: str = ""
    element: str | None = None
    referrer: str = ""
    place: Place = _NOWHERE
    visitor: bytes = b""
    person: str | None = None


class Step(NamedTuple):
    """One step, and every reason for which it drops what comes."""

    name: str
    reasons: tuple[str, ...]
    take: Callable[[Draft, Ground, Bounds], str]


def _network(draft: Draft, _ground: Ground, bounds: Bounds) -> str:
    """The address is cut; a network that sends too much is not listened to until the minute is over."""
    bounds.begin(draft.sight.at)
    address = draft.address = packed(draft.sight.address)
    draft.prefix = cut(address)
    return "" if bounds.networks.again(address, draft.sight.at) else "flood"


def _read(draft: Draft, _ground: Ground, _bounds: Bounds) -> str:
    """What a beacon sent is JSON, and says nothing that nobody asked for."""
    said = draft.sight.said
    if isinstance(said, tuple):
        draft.page, draft.said_referrer = said
        return ""
    try:
        plain = json.loads(said)
    except (ValueError, RecursionError):
        return "not-json"
    return _heard(draft, plain)


def _heard(draft: Draft, plain: Any) -> str:
    if not isinstance(plain, dict) or not _SAID.issuperset(plain):
        return "misshapen"
    kind, page, referrer, element = (
        plain.get("kind"),
        plain.get("page"),
        plain.get("referrer", ""),
        plain.get("element"),
    )
    if not (isinstance(page, str) and isinstance(referrer, str) and isinstance(element, str | None)):
        return "misshapen"
    if kind not in ("view", "click") or (kind == "click") != bool(element):
        return "misshapen"
    draft.page, draft.said_referrer, draft.element = page, referrer, element or None
    draft.clicked = kind == "click"
    return ""


def _human(draft: Draft, _ground: Ground, _bounds: Bounds) -> str:
    return "bot" if is_bot(draft.sight.agent) else ""


def _page(draft: Draft, ground: Ground, bounds: Bounds) -> str:
    """A page that is the same for everybody, without query and fragment."""
    page = draft.page = rules.path_of(draft.page)
    if not page:
        return "no-page"
    if draft.sight.origin == ground.own and (why := ground.page(page)):
        return why
    return "" if bounds.admits("page", page, MOST_PAGES) else "too-many-pages"


def _element(draft: Draft, ground: Ground, bounds: Bounds) -> str:
    """A key element has a short name; where the statement declares none, none is counted."""
    name = draft.element
    if name is None:
        return ""
    if "element" not in ground.declared.fields:
        return "undeclared"
    if len(name) > rules.LONGEST or not rules.ELEMENT.fullmatch(name):
        return "misshapen"
    return "" if bounds.admits("element", name, MOST_ELEMENTS) else "too-many-elements"


def _referrer(draft: Draft, ground: Ground, bounds: Bounds) -> str:
    """Of a page of this site its path, if it is one for everybody; of another site its name."""
    if draft.said_referrer and not draft.clicked:
        path, host = rules.referrer_of(draft.said_referrer, ground.origins)
        if path:
            own = draft.sight.origin == ground.own and not ground.page(path)
            draft.referrer = path if own or bounds.admits("page", path, 0) else ""
        elif host:
            draft.referrer = host if bounds.admits("host", host, MOST_HOSTS) else ""
    return ""


def _place(draft: Draft, ground: Ground, _bounds: Bounds) -> str:
    """Which provider and country, where either is declared."""
    fields = ground.declared.fields
    draft.place = place(draft.prefix, country="country" in fields, isp="isp" in fields)
    return ""


def _visitor(draft: Draft, ground: Ground, bounds: Bounds) -> str:
    """Who is the same on this day, by address and browser; a view that the server saw counts once."""
    sight = draft.sight
    salt = bounds.salt.of(datetime.fromtimestamp(sight.at, UTC).date())
    agent = sight.agent.encode("utf-8", "replace")
    draft.visitor = rules.counted(salt, ground.service.encode(), draft.address, agent)
    if draft.clicked or sight.origin != ground.own:
        return ""
    view = draft.visitor + draft.page.encode()
    if isinstance(sight.said, bytes):
        return "counted" if bounds.noted(view) else ""
    bounds.note(view)
    return ""


def _join(draft: Draft, ground: Ground, bounds: Bounds) -> str:
    """Whoever agreed is named, and then counted by that: nothing ties these visits to those without a name."""
    token = draft.sight.token
    if token and ground.declared.join and (person := ground.who(token)):
        salt = bounds.salt.of(datetime.fromtimestamp(draft.sight.at, UTC).date())
        draft.person = person
        draft.visitor = rules.counted(salt, ground.service.encode(), person.encode())
    return ""


STEPS: Final = (
    Step("network", ("flood",), _network),
    Step("read", ("not-json", "misshapen"), _read),
    Step("human", ("bot",), _human),
    Step("page", ("no-page", "personal", "too-many-pages"), _page),
    Step("element", ("undeclared", "misshapen", "too-many-elements"), _element),
    Step("referrer", (), _referrer),
    Step("place", (), _place),
    Step("visitor", ("counted",), _visitor),
    Step("join", (), _join),
)


def visit(sight: Sight, ground: Ground, bounds: Bounds) -> Visit | str:
    """The visit that is kept of `sight`: nothing but what is declared. Or the reason why none is."""
    draft = Draft(sight)
    for step in STEPS:
        if why := step.take(draft, ground, bounds):
            return why
    fields, at = ground.declared.fields, datetime.fromtimestamp(sight.at, UTC)
    return Visit(
        ground.service,
        rules.moment(at, hour="time" in fields),
        draft.page if "page" in fields else "",
        draft.referrer if "referrer" in fields else "",
        draft.place.country if "country" in fields else "",
        draft.place.isp if "isp" in fields else "",
        draft.place.prefix if "address-prefix" in fields else "",
        rules.browser_of(sight.agent) if "browser" in fields else "",
        draft.element,
        draft.visitor if "visitor" in fields else b"",
        draft.person,
    )
