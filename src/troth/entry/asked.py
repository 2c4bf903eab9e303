"""`troth requests`: what people ask for, taken in on their behalf, and answered."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from troth import clock
from troth.entry.people import Data, Json, kept, prepared, told

requests = typer.Typer(no_args_is_help=True, help="What people ask for: by when it is to be answered, and by what.")

Ref = Annotated[str, typer.Argument(help="The request's reference.")]


def add_to(app: typer.Typer) -> None:
    """Makes these commands of `app`."""
    app.add_typer(requests, name="requests")


@requests.command("new")
def new(
    right: Annotated[str, typer.Argument(help="A right of the statement, stop-marketing or question.")],
    person: Annotated[str, typer.Option(help="The person's reference; nobody's while it is not known.")] = "",
    data: Data = Path(),
) -> None:
    """Takes in what somebody asks for by telephone, by post or in person. Its clock begins."""
    service = prepared(data)
    from troth.control.asked import request  # noqa: PLC0415 - needs the installation
    from troth.control.asking import Through, ask  # noqa: PLC0415 - needs the installation

    with kept():
        ref = ask(person, right, service=service, through=Through("staff", "staff"), at=clock.now())
    typer.echo(f"Request {ref} is to be answered by {request(ref).due}.")


@requests.command("list")
def listed(
    data: Data = Path(),
    every: Annotated[bool, typer.Option("--all", help="Those that are answered as well.")] = False,
    as_json: Json = False,
) -> None:
    """Names every request that waits for its answer, the most pressing first."""
    prepared(data)
    from troth.control.asked import requests as asked  # noqa: PLC0415 - needs the installation

    told([_said(one) for one in asked(closed=every)], as_json=as_json)


@requests.command("show")
def show(ref: Ref, data: Data = Path(), as_json: Json = False) -> None:
    """Shows one request, with what the person wrote."""
    prepared(data)
    from troth.control.asked import files_of, request, words_of  # noqa: PLC0415 - needs the installation

    files = [{"name": one.name, "type": one.kind, "size": len(one.content)} for one in files_of(ref)]
    told([_said(request(ref)) | {"words": words_of(ref), "files": files}], as_json=as_json)


@requests.command("file")
def file(
    ref: Ref,
    number: Annotated[int, typer.Argument(help="Which of its files, as `show` names them.", min=1)],
    to: Annotated[Path, typer.Option("--to", help="Where to write it. Nothing there is overwritten.")],
    data: Data = Path(),
) -> None:
    """Writes a file that came with a request by mail. Look at it with care: anybody may have sent it."""
    prepared(data)
    from troth.control.asked import files_of  # noqa: PLC0415 - needs the installation
    from troth.control.errors import NoSuchRequest  # noqa: PLC0415 - needs the installation

    found = files_of(ref)
    if number > len(found):
        message = "No such file came with this request. `troth requests show` names those that did."
        raise NoSuchRequest(message)
    with to.open("xb") as written:
        written.write(found[number - 1].content)
    typer.echo(f"Written to {to}.")


@requests.command("extend")
def extend(
    ref: Ref,
    reason: Annotated[str, typer.Option(help="Why: complex or many.")],
    data: Data = Path(),
) -> None:
    """Takes longer for an answer, once, as far as the law lets it. The person is told why."""
    prepared(data)
    from troth.control import asking  # noqa: PLC0415 - needs the installation
    from troth.control.asked import request  # noqa: PLC0415 - needs the installation

    with kept():
        asking.extend(ref, reason=reason, by="staff", at=clock.now())
    typer.echo(f"Request {ref} is to be answered by {request(ref).due}.")


@requests.command("close")
def close(
    ref: Ref,
    outcome: Annotated[str, typer.Option(help="done or refused.")],
    reason: Annotated[
        str,
        typer.Option(help="Why refused: unfounded, excessive, not-identified, obliged, not-ours or nothing-held."),
    ] = "",
    data: Data = Path(),
) -> None:
    """Answers a request. What came of it stands on the person's page and in the ledger."""
    prepared(data)
    from troth.control import asking  # noqa: PLC0415 - needs the installation

    with kept():
        asking.close(ref, outcome=outcome, reason=reason, by="staff", at=clock.now())
    typer.echo(f"Request {ref} is answered: {outcome}.")


def _said(one: Any) -> dict[str, Any]:
    today: date = clock.now().date()
    return {
        "request": one.ref, "asked": one.asked, "state": "overdue" if one.overdue(today) else one.state,
        "due": one.due.isoformat(), "law": one.law, "received": clock.rfc3339(one.at), "door": one.door,
        "person": one.person, "reason": one.reason, "entry": one.leaf,
    }  # fmt: skip
