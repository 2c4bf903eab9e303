"""`troth status`: what whoever runs an installation wants to see in one look, whether its server runs or not."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

import typer
from django.conf import settings
from django.db import connections
from rich.console import Console
from rich.table import Table

from troth import __version__, clock
from troth.consent import reads as consent
from troth.cookies import reads as cookies
from troth.desk.reads import progress
from troth.entry import condition, lock, receiving, starting
from troth.entry.errors import NewerStore, Unreadable
from troth.errors import TrothError
from troth.ledger import reads as ledger
from troth.mail import reads as mail
from troth.statement import reads as statement
from troth.statement.errors import NotPublished
from troth.statement.reads import Published
from troth.vault import reads as vault
from troth.vault.key_files import KEY_ENCRYPTION_KEY, LOOK_UP_KEY
from troth.vault.keys import FROM_ENVIRONMENT

Told = dict[str, Any]

_KEYS: Final = (KEY_ENCRYPTION_KEY, LOOK_UP_KEY, "ledger.key", starting.PAGES_KEY)
_UNITS: Final = ((timedelta(days=1), "days"), (timedelta(hours=1), "hours"), (timedelta(minutes=1), "minutes"))


def gather(at: datetime) -> Told:
    """What there is at the moment `at`, as JSON would say it, and everything that is wrong with it."""
    problems = list(starting.amiss())
    told = _known()
    if not any(isinstance(one, NewerStore | Unreadable) for one in problems):
        problems += _asked(told, at, *_PARTS)
    problems += _asked(told, at, condition.insist_on_space)
    said = {(one.code, one.message): {"code": one.code, "message": one.message} for one in problems}
    return {"ok": not said, "problems": list(said.values()), **told}


def _asked(told: Told, at: datetime, *parts: Callable[[datetime], Told | None]) -> Iterator[TrothError]:
    """Adds to `told` what the parts answer; gives what they refuse. A store that cannot answer is asked no further."""
    for part in parts:
        try:
            with starting.store_readable(*starting.ILLEGIBLE):
                told |= part(at) or {}
        except TrothError as error:
            yield error
            if isinstance(error, Unreadable):
                return
        if part is _begun and not told.get("tables_current"):
            return


def _known() -> Told:
    return {
        "troth": __version__,
        "service": settings.TROTH_SERVICE,
        "url": settings.TROTH_URL,
        "directory": str(settings.TROTH_DIR),
        "server": lock.holder(settings.TROTH_DIR),
        "keys": {name: _place(name) for name in _KEYS},
        "databases": {"rows": connections["default"].vendor, "keys": connections["keys"].vendor},
        "disk_free": condition.disk_free(),
    }


def _place(name: str) -> str:
    if name == KEY_ENCRYPTION_KEY and os.environ.get(FROM_ENVIRONMENT):
        return "environment"
    return "file" if (settings.TROTH_KEYS_DIR / name).exists() else "missing"


def _begun(_at: datetime) -> Told:
    starting.insist_on_begun()
    return {"tables_current": not starting.outdated()}


def _statement(at: datetime) -> Told:
    with suppress(NotPublished):
        current = statement.in_force(settings.TROTH_SERVICE, at)
        return {"statement": {"in_force": _version(current), "next": _next(at)}}
    return {"statement": {"in_force": None, "next": _next(at)}}


def _insist_on_statement(at: datetime) -> None:
    statement.in_force(settings.TROTH_SERVICE, at)


def _next(at: datetime) -> Told | None:
    """The version that is to come, and how far people were told of it."""
    coming = statement.coming(settings.TROTH_SERVICE, at)
    if coming is None:
        return None
    told = progress(coming.version.number)
    letters = {"told": told.told, "without": told.without, "complete": told.complete} if told else None
    return {**_version(coming.version), "letters": letters}


def _version(published: Published) -> Told:
    return {"version": published.number, "digest": published.digest, "effective": f"{published.effective:%Y-%m-%d}"}


def _ledger(_at: datetime) -> Told:
    figures = ledger.figures()
    return {
        "submissions": consent.agreements(),
        "ledger": {
            "entries": figures.entries,
            "waiting": figures.waiting,
            "waiting_since": _moment(ledger.waiting_since()),
            "signed": _moment(figures.signed),
        },
    }


def _held(_at: datetime) -> Told:
    held = vault.holdings()
    return {"held": {"persons": held.persons, "values": held.values, "next_due": _moment(vault.next_due())}}


def _unregistered(_at: datetime) -> Told:
    """What pages found in browsers that is not declared, by name."""
    return {"unregistered": cookies.unregistered()}


def _mail(_at: datetime) -> Told:
    server = settings.TROTH_MAIL
    return {"mail": {"server": server.host if server else None, "waiting": mail.waiting()}}


def _moment(at: datetime | None) -> str | None:
    return clock.rfc3339(at) if at else None


def show(told: Told, at: datetime) -> None:
    """Prints it: a table where somebody looks, plain lines where a program reads."""
    console = Console(highlight=False)
    rows = list(_rows(told, at))
    if console.is_terminal:
        table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
        for name, words in rows:
            table.add_row(f"[bold]{name}[/]", words)
        console.print(table)
    else:
        for name, words in rows:
            typer.echo(f"{name}: {words}")
    for one in told["problems"]:
        typer.secho(f"{one['code']}: {one['message']}", fg="red")
    typer.echo(f"Problems: {len(told['problems'])}." if told["problems"] else "Nothing is wrong.")


def _rows(told: Told, at: datetime) -> Iterator[tuple[str, str]]:
    yield "Service", f"{told['service']}, {told['url']}, troth {told['troth']}"
    server = told["server"]
    runs = "none runs on this directory" if server is None else f"{_by(server)} since {_ago(server.get('since'), at)}"
    yield "Server", runs
    if "statement" in told:
        versions = told["statement"]
        yield "Statement", f"in force: {_told(versions['in_force'])}; next: {_told(versions['next'])}"
        if versions["next"] and (letters := versions["next"]["letters"]):
            whole = "complete" if letters["complete"] else "not complete"
            yield "Announced", f"by {letters['told']:,} letters, {letters['without']:,} people without one; {whole}"
    kinds, older = told["databases"], "; tables of an older release" if told.get("tables_current") is False else ""
    yield "Databases", f"rows in {kinds['rows']}, persons' keys in {kinds['keys']}{older}"
    yield "Keys", ", ".join(f"{name} ({place})" if place != "file" else name for name, place in told["keys"].items())
    if "ledger" in told:
        log = told["ledger"]
        waiting = f"{log['waiting']:,} waiting" + (f" since {_ago(log['waiting_since'], at)}" if log["waiting"] else "")
        yield "Submissions", f"{told['submissions']:,}"
        yield "Ledger", f"{log['entries']:,} entries, {waiting}; signed {_ago(log['signed'], at)}"
    if "held" in told:
        held = told["held"]
        due = f"; next one ends {held['next_due'][:10]}" if held["next_due"] else ""
        yield "Held", f"{held['values']:,} values of {held['persons']:,} persons{due}"
    if "mail" in told:
        post = told["mail"]
        yield "Mail", f"{post['server'] or 'no server named'}; {post['waiting']} letters waiting"
    if names := told.get("unregistered"):
        yield "Not declared", f"found in browsers: {', '.join(f'{name} ({times:,})' for name, times in names.items())}"
    yield "Disk", f"{told['disk_free'] / 1e9:,.1f} GB free"


def _by(server: Mapping[str, str | int]) -> str:
    return f"process {server.get('pid', '?')}" + (f" at {server['listens']}" if "listens" in server else "")


def _told(version: Told | None) -> str:
    return f"version {version['version']} of {version['effective']}" if version else "none"


def _ago(moment: str | None, at: datetime) -> str:
    if moment is None:
        return "never"
    passed = at - datetime.fromisoformat(moment)
    for unit, name in _UNITS:
        if passed >= 2 * unit:
            return f"{moment[:16].replace('T', ' ')} UTC ({passed // unit} {name} ago)"
    return f"{moment[:16].replace('T', ' ')} UTC (just now)"


_PARTS: Final = (
    _begun,
    _statement,
    _insist_on_statement,
    _ledger,
    _held,
    _unregistered,
    _mail,
    mail.insist_on_able,
    receiving.insist_on_able,
    mail.insist_on_sending,
    condition.insist_on_placing,
    condition.insist_on_retention,
)
