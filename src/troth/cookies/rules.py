"""What visitors are asked about, what they chose, and what stands of it today. Pure."""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final, NamedTuple

import isodate

from troth.clock import rfc3339
from troth.ledger.rules import JSON, canonical, commitment, sha256_hex
from troth.statement.model import CHOICES, Cookie, Statement

REF, DIGEST = 35, 16
_MAC: Final = 16
_LONGEST: Final = 3000
_ANSWER: Final = r"[a-z][a-z0-9-]{0,59}=[01]"
_REFERENCE: Final = rf"[2-7a-z]{{{REF}}}[0-9a-f]{{{_MAC}}}"
_VALUE: Final = re.compile(rf"v1\.({_REFERENCE})\.([0-9]{{8}})\.([0-9a-f]{{16}})\.((?:{_ANSWER}(?:,{_ANSWER})*)?)")
# Others than the company and those who work for it: what goes to them is what people may refuse by a signal.
_OTHERS: Final = ("partner", "affiliate")


@dataclass(frozen=True)
class Asked:
    """What the statement asks visitors about: purposes, and the digest that changes when what is asked does.

    `covered` are purposes that Global Privacy Control refuses; `lifetime` is how long an answer holds, an ISO 8601
    period, and empty where nothing is declared that could keep it.
    """

    digest: str
    purposes: tuple[str, ...]
    covered: frozenset[str]
    lifetime: str

    def ends(self, day: date) -> date:
        """The day on which an answer of `day` holds no more."""
        return ends(day, self.lifetime)


def ends(day: date, lifetime: str) -> date:
    """The day on which what began on `day` ends after its `lifetime`."""
    end: date = day + (isodate.parse_duration(lifetime) if lifetime else timedelta())
    return end


def asked(statement: Statement) -> Asked:
    """What `statement` asks."""
    behind = {name: _behind(statement, name) for name in purposes(statement)}
    return Asked(
        sha256_hex(canonical(behind))[:DIGEST],
        tuple(behind),
        frozenset(name for name in behind if _leaves(statement, name)),
        _lifetime(statement.cookies.get(CHOICES)),
    )


def purposes(statement: Statement) -> tuple[str, ...]:
    """The purposes that something in the browser waits for, in their declared order."""
    waiting = {one.consent for one in statement.cookies.values()}
    return tuple(name for name in statement.purposes if name in waiting)


def behind(statement: Statement, purpose: str) -> dict[str, Cookie]:
    """What is kept in the browser for a purpose once it is chosen."""
    return {name: one for name, one in statement.cookies.items() if one.consent == purpose}


def given_to(statement: Statement, purpose: str) -> tuple[str, ...]:
    """Who is given something for a purpose."""
    return tuple(name for name, one in statement.recipients.items() if purpose in one.purposes)


def _behind(statement: Statement, purpose: str) -> dict[str, JSON]:
    """What a yes to `purpose` is about; its wording may become clearer without asking again."""
    kept = {name: [one.kind, one.host, one.lifetime] for name, one in behind(statement, purpose).items()}
    parties = {name: statement.recipients[name].country for name in given_to(statement, purpose)}
    return {"term": statement.purposes[purpose].term, "cookies": kept, "recipients": parties}


def _leaves(statement: Statement, purpose: str) -> bool:
    """Whether something goes to others, for whatever it is worth to them."""
    elsewhere = any(one.host != "self" for one in behind(statement, purpose).values())
    return elsewhere or shared(statement, purpose)


def shared(statement: Statement, purpose: str) -> bool:
    """Whether partners or affiliates are given something for this purpose: a sale or sharing that may be refused."""
    return any(is_other(statement, name) for name in given_to(statement, purpose))


def is_other(statement: Statement, recipient: str) -> bool:
    """Whether a recipient is neither the company nor one that works for it, nor an authority."""
    return statement.recipients[recipient].kind in _OTHERS


def _lifetime(cookie: Cookie | None) -> str:
    if cookie is None or cookie.lifetime is None:
        return ""
    return "P1D" if cookie.lifetime == "session" else cookie.lifetime


class Chosen(NamedTuple):
    """A choice as a browser keeps it: its reference, its day, what had been asked, and the answers."""

    ref: str
    day: date
    asked: str
    answers: Mapping[str, bool]

    def written(self, key: bytes) -> str:
        """The value of the cookie. With the reference comes what shows that we wrote all of it."""
        rest = _rest(self.day, self.asked, tuple(self.answers.items()))
        return f"v1.{self.ref}{_mac(key, self.ref, rest)}.{rest}"


def chosen(value: str, key: bytes) -> Chosen | None:
    """The choice in the value of a cookie; none if it is not one that we wrote."""
    found = _VALUE.fullmatch(value) if len(value) <= _LONGEST else None
    if found is None:
        return None
    reference, day, digest, said = found.groups()
    ref, mac = reference[:REF], reference[REF:]
    if not hmac.compare_digest(mac, _mac(key, ref, f"{day}.{digest}.{said}")):
        return None
    answers = {name: answer == "1" for name, _, answer in (one.partition("=") for one in said.split(",") if one)}
    return Chosen(ref, date(int(day[:4]), int(day[4:6]), int(day[6:])), digest, answers)


@lru_cache(1024)
def _rest(day: date, asked: str, answers: tuple[tuple[str, bool], ...]) -> str:
    """What many choices of a day have in common."""
    said = ",".join(f"{name}={answer:d}" for name, answer in answers)
    return f"{day:%Y%m%d}.{asked}.{said}"


def _mac(key: bytes, ref: str, rest: str) -> str:
    written = f"{ref}.{rest}".encode()
    return blake2b(written, key=key, person=b"troth.v1 choice", digest_size=_MAC // 2).hexdigest()


def ref_in(reference: str) -> str:
    """The bare reference in what a browser keeps of it; empty if it holds none."""
    return reference[:REF] if re.fullmatch(_REFERENCE, reference) else ""


def standing(one: Chosen | None, asking: Asked, today: date, *, signal: bool) -> dict[str, bool] | None:
    """What is allowed today, by purpose; None where nothing was chosen, or not about what is asked today.

    What Global Privacy Control covers is not allowed while the browser sends it.
    """
    if one is None or one.asked != asking.digest or not one.day <= today < asking.ends(one.day):
        return None
    refused = asking.covered if signal else frozenset()
    return {name: one.answers.get(name, False) and name not in refused for name in asking.purposes}


class Said(NamedTuple):
    """What many choices may have in common: what was asked, in which words, and the answers."""

    service: str
    version: int
    asked: str
    language: str
    choices: tuple[tuple[str, bool], ...]
    gpc: bool


@dataclass(frozen=True, eq=False)
class Recorded:
    """A choice as it is recorded: what was said, under which reference, in place of which, and when."""

    said: Said
    ref: str
    follows: str
    at: datetime


def recorded(row: Any) -> Recorded:
    """The choice in a row. Its answers are in the order of their names, whatever keeps them."""
    answers = tuple(sorted(row.choices.items()))
    said = Said(row.service, row.version, row.asked, row.language, answers, row.gpc)
    return Recorded(said, row.ref, row.follows, row.at)


def facts(said: Said) -> dict[str, JSON]:
    """What the entry of a choice says in clear: which choice it was, never whose browser's."""
    return {
        "service": said.service, "version": said.version, "digest": said.asked, "language": said.language,
        "choices": dict(said.choices), "gpc": said.gpc,
    }  # fmt: skip


def receipt(one: Recorded) -> dict[str, JSON]:
    """What is recorded of a choice, in the words of the Data Privacy Vocabulary: its entry commits to this."""
    said, status = one.said, {True: "dpv:ConsentGiven", False: "dpv:ConsentRefused"}
    return {
        "@context": {"dpv": "https://w3id.org/dpv#", "dct": "http://purl.org/dc/terms/"},
        "@type": "dpv:ConsentRecord",
        "dct:identifier": one.ref,
        "dct:replaces": one.follows,
        "dpv:hasNotice": {
            "@id": f"urn:troth:choices:{said.service}@{said.asked}",
            "dct:language": said.language,
            "dct:isPartOf": {"@id": f"urn:troth:statement:{said.service}:{said.version}"},
        },
        "dpv:hasProcess": [
            {
                "@id": f"urn:troth:purpose:{name}",
                "dpv:hasConsentStatus": {"@type": status[given], "dpv:isIndicatedAtTime": rfc3339(one.at)},
            }
            for name, given in said.choices
        ],
    }


def committed(one: Recorded) -> str:
    """What the entry of a choice commits to. The reference, which is in no entry, is its salt."""
    return commitment(one.ref.encode(), receipt(one))


def keeping_facts(one: Any) -> dict[str, JSON]:
    """What the entry says of somebody who keeps a choice, or no more; it commits to who, and which."""
    return {"service": one.service, "given": one.given, "commitment": commitment(one.ref.encode(), keeping(one))}


def keeping(one: Any) -> dict[str, JSON]:
    """What that entry commits to."""
    return {"person": one.person, "choice": one.choice}


def signal_facts(one: Any) -> dict[str, JSON]:
    """What the entry says of a signal; it commits to whose browser sent it."""
    return {"service": one.service, "signal": "gpc", "commitment": commitment(one.ref.encode(), {"person": one.person})}
