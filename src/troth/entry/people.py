"""`troth token` and `troth person`: what programs may ask, and what persons wish, on their behalf."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from troth import clock

tokens = typer.Typer(no_args_is_help=True, help="Tokens with which programs ask what may be used.")
persons = typer.Typer(no_args_is_help=True, help="What persons wish, noted on their behalf, and what was used of them.")

_MOST = 100_000

Data = Annotated[Path, typer.Option("--data", help="The installation's directory.")]
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
Ref = Annotated[str, typer.Argument(help="The person's reference.")]
Choice = Annotated[str, typer.Argument(help="PURPOSE, or PURPOSE.RECIPIENT where each is asked about.")]
Against = Annotated[str, typer.Argument(help="purpose.NAME, transfer.COUNTRY or recipient.NAME.")]
Back = Annotated[bool, typer.Option("--take-back", help="Take it back instead.")]


def add_to(app: typer.Typer) -> None:
    """Makes these commands of `app`."""
    app.add_typer(tokens, name="token")
    app.add_typer(persons, name="person")
    app.command("mails")(mails)


@tokens.command("new")
def new_token(
    purpose: Annotated[
        list[str] | None, typer.Option(help="A purpose that it may ask about; may be said again.")
    ] = None,
    data: Data = Path(),
    recipient: Annotated[str, typer.Option(help="The recipient whose it is; this service's own otherwise.")] = "",
    requests: Annotated[bool, typer.Option("--requests", help="It may take requests in, for anybody.")] = False,
    days: Annotated[int, typer.Option(help="For how many days it holds.", min=1, max=366)] = 90,
) -> None:
    """Makes a token and shows it this once."""
    service = prepared(data)
    from troth.use.actions import make_token  # noqa: PLC0415 - needs the installation
    from troth.use.tokens import REQUESTS  # noqa: PLC0415 - needs the installation

    now = clock.now()
    expires = now + timedelta(days=days)
    with kept():
        wanted = [*(purpose or ()), *([REQUESTS] if requests else ())]
        ref, secret = make_token(wanted, recipient, service=service, expires=expires, at=now)
    typer.echo(f"Token {ref}, until {expires.date()}. Keep it safe; it is shown this once:")
    typer.echo(secret)


@tokens.command("list")
def list_tokens(data: Data = Path(), as_json: Json = False) -> None:
    """Names every token that was made, and what became of it."""
    prepared(data)
    from troth.use.tokens import tokens as made  # noqa: PLC0415 - needs the installation

    now = clock.now()
    rows = [
        {
            "token": one.ref, "purposes": sorted(one.purposes), "recipient": one.recipient,
            "expires": clock.rfc3339(one.expires),
            "state": "ended" if one.ended else "over" if one.expires <= now else "in force",
        }
        for one in made()
    ]  # fmt: skip
    told(rows, as_json=as_json)


@tokens.command("end")
def end_token(
    token: Annotated[str, typer.Argument(help="The token's reference.")],
    data: Data = Path(),
) -> None:
    """Ends a token: whoever has it is refused from now on."""
    prepared(data)
    from troth.use.actions import end_token as end  # noqa: PLC0415 - needs the installation

    with kept():
        end(token, at=clock.now())
    typer.echo(f"Token {token} is ended.")


@persons.command("agree")
def agree(person: Ref, choice: Choice, data: Data = Path()) -> None:
    """Notes a person's yes to a purpose that waits for one."""
    _wish(data, person, "consent", about=choice)


@persons.command("withdraw")
def withdraw(person: Ref, choice: Choice, data: Data = Path()) -> None:
    """Notes that a person takes a yes back. The next use is refused."""
    _wish(data, person, "consent", about=choice, given=False)


@persons.command("object")
def objects(person: Ref, against: Against, data: Data = Path(), take_back: Back = False) -> None:
    """Notes that a person objects to a purpose, or to a transfer that is not essential."""
    _wish(data, person, "objection", about=against, given=not take_back)


@persons.command("restrict")
def restrict(person: Ref, data: Data = Path(), take_back: Back = False) -> None:
    """Notes that what is held of a person is to be kept and not used."""
    _wish(data, person, "restriction", given=not take_back)


@persons.command("accept")
def accept(
    person: Ref,
    version: Annotated[int, typer.Argument(help="The number of a version.")],
    data: Data = Path(),
    objects_to: Annotated[bool, typer.Option("--object", help="They object to it instead.")] = False,
) -> None:
    """Notes that a person accepts a newer statement for what they gave under an older one."""
    _wish(data, person, "acceptance", number=version, given=not objects_to)


@persons.command("age")
def age(
    person: Ref,
    years: Annotated[int, typer.Argument(help="In full years.")],
    data: Data = Path(),
    younger: Annotated[bool, typer.Option("--younger", help="They are younger than that.")] = False,
) -> None:
    """Notes that a person is of this age or older, or was found to be younger. No date of birth is kept."""
    _wish(data, person, "age", number=years, given=not younger)


@persons.command("supplement")
def supplement(
    record: Annotated[str, typer.Argument(help="The submission that it completes.")],
    name: Annotated[str, typer.Argument(help="A supplement of the statement.")],
    data: Data = Path(),
) -> None:
    """Adds what was found elsewhere, read from the input, to one submission. It is used for that one alone."""
    prepared(data)
    from troth.collection.supplements import supplement as add  # noqa: PLC0415 - needs the installation

    with kept():
        leaf = add(record, name, sys.stdin.read(_MOST).strip(), at=clock.now())
    typer.echo(f"Added; its entry is {leaf.hex()}.")


@persons.command("supplements")
def supplements(person: Ref, data: Data = Path(), as_json: Json = False) -> None:
    """Says what was added to what a person gave, from where, and for which submission; never what it says."""
    prepared(data)
    from troth.consent.reads import supplements_of  # noqa: PLC0415 - needs the installation
    from troth.statement.model import say  # noqa: PLC0415 - needs the installation
    from troth.statement.reads import version  # noqa: PLC0415 - needs the installation

    rows = []
    for one in supplements_of(person):
        statement = version(one.service, one.version).statement
        rows.append(
            {
                "supplement": one.name, "field": one.field, "record": one.record,
                "source": say(statement.supplements[one.name].source, statement.languages[0]),
                "at": clock.rfc3339(one.at), "until": clock.rfc3339(one.until),
            }
        )  # fmt: skip
    told(rows, as_json=as_json)


@persons.command("uses")
def uses(person: Ref, data: Data = Path(), as_json: Json = False) -> None:
    """Says for what values of a person were opened, when and by whom."""
    prepared(data)
    from troth.use.reads import uses_of  # noqa: PLC0415 - needs the installation

    told([one._asdict() | {"at": clock.rfc3339(one.at)} for one in uses_of(person)], as_json=as_json)


def mails(data: Data = Path(), as_json: Json = False) -> None:
    """Shows the letters that are kept here because no mail server is named; only where only this machine comes in."""
    prepared(data)
    from django.conf import settings  # noqa: PLC0415 - needs the installation

    from troth.mail import reads  # noqa: PLC0415 - needs the installation
    from troth.mail.errors import NotShown  # noqa: PLC0415 - needs the installation

    if not settings.TROTH_MAILS_SHOWN:
        message = "Letters are shown only where none are sent, and only on the machine itself. Look into your mail."
        raise NotShown(message)
    rows = [one.letter._asdict() | {"at": clock.rfc3339(one.made)} for one in reads.kept(clock.now())]
    told(rows, as_json=as_json)


def _wish(data: Path, person: str, kind: str, **said: Any) -> None:
    service = prepared(data)
    from troth.consent.wishes import Kind, Wish  # noqa: PLC0415 - needs the installation
    from troth.control.asking import noted  # noqa: PLC0415 - needs the installation

    with kept():
        wished = Wish(cast("Kind", kind), **{"given": True, **said})
        leaf = noted(person, wished, service=service, by="staff", at=clock.now())
    typer.echo(f"Noted; its entry is {leaf.hex()}.")


def prepared(data: Path) -> str:
    """Opens the installation, and answers whose site it is."""
    from troth.entry.commands import installed  # noqa: PLC0415 - it knows this module

    installed(data)
    from django.conf import settings  # noqa: PLC0415 - needs the installation

    from troth.entry.service import prepare  # noqa: PLC0415 - needs the installation

    prepare()
    service: str = settings.TROTH_SERVICE
    return service


@contextmanager
def kept() -> Iterator[None]:
    """What is written within gets its place in the ledger at once, also where nobody serves the site."""
    from troth.entry import starting  # noqa: PLC0415 - needs the installation
    from troth.ledger.actions import sequence  # noqa: PLC0415 - needs the installation

    with starting.store_readable():
        sequence()  # what a command left that was killed
        yield
        sequence()


def told(rows: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
    """Answers with `rows`: one to a line, or as JSON."""
    from troth.entry.commands import print_json  # noqa: PLC0415 - it knows this module

    if as_json:
        print_json(rows)
        return
    for row in rows:
        typer.echo("  ".join(f"{name} {_said(value)}" for name, value in row.items() if value))
    typer.echo(f"There are {len(rows)}.")


def _said(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | dict) else str(value)
