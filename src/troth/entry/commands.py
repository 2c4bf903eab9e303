"""The ``troth`` command.

`check`, `show` and `diff` answer without loading Django; what needs an installation loads it by itself.
"""

import json
import os
import sys
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, NoReturn

import typer

from troth import clock
from troth.crawl.errors import NoBrowser
from troth.entry import asked, custody, mailing, people, publishing, staff, visited
from troth.errors import TrothError
from troth.statement.checks import check as findings_of
from troth.statement.finding import Finding
from troth.statement.loader import Loaded, load
from troth.statement.model import Statement

app = typer.Typer(
    name="troth", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="A privacy statement that keeps itself.",
)  # fmt: skip

custody.add_to(app)
people.add_to(app)
asked.add_to(app)
visited.add_to(app)
mailing.add_to(app)
publishing.add_to(app)
staff.add_to(app)

StatementFile = Annotated[Path, typer.Argument(help="A statement file, YAML.")]
Data = Annotated[Path, typer.Option("--data", help="The installation's directory.")]
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


def main() -> None:
    """Runs the command. What goes wrong is told in one line, with its code; the exit status is 1."""
    os.umask(0o077)  # whatever an installation writes is its owner's alone
    try:
        app()
    except TrothError as error:
        clause = f" (clause {error.clause})" if error.clause else ""
        typer.echo(f"troth: {error.code}: {error.message}{clause}", err=True)
        sys.exit(1)
    except OSError as error:
        typer.echo(f"troth: {error.filename}: {error.strerror}. Check the path and its permissions.", err=True)
        sys.exit(1)


@app.command()
def init(
    directory: Annotated[Path, typer.Argument(help="Where the installation goes; made if it is not there.")],
    example: Annotated[Path | None, typer.Option("--from", help="Copy statement and site from this directory.")] = None,
    url: Annotated[str, typer.Option(help="Where people reach the site.")] = "http://127.0.0.1:8000",
    country: Annotated[str | None, typer.Option(help="The country the store stands in, ISO 3166.")] = None,
    database: Annotated[str, typer.Option(help="postgresql://… for the rows, or sqlite.")] = "sqlite",
    keys_database: Annotated[str, typer.Option(help="postgresql://… for the keys, or sqlite.")] = "sqlite",
) -> None:
    """Makes a new site: a starter statement, a settings file, and keys."""
    from troth.entry.founding import found  # noqa: PLC0415 - loads cryptography

    found(directory, example=example, url=url, country=country, database=database, keys_database=keys_database)
    typer.echo(f"Made {directory}: statement.yaml, troth.toml, keys/.")
    typer.echo(f"Next: troth check {directory}/statement.yaml")
    typer.echo(f"      troth publish {directory}/statement.yaml --effective today --data {directory}")
    typer.echo(f"      troth serve --data {directory}")


@app.command()
def check(
    file: StatementFile,
    as_json: Json = False,
    on: Annotated[str, typer.Option("--on", help="Check as of this day, YYYY-MM-DD.")] = "today",
) -> None:
    """Says everything that is wrong with a statement. Exit status 1 when any of it is an error."""
    loaded = load(file)
    found = findings_of(loaded, today=day_of(on))
    errors = [finding for finding in found if finding.severity == "error"]
    if as_json:
        print_json({"file": str(file), "ok": not errors, "findings": [_finding(one) for one in found]})
    else:
        for finding in found:
            typer.echo(finding.line(str(file)))
        typer.echo(_summary(file, loaded, len(errors), len(found) - len(errors)))
    raise typer.Exit(1 if errors else 0)


def _summary(file: Path, loaded: Loaded, errors: int, warnings: int) -> str:
    if errors or warnings or loaded.statement is None:
        return f"{file}: errors: {errors}, warnings: {warnings}."
    whole = loaded.statement
    counted = f"{len(whole.collection)} collection points, {len(whole.purposes)} purposes, {len(whole.recipients)}"
    return f"{file}: whole. {counted} recipients."


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "code": finding.code, "severity": finding.severity, "message": finding.message,
        "line": finding.where.line, "column": finding.where.column, "place": list(finding.place),
    }  # fmt: skip


@app.command()
def show(
    file: StatementFile,
    language: Annotated[str | None, typer.Option(help="One of the statement's languages.")] = None,
    form: Annotated[Literal["html", "markdown", "jsonld"], typer.Option("--format")] = "markdown",
) -> None:
    """Prints the statement as people read it."""
    from troth.statement.show import show as shown  # noqa: PLC0415 - other commands do not need it

    statement = _whole(file)
    if language and language not in statement.languages:
        stop(f"{file} has no text in {language}; it has {', '.join(statement.languages)}.")
    typer.echo(shown(statement, language or statement.languages[0], form))


@app.command()
def diff(old: StatementFile, new: StatementFile, as_json: Json = False) -> None:
    """Says what changes from OLD to NEW, what of it is material, and who must be asked again."""
    from troth.statement.difference import difference  # noqa: PLC0415 - other commands do not need it

    before, after = _whole(old), _whole(new)
    found = difference(before, after, after.languages[0])
    if as_json:
        print_json({"material": found.material, **asdict(found)})
        return
    for change in found.changes:
        typer.echo(f"{'material' if change.material else 'minor':9}{change.kind:9}{change.clause}  {change.why}")
    typer.echo(f"Changes: {len(found.changes)}, of them material: {sum(one.material for one in found.changes)}.")
    if found.ask_again:
        typer.echo(f"To be asked again: {', '.join(found.ask_again)}.")


@app.command()
def serve(
    data: Data = Path(),
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.", min=1, max=65535)] = 8000,
) -> None:
    """Serves the site, its pages, its API and its ledger."""
    installation = installed(data)
    from troth.entry import service  # noqa: PLC0415 - needs the installation

    service.serve(installation, host, port)


@app.command()
def verify(
    data: Annotated[Path | None, typer.Option("--data", help="Verify this installation, offline.")] = None,
    url: Annotated[str | None, typer.Option("--url", help="Verify a running site from outside.")] = None,
    receipt: Annotated[Path | None, typer.Option("--receipt", help="Verify a receipt, offline.")] = None,
    vkey: Annotated[str | None, typer.Option(help="The verifier key you trust; else the one that comes along.")] = None,
    remembered: Annotated[
        Path | None, typer.Option(help="A checkpoint kept from earlier; the log must extend it.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Rebuilds the ledger and checks every entry, tile and checkpoint; or checks one receipt."""
    from troth.entry import verifying  # noqa: PLC0415 - other commands do not need it

    key, kept = vkey or "", ""
    if remembered:
        kept = remembered.read_text("utf-8", "replace") or "nothing"  # an empty file is no checkpoint either
    if receipt:
        key = key or (verifying.key_of(url) if url else "")
        result = verifying.receipt(receipt, key)
    elif url:
        result = verifying.site(url, key, kept, quiet=as_json)
    else:
        installed(data or Path())
        result = verifying.store(key, kept, quiet=as_json)
    if as_json:
        print_json(verifying.told(result))
    else:
        for line in verifying.lines(result):
            typer.echo(line)
        if receipt and not key:
            typer.echo(
                "Signed with the key that the receipt names. Give --url SITE or --vkey KEY to check whose it is."
            )
    raise typer.Exit(1 if result.findings else 0)


@app.command()
def crawl(  # noqa: PLR0913, PLR0917 - each is an option of the command line
    url: Annotated[str, typer.Argument(help="Where to begin: the address of a page.")],
    statement: Annotated[Path | None, typer.Option(help="Hold it against this statement file.")] = None,
    data: Annotated[Path, typer.Option("--data", help="Else against what is in force in this installation.")] = Path(),
    pages: Annotated[int, typer.Option(help="Visit so many pages at most.", min=1, max=1000)] = 25,
    timeout: Annotated[float, typer.Option(help="Seconds for a page to load.", min=1, max=120)] = 20,
    rest: Annotated[float, typer.Option(help="Seconds for a page to come to rest.", min=0.5, max=60)] = 3,
    accept: Annotated[
        list[str] | None, typer.Option(help="Words of the control that accepts, or css=SELECTOR.")
    ] = None,
    decline: Annotated[list[str] | None, typer.Option(help="The same for declining; again for each step.")] = None,
    reopen: Annotated[list[str] | None, typer.Option(help="The same for changing a choice.")] = None,
    own: Annotated[
        list[str] | None, typer.Option(help="Another host that is the site's own; may be said again.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Visits a site as people do, and finds what it stores, asks and sends that its statement does not say."""
    try:
        from troth.entry import crawling  # noqa: PLC0415 - needs what troth[crawl] brings
    except ImportError as error:
        raise NoBrowser("`troth crawl` drives a browser. Install it: pip install 'troth[crawl]'.") from error
    held = _whole(statement) if statement else _in_force(data)
    wanted = crawling.Wanted(
        pages, timeout, rest, own or (), {"accept": accept or (), "decline": decline or (), "reopen": reopen or ()}
    )
    result = crawling.crawled(url, held, wanted, quiet=as_json)
    if as_json:
        print_json(crawling.told(result))
    else:
        for line in crawling.lines(result):
            typer.echo(line)
    raise typer.Exit(1 if result.errors else 0)


def _in_force(data: Path) -> Statement:
    installed(data)
    from django.conf import settings  # noqa: PLC0415 - needs the installation

    from troth.entry import starting  # noqa: PLC0415 - needs the installation
    from troth.statement import reads  # noqa: PLC0415 - needs the installation

    with starting.store_readable():
        starting.insist_on_begun()
        return reads.in_force(settings.TROTH_SERVICE, clock.now()).statement


@app.command()
def status(data: Data = Path(), as_json: Json = False) -> None:
    """Says in one look how an installation is doing, served or not. Exit status 1 when anything is wrong."""
    installed(data)
    from troth.entry import status as asked  # noqa: PLC0415 - needs the installation

    now = clock.now()
    told = asked.gather(now)
    if as_json:
        print_json(told)
    else:
        asked.show(told, now)
    raise typer.Exit(0 if told["ok"] else 1)


def installed(directory: Path) -> Path:
    """Makes `directory` the installation that this process works on."""
    from troth.entry.installation import Installation  # noqa: PLC0415 - other commands do not need it

    installation = Installation(directory)
    os.environ["TROTH_DATA"] = str(installation.directory)
    os.environ["DJANGO_SETTINGS_MODULE"] = "troth.entry.settings"
    import django  # noqa: PLC0415 - `check` must not load it

    django.setup()
    return installation.directory


def _whole(file: Path) -> Statement:
    loaded = load(file)
    if loaded.statement is None:
        for finding in loaded.findings:
            typer.echo(finding.line(str(file)), err=True)
        raise typer.Exit(1)
    return loaded.statement


def day_of(text: str) -> date:
    """The day that somebody wrote."""
    if text == "today":
        return clock.now().date()  # a version's day begins at 00:00 UTC
    try:
        return date.fromisoformat(text)
    except ValueError:
        stop(f"`{text}` is not a day. Write it as YYYY-MM-DD, or `today`.")


def stop(message: str) -> NoReturn:
    """Ends the command with `message`; the exit status is 1."""
    typer.echo(f"troth: {message}", err=True)
    raise typer.Exit(1)


def print_json(value: object) -> None:
    """Answers with `value`, in a shape that programs read."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))
