"""`troth desk`: who may come to the desk, as which post, and what each may do."""

from pathlib import Path
from typing import Annotated

import typer

from troth import clock
from troth.entry.people import Data, Json, kept, prepared, told

desk = typer.Typer(no_args_is_help=True, help="Posts at the desk: who may come in, and what for.")

Name = Annotated[str, typer.Argument(help="Of the job, not of the person: privacy-officer.")]


def add_to(app: typer.Typer) -> None:
    """Makes these commands of `app`."""
    app.add_typer(desk, name="desk")


@desk.command("add")
def add(
    name: Name,
    may: Annotated[list[str], typer.Option(help="What it may do: letters, publish, visits; may be said again.")],
    data: Data = Path(),
) -> None:
    """Makes a post, and shows the invitation for whoever is to hold it this once."""
    service = prepared(data)
    from troth.desk import posts  # noqa: PLC0415 - needs the installation

    with kept():
        code = posts.add(name, may, service=service, at=clock.now())
    _tell(name, code)


@desk.command("invite")
def invite(name: Name, data: Data = Path()) -> None:
    """Lets somebody come in anew as this post, and shows the invitation this once. Whoever held it is out."""
    service = prepared(data)
    from troth.desk import posts  # noqa: PLC0415 - needs the installation

    with kept():
        code = posts.invite(name, service=service, at=clock.now())
    _tell(name, code)


@desk.command("list")
def list_posts(data: Data = Path(), as_json: Json = False) -> None:
    """Names the posts there are, and what each may do."""
    prepared(data)
    from troth.desk.posts import posts  # noqa: PLC0415 - needs the installation

    told([{"post": one.name, "may": sorted(one.may)} for one in posts()], as_json=as_json)


@desk.command("end")
def end(name: Name, data: Data = Path()) -> None:
    """Ends a post: nobody comes in as it any more, and whoever is there is out."""
    prepared(data)
    from troth.desk import posts  # noqa: PLC0415 - needs the installation

    with kept():
        posts.end(name, at=clock.now())
    typer.echo(f"Post {name} is ended.")


def _tell(name: str, code: str) -> None:
    from django.conf import settings  # noqa: PLC0415 - needs the installation
    from django.urls import reverse  # noqa: PLC0415 - needs the installation

    where = settings.TROTH_URL + reverse("desk-welcome")
    typer.echo(f"Post {name}. Within a day, open {where} and type this invitation,")
    typer.echo("which is shown this once:")
    typer.echo(code)
