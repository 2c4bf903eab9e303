"""Decisions: one alone, against other engines; all people at once; over HTTP; and what opening costs.

What one process does is counted in the time that it had a processor, so that whoever shares the machine is not.
"""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import Any

import casbin
import psutil

from bench import load
from bench.load import Taken
from bench.table import Row, told
from tests.support import databases, uses
from tests.support.cedar import Opinion
from tests.support.site import EXAMPLES, Running, troth
from tests.support.uses import ON, TODAY, World
from troth.use import rules
from troth.use.board import Board
from troth.use.gates import FOREVER, Wanted
from troth.use.known import Kind, Known, Stance

PEOPLE, OPENED, AT_ONCE, SECONDS, ROUNDS = 10_000_000, 100_000, 100, 4, 5
_CASBIN = """
[request_definition]
r = who, what, wanted

[policy_definition]
p = purpose, point, field, recipient, choice, objection

[policy_effect]
e = some(where (p.eft == allow))

[matchers]
m = r.wanted.purpose == p.purpose && r.what.point == p.point && r.what.field == p.field \
&& r.wanted.recipient == p.recipient && said(r.who, p.choice) && not objected(r.who, p.objection) \
&& not r.who.restricted && r.what.day > r.wanted.since
"""


def rows(directory: Path) -> list[Row]:
    """The decision, the audience, the door and the opening."""
    return [*_one(directory), *_everybody(), *_door(directory), *_opening(directory)]


def _world() -> World:
    """A small statement and somebody to whom most of it applies, as the tests draw them."""
    for seed in range(1000):
        world = uses.world(uses.chance(seed), versions=1, people=1)
        (known,) = world.people.values()
        if known.records and _may(world, known, Wanted("mail")):
            return world
    message = "Nobody was drawn of whom anything may be used."
    raise LookupError(message)


def _may(world: World, known: Known, wanted: Wanted) -> tuple[str, ...]:
    return rules.decide(world.givens(known), world.said(known), wanted, uses.FIELDS, ON).allowed


def _one(directory: Path) -> list[Row]:
    told("       one decision")
    world = _world()
    (known,) = world.people.values()
    wanted = Wanted("mail")
    given, said = world.givens(known)[0], world.said(known)
    field = _may(world, known, wanted)[0]
    asked = rules.asked(given.source.own, (field,))
    opinion = Opinion(world, TODAY)
    enforcer = _enforcer(world, directory)
    who = type("Who", (), {"said": {offer for offer, _ in known.stance.yes}, "objected": known.stance.objected,
                           "restricted": known.stance.restricted})()  # fmt: skip
    what = type("What", (), {"point": given.source.point, "field": field, "day": given.day})()
    want = type("Wanted", (), {"purpose": "mail", "recipient": "", "since": ON - 730})()
    assert enforcer.enforce(who, what, want)
    ours, cedar, peer = (
        _each(lambda: rules.may_use(given, said, wanted, asked, ON), 200_000),
        _each(lambda: opinion.may_use(known, 0, wanted, (field,), own=False), 500),
        _each(lambda: enforcer.enforce(who, what, want), 500),
    )
    return [
        Row.within("one decision, in process", ours, 2, "µs"),
        Row.compared(
            "one decision", f"{1e6 / ours:,.0f}/s", f"cedarpy, policies parsed, {1e6 / cedar:,.0f}/s", cedar / ours, 50
        ),
        Row.compared("one decision", f"{1e6 / ours:,.0f}/s", f"casbin {1e6 / peer:,.0f}/s", peer / ours, 50),
    ]


def _rate(micros: float) -> str:
    return f"{1e6 / micros:,.0f}/s"


def _enforcer(world: World, directory: Path) -> casbin.Enforcer:
    """The statement's purposes, points and recipients as rows; what a person said as functions."""
    plain = world.plain[0]
    policies = []
    for name, purpose in plain["purposes"].items():
        choice = name if purpose["basis"] == "consent" else ""
        for point, asking in plain["collection"].items():
            for field, served in {**asking["required"], **asking["optional"]}.items():
                policies += [
                    f"p, {name}, {point}, {field}, {party}, {choice}, purpose.{name}"
                    for party in ("", *plain["recipients"])
                    if name in served
                ]
    model, rows_ = directory / "model.conf", directory / "policy.csv"
    model.write_text(_CASBIN)
    rows_.write_text("\n".join(policies))
    enforcer = casbin.Enforcer(str(model), str(rows_))
    enforcer.add_function("said", lambda one, choice: not choice or choice in one.said)
    enforcer.add_function("objected", lambda one, about: about in one.objected)
    return enforcer


def _each(work: Any, times: int) -> float:
    """Microseconds of one, the median of several rounds."""
    taken = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        for _ in range(times // ROUNDS):
            work()
        taken.append((time.process_time() - begun) / (times // ROUNDS) * 1e6)
    return median(taken)


def _everybody() -> list[Row]:
    """A purpose with consent for each recipient abroad, objections, ages and retention: what the example declares."""
    from tests.support.declared import declared  # noqa: PLC0415 - only here
    from troth.statement.compile import compile_statement  # noqa: PLC0415 - only here

    told(f"       {PEOPLE:,} people")
    world = World([], [compile_statement(declared("infortrend"))], {}, frozenset())
    many = list(_crowd())
    board = Board()
    board.begin(((f"{number:033d}", many[number * 7919 % len(many)]) for number in range(PEOPLE)), PEOPLE)
    wanted = Wanted("affiliates-marketing", "infortrend-corporation")
    board.answer(wanted, "", ON, world.law)  # once a day each kind's gate is made
    taken: list[float] = []
    found: Collection[str] = ()
    for _ in range(ROUNDS):
        begun = time.process_time()
        found = board.persons(board.answer(wanted, "", ON, world.law))
        taken.append((time.process_time() - begun) * 1000)
    speaking = cycle([known.stance for known in many])
    persons = [f"{number * 104_729 % PEOPLE:033d}" for number in range(100_000)]
    begun = time.process_time()
    for person in persons:
        board.say(person, next(speaking))
    said = (time.process_time() - begun) / len(persons) * 1e6
    what = f"audience of {PEOPLE:,}: consent, objection, age, transfer; {len(found):,} are in it"
    return [
        Row.within(what, median(taken), 100, "ms"),
        Row.within("audience: a choice is taken in", said, 20, "µs"),
        Row.within("audience: memory of a person", board.bytes_each, 64, "bytes"),
    ]


def _crowd() -> Iterator[Known]:
    """Five thousand different people: points, days, choices, objections, ages."""
    random = uses.chance(7)
    offers = (
        "promotional-mail",
        "affiliates-marketing.infortrend-corporation",
        "affiliates-marketing.infortrend-japan",
    )
    fields = frozenset(("email", "name", "company", "interests"))
    for _ in range(5000):
        chosen = frozenset(offer.partition(".")[0] for offer in offers if random.random() < 0.6)
        held = fields - {random.choice(("name", "company", "interests"))}
        points = random.sample(("promotional-mail", "promotion", "registration"), random.choice((1, 1, 1, 2)))
        records = tuple((Kind(0, point, chosen, held, 0), ON - random.randint(0, 800)) for point in points)
        yes = frozenset((offer, 0) for offer in offers if random.random() < 0.6)
        against = ("transfer.US", "recipient.infortrend-corporation", "purpose.prevent-fraud")
        objected = frozenset(about for about in against if random.random() < 0.1)
        born_by = random.choice((FOREVER, ON - 17 * 366, ON - 40 * 366))
        yield Known(records, Stance(yes, objected, random.random() < 0.02, random.random() < 0.01), born_by)


def _door(directory: Path) -> list[Row]:
    """`POST /api/v1/decide`, a hundred questions about a hundred people in each call."""
    told("       decide over HTTP")
    with _served(directory / "door") as site:
        persons = _given(site, 2000)
        token = troth("token", "new", "--purpose", "newsletter", "--data", site.directory).split()[-1]
        asked = [{"person": one, "purpose": "newsletter", "fields": ["email", "name"]} for one in persons]
        bodies = [json.dumps({"questions": asked[at : at + AT_ONCE]}) for at in range(0, len(asked), AT_ONCE)]
        head = f"Host: 127.0.0.1:{site.port}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        begin = f"POST /api/v1/decide HTTP/1.1\r\n{head}Content-Length:"
        requests = cycle([f"{begin} {len(body)}\r\n\r\n{body}".encode() for body in bodies])
        runs = [_asked(site, requests) for _ in range(ROUNDS)][1:]
    assert {status for one, _ in runs for status in one.statuses} == {b"200"}
    rate = median(one.per_second for one, _ in runs) * AT_ONCE
    alone = median(len(one.latencies) / busy for one, busy in runs) * AT_ONCE
    return [
        Row("decide over HTTP, a hundred at once", f"{alone:,.0f} answers for a second of its processor",
            f"on this machine as it was {rate:,.0f}/s", None, "at least 100,000/s", alone >= 100_000)
    ]  # fmt: skip


def _asked(site: Running, requests: Iterator[bytes]) -> tuple[Taken, float]:
    """What was answered, and for how many seconds the server had a processor."""
    server = [psutil.Process(number) for number in site.processes()]
    before = _busy(server)
    taken = load.run(site.port, requests, connections=8, seconds=SECONDS)
    return taken, _busy(server) - before


def _busy(processes: list[psutil.Process]) -> float:
    times = [one.cpu_times() for one in processes]
    return float(sum(one.user + one.system for one in times))


def _given(site: Running, count: int) -> list[str]:
    """The references of so many people who subscribed."""
    url = f"{site.url}/api/v1/collect/newsletter"
    with urllib.request.urlopen(url) as answer:  # noqa: S310 - our own server
        shown = json.load(answer)["digest"]
    found = []
    for number in range(count):
        fields = {"email": f"person{number}@example.com", "name": "Lin Mei-hua"}
        body = {"fields": fields, "choices": {"newsletter": number % 3 > 0}, "language": "en", "shown": shown}
        sent = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})  # noqa: S310 - our own server
        with urllib.request.urlopen(sent) as answer:  # noqa: S310 - our own server
            found.append(json.load(answer)["person"])
    return found


@contextmanager
def _served(directory: Path) -> Iterator[Running]:
    site = Running.new("infortrend", directory, databases.fresh("sqlite"))
    try:
        yield site
    finally:
        site.stop()


def _opening(directory: Path) -> list[Row]:
    """The same installation in a process of its own: many people, one field, opened and counted."""
    told(f"       one field of {OPENED:,} people")
    home = directory / "opening"
    troth("init", home, "--from", EXAMPLES / "infortrend")
    troth("publish", home / "statement.yaml", "--effective", "today", "--data", home)
    environment = {**os.environ, "TROTH_DATA": str(home), "DJANGO_SETTINGS_MODULE": "troth.entry.settings"}
    done = subprocess.run(
        [sys.executable, "-m", "bench.opening", str(OPENED)], env=environment, check=True, capture_output=True
    )
    found = json.loads(done.stdout)
    return [
        Row(f"one field of {OPENED:,} people opened, counted, after an audience", f"{found['warm']:,.0f} fields/s",
            f"AES-GCM alone, key and value {found['cipher']:,.0f}/s", found["warm"] / found["cipher"],
            "at least 100,000/s", found["warm"] >= 100_000),
        Row("the same, nobody known before", f"{found['cold']:,.0f} fields/s", "", None),
    ]  # fmt: skip
