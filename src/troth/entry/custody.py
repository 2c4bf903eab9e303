"""Commands that look after what is held: `troth erase`, `troth backup`, `troth restore`, `troth keys rotate`."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

Person = Annotated[str | None, typer.Argument(help="Their reference; else their address is read from the input.")]
Data = Annotated[Path, typer.Option("--data", help="The installation's directory.")]
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


def add_to(app: typer.Typer) -> None:
    """Adds these commands to `app`."""
    for command in (erase, backup, restore):
        app.command()(command)
    keys = typer.Typer(no_args_is_help=True, help="Looks after the installation's keys.")
    keys.callback()(_keys)
    keys.command()(rotate)
    app.add_typer(keys, name="keys")


def erase(person: Person = None, data: Data = Path(), as_json: Json = False) -> None:
    """Erases a person: their key is destroyed, and nobody can read or find what was held of them any more."""
    from troth.entry import commands  # noqa: PLC0415 - it knows these commands

    commands.installed(data)
    from troth.entry import erasing, service  # noqa: PLC0415 - needs the installation

    service.prepare()
    certificate = erasing.erase(person or "", sys.stdin)
    if as_json:
        commands.print_json(certificate)
    else:
        typer.echo(f"Erased. The ledger says so: {certificate['entry']}")
        if told := json.loads(certificate["entry"])["recipients"]:
            typer.echo(f"Used what was held of them, and are to be told: {', '.join(told)}.")


KeysFile = Annotated[Path | None, typer.Option("--with-keys", help="A sealed copy of all keys, to be kept elsewhere.")]
RecoveryKey = Annotated[Path | None, typer.Option(help="The key to that copy; made by the first backup with keys.")]


def backup(
    directory: Annotated[Path, typer.Argument(help="Where the backup goes; not there yet, or empty.")],
    data: Data = Path(),
    with_keys: KeysFile = None,
    recovery_key: RecoveryKey = None,
    as_json: Json = False,
) -> None:
    """Makes a backup of everything but the keys, as it stands at one moment, while the site is served."""
    from troth.entry import commands  # noqa: PLC0415 - it knows these commands

    _insist_on_both(with_keys, recovery_key)
    commands.installed(data)
    from troth.entry import backup as making  # noqa: PLC0415 - needs the installation
    from troth.entry.verifying import stages  # noqa: PLC0415 - needs the installation

    with stages(quiet=as_json) as stage:
        made = making.make(directory.absolute(), with_keys, recovery_key, stage)
    if as_json:
        told = {"directory": str(directory), "at": made.at, "entries": made.size, "root": made.root}
        commands.print_json({**told, "keys": str(with_keys) if with_keys else None})
    else:
        typer.echo(f"{directory} holds all of {made.at}: {made.size:,} entries of the ledger, root {made.root}.")
        typer.echo(f"Keys: {with_keys}, sealed under {recovery_key}." if with_keys else "It holds no key.")


def restore(
    directory: Annotated[Path, typer.Argument(help="A backup.")],
    data: Data = Path(),
    with_keys: KeysFile = None,
    recovery_key: RecoveryKey = None,
    ledger: Annotated[
        str, typer.Option(help="A site, or a mirror of its log, that knows what happened later; `lost` if none does.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Puts a backup back, and erases again whoever was erased since. What else came later is lost, and said to be."""
    from troth.entry import commands  # noqa: PLC0415 - it knows these commands

    _insist_on_both(with_keys, recovery_key)
    commands.installed(data)
    from troth.entry import restore as restoring  # noqa: PLC0415 - needs the installation
    from troth.entry.verifying import lost, stages  # noqa: PLC0415 - needs the installation

    asked = restoring.Asked(directory.absolute(), with_keys, recovery_key, ledger)
    with stages(quiet=as_json) as stage:
        done = restoring.restore(asked, stage)
    if as_json:
        commands.print_json(vars(done))
    else:
        typer.echo(f"Put back what there was at {done.at}: {done.entries:,} entries of the ledger.")
        again = f"Erased again: {done.erased_again:,}. Wishes noted again: {done.wished_again:,}."
        typer.echo(f"Entries behind them: {done.later:,}. {again}")
        typer.echo("Sessions, passwords and passkeys are not put back. Everybody signs in with a code.")
        for line in lost(done.lost):
            typer.echo(line)


def _insist_on_both(with_keys: Path | None, recovery_key: Path | None) -> None:
    if bool(with_keys) != bool(recovery_key):
        message = "--with-keys and --recovery-key go together: a copy of keys, and the file of its own key."
        raise typer.BadParameter(message)


def _keys() -> None:
    """Looks after the installation's keys."""


def rotate(data: Data = Path(), as_json: Json = False) -> None:
    """Exchanges the key-encryption key and every person's key, and seals anew what is held. Cut short, it goes on."""
    from troth.entry import commands  # noqa: PLC0415 - it knows these commands

    commands.installed(data)
    from troth.entry import rotation  # noqa: PLC0415 - needs the installation
    from troth.entry.verifying import stages  # noqa: PLC0415 - needs the installation

    with stages(quiet=as_json) as stage:
        persons = rotation.rotate(stage("persons"))
    if as_json:
        commands.print_json({"persons": persons})
    else:
        typer.echo(f"All keys of the vault are other ones, and what is held is sealed anew; persons: {persons:,}.")
