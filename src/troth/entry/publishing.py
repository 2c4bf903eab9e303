"""`troth publish` and `troth retract`: a thin door to what the desk does with versions of the statement."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from troth import clock
from troth.statement.loader import loads, read

if TYPE_CHECKING:
    from troth.desk.reads import Plan

_TOLD = {
    "": "Nothing is taken from anybody, so it needs no notice beforehand.",
    "notice": "Announced by a notice on every page from now on.",
    "mail": "Announced by a notice on every page from now on, and by mail. It waits until the last letter was sent.",
}


def add_to(app: typer.Typer) -> None:
    """Makes these commands of `app`."""
    app.command()(publish)
    app.command()(retract)


def publish(
    file: Annotated[Path, typer.Argument(help="A statement file, YAML.")],
    effective: Annotated[str, typer.Option(help="The day it comes into force, YYYY-MM-DD, or today.")] = "",
    data: Annotated[Path, typer.Option("--data", help="The installation's directory.")] = Path(),
    typo: Annotated[
        bool, typer.Option("--typo", help="It only puts typos right: in force at once, unannounced.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it would mean, and publish nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """Makes a statement the next version; from its day on it is what the site asks."""
    from troth.entry.commands import day_of, installed, print_json, stop  # noqa: PLC0415 - it knows this module

    if bool(effective) == typo:
        stop("Say either --effective DAY, or --typo for a version that only puts typos right.")
    day, source = day_of(effective or "today"), read(file)
    installed(data)
    told = _corrected(source) if typo else _published(source, day, dry_run=dry_run)
    if as_json:
        print_json(told)
        return
    for line in _lines(told):
        typer.echo(line)


def retract(
    number: Annotated[int, typer.Argument(help="The version that is to come.", min=1)],
    data: Annotated[Path, typer.Option("--data", help="The installation's directory.")] = Path(),
) -> None:
    """Takes back a version whose day has not come. Whoever had a letter about it is told."""
    from troth.entry.people import kept, prepared  # noqa: PLC0415 - needs the installation

    prepared(data)
    from troth.desk import actions  # noqa: PLC0415 - needs the installation

    with kept():
        told = actions.retract(number, at=clock.now())
    letters = f" {told:,} people had a letter about it, and are told." if told else ""
    typer.echo(f"Version {number} is retracted: it never comes into force.{letters}")


def _published(source: bytes, day: date, *, dry_run: bool) -> dict[str, Any]:
    _prepare(source)
    from troth.desk import actions, reads  # noqa: PLC0415 - needs the installation
    from troth.entry.people import kept  # noqa: PLC0415 - needs the installation

    now = clock.now()
    with kept():
        if dry_run:
            return _told(reads.plan(source, at=now), now)
        done = actions.publish(source, effective=day, at=now)
        return {"version": done.number, "effective": str(done.effective), **_told(done.plan, now)}


def _corrected(source: bytes) -> dict[str, Any]:
    _prepare(source)
    from troth.desk import actions  # noqa: PLC0415 - needs the installation
    from troth.entry.people import kept  # noqa: PLC0415 - needs the installation

    now = clock.now()
    with kept():
        number = actions.correct(source, at=now)
    return {"version": number, "effective": str(now.date()), "correction": True}


def _prepare(source: bytes) -> None:
    """Refuses what is for another service or place before any store is made for it."""
    from troth.entry.service import prepare  # noqa: PLC0415 - needs the installation
    from troth.statement.actions import fits_here  # noqa: PLC0415 - needs the installation

    statement = loads(source).statement
    if statement:
        fits_here(statement)
    prepare()


def _told(plan: "Plan", at: datetime) -> dict[str, Any]:
    found = plan.difference
    return {
        "against": plan.against,
        "earliest": str(plan.earliest),
        "material": found.material,
        "changes": [asdict(change) for change in found.changes],
        "ask_again": list(found.ask_again),
        "tell": plan.tell,
        "touched": plan.touched,
        "points": None if plan.points is None else sorted(plan.points),
        "told_by": str(plan.told_by) if plan.tell else str(at.date()),
    }


def _lines(told: dict[str, Any]) -> Iterator[str]:
    if "version" in told:
        yield f"Version {told['version']} is published and comes into force on {told['effective']} (00:00 UTC)."
    if told.get("correction"):
        yield "It only puts typos right, and says so on the page of all versions."
    if not told.get("against"):
        return
    if "version" not in told:
        yield f"Nothing is published. The first day on which it could come into force is {told['earliest']}."
    yield f"What changes since version {told['against']}:"
    for change in told["changes"]:
        weight = "material" if change["material"] else "minor"
        yield f"  {weight:9}{change['kind']:9}{change['clause']}  {change['why']}"
        yield from (f"    {side}: {text}" for side in ("old", "new") if (text := " ".join(change[side].split())))
    if told["tell"]:
        where = "anywhere" if told["points"] is None else ", ".join(told["points"])
        yield f"Touched: {told['touched']:,} people of whom something is held, given at: {where}."
    if told["ask_again"]:
        yield f"To be asked again: {', '.join(told['ask_again'])}."
    yield _TOLD[told["tell"]]
