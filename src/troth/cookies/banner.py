"""What ``troth.js`` is told: what is asked, in every language of the statement, and what may stand in the browser.

It is the same for everybody, and changes only with the statement. Pure.
"""

from typing import Any, Final

import isodate

from troth.cookies import rules
from troth.cookies.register import own_name, registered
from troth.statement.clause import Voice
from troth.statement.clauses_declared import lifetime
from troth.statement.model import CHOICES, Cookie, Statement, say
from troth.statement.terms import is_a

_WORDS: Final = (
    "title", "text", "accept", "decline", "choose", "save", "close", "reopen", "allow", "blocked", "gpc", "on", "off",
    "saved", "failed", "statement", "given",
)  # fmt: skip
# Google's consent types, and the family of purposes that each stands for; the first that fits is taken.
_SIGNALS: Final = (
    ("dpv:PersonalisedAdvertising", "ad_storage ad_user_data ad_personalization"),
    ("dpv:Marketing", "ad_storage ad_user_data"),
    ("dpv:ServiceUsageAnalytics", "analytics_storage"),
    ("dpv:ServiceMonitoring", "analytics_storage"),
    ("dpv:UserInterfacePersonalisation", "functionality_storage"),
    ("dpv:Personalisation", "personalization_storage"),
)
_PREFIXES: Final = {"en": "", "zh-Hant": "/zh-hant"}
_DAYS: Final = 400


def configuration(statement: Statement, asked: rules.Asked, *, url: str, first: str, secure: bool) -> dict[str, Any]:
    """The whole of it for the site at `url`, whose `first` language stands at bare addresses."""
    places: dict[str, str] = {one: url + ("" if one == first else _PREFIXES[one]) for one in statement.languages}
    place = places.get(first) or next(iter(places.values()))
    return {
        "digest": asked.digest,
        "service": say(statement.service.name, first),
        "policy": f"{place}/privacy/#cookies",
        "choices_url": f"{place}/choices/",
        "gpc": True,
        "cookie": own_name(CHOICES, secure=secure) if asked.lifetime else None,
        "lifetime_days": days(asked.lifetime),
        "languages": {one: _said(Voice(statement, one), asked, place) for one, place in places.items()},
        "purposes": [_purpose(statement, asked, name) for name in asked.purposes],
        "registered": registered(statement, secure=secure),
        "visits": list(statement.visits.fields) if statement.visits else [],
    }


def days(period: str) -> int:
    """So many whole days an answer holds at least; a month may be a short one."""
    if not period:
        return 0
    parts = isodate.parse_duration(period)
    counted = int(getattr(parts, "years", 0)) * 365 + int(getattr(parts, "months", 0)) * 30 + parts.days
    return int(min(_DAYS, counted))


def _purpose(statement: Statement, asked: rules.Asked, name: str) -> dict[str, Any]:
    return {
        "id": name,
        "signal": signal(statement.purposes[name].term),
        "gpc": name in asked.covered,
        "storage": [{"name": called, "kind": one.kind} for called, one in rules.behind(statement, name).items()],
    }


def signal(term: str) -> str | None:
    """Google's consent types for a purpose of this term, with a space between; unknown means that none is granted."""
    return next((types for family, types in _SIGNALS if is_a(term, family)), None)


def _said(voice: Voice, asked: rules.Asked, place: str) -> dict[str, Any]:
    words, service = voice.words, voice.say(voice.statement.service.name)
    sentences = {name: words.sentence(f"cookies.banner.{name}").replace("{service}", service) for name in _WORDS}
    return {
        **sentences,
        "policy": f"{place}/privacy/#cookies",
        "choices_url": f"{place}/choices/",
        "purposes": {name: told(voice, name) for name in asked.purposes},
    }


def told(voice: Voice, name: str) -> dict[str, Any]:
    """What people are told of a purpose before they choose."""
    statement = voice.statement
    kept = rules.behind(statement, name)
    return {
        "name": voice.purpose(name),
        "why": voice.say(statement.purposes[name].text),
        "cookies": [told_of(voice, called, one) for called, one in kept.items()],
        "recipients": [voice.recipient(one) for one in rules.given_to(statement, name)],
    }


def told_of(voice: Voice, name: str, one: Cookie) -> dict[str, str]:
    """What people are told of something that is kept in their browser."""
    return {
        "name": name,
        "kind": voice.words("cookies.kind." + one.kind),
        "data": voice.say(one.data),
        "lifetime": lifetime(voice, one),
        "host": voice.words("cookies.self") if one.host == "self" else one.host,
    }
