"""Commands that look after what is held: `troth erase`, `troth backup`, `troth restore`, `troth keys rotate`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

Person = Annotated[str | None, typer.Argument(help="Their reference; else their address is read from the input.")]
Data = Annotated[Path, typer.Option("--data", help="The installation's directory.")]
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


def add_to(app: typer.Typer) -> None:
    """Adds these commands to `app`."""
    app.command()(erase)


def erase(person: Person = None, data: Data = Path(), as_json: Json = False) -> None:
    """Erases a person: their key is destroyed, and nobody can read or find what was held of them any more."""
    from troth.entry import commands  # noqa: PLC0415 - it knows these commands

    commands.installed(data)
    from troth.entry import erasing  # noqa: PLC0415 - needs the installation

    certificate = erasing.erase(person or "", sys.stdin)
    if as_json:
        commands.print_json(certificate)
    else:
        typer.echo(f"Erased. The ledger says so: {certificate['entry']}")
