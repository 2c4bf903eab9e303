"""What changes between two statements, what of it is material, and who must be asked again.

Material is what leaves a person with less than they were promised, or tells them something that GDPR
Art. 13(3) and the statement's own section on changes want told beforehand. Wording alone is not.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from troth.statement.clauses import fields_of
from troth.statement.facets import Facet, facets
from troth.statement.finding import Place
from troth.statement.model import Statement
from troth.statement.words import words

Kind = Literal["added", "removed", "changed"]


@dataclass(frozen=True)
class Change:
    """One change at `place`, with the clause it is about, both texts, and why it is material or not.

    `ask_again` names the consent purposes whose yes no longer covers what would be done, `points` the
    collection points that show something else.
    """

    place: Place
    clause: str
    kind: Kind
    old: str
    new: str
    material: bool
    why: str
    ask_again: tuple[str, ...] = ()
    points: tuple[str, ...] = ()


@dataclass(frozen=True)
class Difference:
    """All changes, in the order of the sections."""

    changes: tuple[Change, ...]

    @property
    def material(self) -> bool:
        """Whether people have to be told beforehand."""
        return any(change.material for change in self.changes)

    @property
    def touched(self) -> frozenset[str] | None:
        """The points at which whoever gave something is touched by a material change; None where everybody is."""
        found: set[str] = set()
        for change in self.changes:
            if change.material and not change.points:
                return None
            found.update(change.points if change.material else ())
        return frozenset(found)

    @property
    def ask_again(self) -> tuple[str, ...]:
        """Every consent purpose that has to be asked again."""
        return tuple(dict.fromkeys(name for change in self.changes for name in change.ask_again))


class _Verdict(NamedTuple):
    why: str
    material: bool
    purposes: frozenset[str] | None = None


def difference(old: Statement, new: Statement, language: str = "en") -> Difference:
    """What changes from `old` to `new`, told in `language`; what is material does not depend on the language."""
    before, after = facets(old, language), facets(new, language)
    asked = {name for name, one in new.purposes.items() if one.basis == "consent" and name in old.purposes}
    widened = {name for name in asked if set(fields_of(new, name)) - set(fields_of(old, name))}
    found = []
    for place in dict.fromkeys([*after, *before]):
        was, now = before.get(place), after.get(place)
        if (was and now and was.value == now.value) or _within_whole(place, before, after):
            continue
        verdict = _verdict(was, now)
        if verdict:
            collected = (now or was or after[place]).kind in _COLLECTED
            found.append(_change(was, now, verdict, widened if collected else asked, language))
    return Difference(tuple(found))


def _within_whole(place: Place, before: dict[Place, Facet], after: dict[Place, Facet]) -> bool:
    """Whether a part above `place` came or went, which tells of everything in it."""
    above = (place[:depth] for depth in range(1, len(place)))
    return any((part in before) != (part in after) for part in above)


def _change(was: Facet | None, now: Facet | None, verdict: _Verdict, asked: set[str], language: str) -> Change:
    facet = now or was
    assert facet is not None  # noqa: S101 - one of them is there, or nothing changed
    bears = verdict.purposes if verdict.purposes is not None else facet.purposes
    again = sorted(bears & asked) if verdict.material else []
    old, new = (was.said if was else ""), (now.said if now else "")
    if was and now and old == new:
        old, new = _in_all_languages(was), _in_all_languages(now)
    kind: Kind = "changed" if was and now else "added" if now else "removed"
    points = tuple(dict.fromkeys([*(was.points if was else ()), *(now.points if now else ())]))
    why = words(language)("why." + verdict.why)
    return Change(facet.place, facet.clause, kind, old, new, verdict.material, why, tuple(again), points)


def _in_all_languages(facet: Facet) -> str:
    return " / ".join(facet.value.values()) if isinstance(facet.value, dict) else facet.said


def _verdict(was: Facet | None, now: Facet | None) -> _Verdict | None:
    facet = now or was
    assert facet is not None  # noqa: S101 - one of them is there, or nothing changed
    if (was is None or now is None) and facet.whole:
        added, removed = _PARTS[facet.kind]
        return added if now else removed
    judge = _VALUES.get(facet.kind)
    return judge(was.value if was else None, now.value if now else None) if judge else None


def _material(why: str) -> _Verdict:
    return _Verdict(why, material=True)


def _minor(why: str) -> _Verdict:
    return _Verdict(why, material=False)


_LESS, _MORE, _WORDING = _minor("less"), _minor("added-right"), _minor("wording")

# What it means that a part comes, and that it goes. A datum is told of by the fields that ask for it.
_PARTS: dict[str, tuple[_Verdict | None, _Verdict | None]] = {
    "datum": (None, None),
    "purpose": (_material("purpose"), _LESS),
    "point": (_material("point"), _LESS),
    "field": (_material("field"), _LESS),
    "choice": (_minor("choice"), _LESS),
    "visits": (_material("visits"), _LESS),
    "cookie": (_material("cookie"), _LESS),
    "mail": (_minor("mail"), _LESS),
    "recipient": (_material("recipient"), _LESS),
    "recipient-purpose": (_material("recipient-purpose"), _LESS),
    "transfer": (_material("transfer"), _LESS),
    "supplement": (_material("supplement"), _LESS),
    "stored-in": (_material("stored-in"), _LESS),
    "law": (_minor("law-added"), _material("law")),
    "never": (_MORE, _material("never")),
    "right": (_MORE, _material("right")),
    "children": (_MORE, _material("children")),
    "channel": (_MORE, _material("channel")),
    "complaints": (_MORE, _material("complaints")),
    "security": (_MORE, _material("security")),
    "link": (_minor("link"), _minor("link")),
    "language": (_MORE, _material("language")),
}
# Of these, only what gives a consent purpose a field that it had nowhere before asks again.
_COLLECTED = ("point", "field", "served")
_STRENGTH = {"adequacy": 4, "scc": 3, "bcr": 3, "dpf": 2, "privacy-shield": 0, "safe-harbor": 0}


def _always(verdict: _Verdict) -> Callable[[Any, Any], _Verdict]:
    return lambda _was, _now: verdict


def _grows(why: str, otherwise: _Verdict = _LESS) -> Callable[[Any, Any], _Verdict]:
    """Material when the value becomes larger."""
    return lambda was, now: _material(why) if now > was else otherwise


def _shrinks(why: str) -> Callable[[Any, Any], _Verdict]:
    """Material when the value becomes smaller, or is gone."""
    return lambda was, now: _material(why) if (now or 0) < (was or 0) else _MORE


def _gains(why: str) -> Callable[[Any, Any], _Verdict]:
    """Material when the set has something new in it."""
    return lambda was, now: _material(why) if now - was else _LESS


def _served(was: frozenset[str], now: frozenset[str]) -> _Verdict:
    return _Verdict("field-purpose", material=True, purposes=now - was) if now - was else _LESS


def _safeguard(was: str, now: str) -> _Verdict:
    if _STRENGTH[now] < _STRENGTH[was]:
        return _material("safeguard")
    return _minor("safeguard-other") if _STRENGTH[now] == _STRENGTH[was] else _MORE


def _agreement(was: str | None, now: str | None) -> _Verdict:
    if now is None:
        return _material("agreement-gone")
    return _material("agreement") if was else _MORE


def _consent(was: str | None, now: str | None) -> _Verdict:
    if now is None:
        return _material("cookie-consent")
    return _material("cookie-purpose") if was else _MORE


def _join(_was: str | None, now: str | None) -> _Verdict:
    return _material("visits-join") if now else _LESS


def _consideration(was: Any, now: Any) -> _Verdict:
    if now is None:
        return _LESS
    return _WORDING if was else _material("consideration")


# What it means that a value is another one.
_VALUES: dict[str, Callable[[Any, Any], _Verdict]] = {
    "wording": _always(_WORDING),
    "contact": _always(_minor("contact")),
    "dates": _always(_minor("dates")),
    "embed": _always(_minor("embed")),
    "form": _always(_minor("form")),
    "audience": _always(_minor("audience")),
    "cookie-kind": _always(_minor("cookie-kind")),
    "link": _always(_minor("link")),
    "controller": _always(_material("controller")),
    "automated": _always(_material("automated")),
    "kind": _always(_material("kind")),
    "purpose-other": _always(_material("purpose-other")),
    "basis": _always(_material("basis")),
    "question": _always(_material("question")),
    "cookie-purpose": _always(_material("cookie-purpose")),
    "cookie-host": _always(_material("cookie-host")),
    "mail-kind": _always(_material("mail-kind")),
    "recipient": _always(_material("recipient")),
    "recipient-kind": _always(_material("recipient-kind")),
    "recipient-country": _always(_material("recipient-country")),
    "supplement": _always(_material("supplement")),
    "retention": _grows("longer", _minor("shorter")),
    "lifetime": _grows("cookie-longer", _minor("shorter")),
    "answer": _grows("answer", _MORE),
    "need": _grows("field-required", _minor("field-optional")),
    "statistics": _grows("visits-public"),
    "essential": _grows("essential", _MORE),
    "minimum-age": _shrinks("minimum-age"),
    "notice": lambda was, now: _material("notice") if now < was else _MORE,
    "separate": _shrinks("separate"),
    "each": _shrinks("each"),
    "age": _shrinks("age-unasked"),
    "confidence": _shrinks("confidence"),
    "noted": _gains("visits"),
    "visits-purpose": _gains("visits-purpose"),
    "given": _gains("recipient-fields"),
    "served": _served,
    "safeguard": _safeguard,
    "agreement": _agreement,
    "cookie-consent": _consent,
    "join": _join,
    "consideration": _consideration,
}
