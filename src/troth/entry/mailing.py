"""`troth mail`: what goes to many, composed in a file, looked at, tried out, sent, paused and resumed."""

import time
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from troth import clock
from troth.entry.people import Data, Json, kept, prepared, told

mail = typer.Typer(no_args_is_help=True, help="Mail that goes to many: newsletters, and notices by what people own.")

Ref = Annotated[str, typer.Argument(help="The issue's reference.")]
_LOOK_EVERY = 1.0


def add_to(app: typer.Typer) -> None:
    """Makes these commands of `app`."""
    app.add_typer(mail, name="mail")


@mail.command("dkim")
def dkim(data: Data = Path()) -> None:
    """Makes the key that signs mail, if there is none, and prints what the DNS is to say of it."""
    prepared(data)
    from django.conf import settings  # noqa: PLC0415 - needs the installation

    from troth.mail import signing  # noqa: PLC0415 - needs the installation

    if not (settings.TROTH_KEYS_DIR / signing.FILE).exists():
        signing.make_key(settings.TROTH_KEYS_DIR)
    server = settings.TROTH_MAIL
    name = f"{server.selector}._domainkey.{server.sender.rpartition('@')[2]}." if server else "SELECTOR._domainkey."
    typer.echo(f'{name} IN TXT "{signing.record(settings.TROTH_KEYS_DIR)}"')


@mail.command("new")
def new(
    file: Annotated[Path, typer.Argument(help="The issue: Markdown, docs/newsletters.md says how.")],
    data: Data = Path(),
) -> None:
    """Takes in an issue from its file. What its class may not carry is refused. Nothing is sent yet."""
    service = prepared(data)
    from troth.mail import issues  # noqa: PLC0415 - needs the installation

    with kept():
        ref = issues.new(file.read_text("utf-8"), service=service, at=clock.now())
    typer.echo(f"Issue {ref} is taken in. Next: troth mail preview {ref}")


@mail.command("preview")
def preview(
    ref: Ref,
    data: Data = Path(),
    language: Annotated[str, typer.Option(help="One of the statement's languages; the first otherwise.")] = "",
    form: Annotated[Literal["text", "html"], typer.Option("--format")] = "text",
) -> None:
    """Shows an issue as somebody reads it whose name is not known and whose links tell nothing."""
    service = prepared(data)
    from troth.mail import trying  # noqa: PLC0415 - needs the installation

    subject, text, html = trying.preview(ref, language, service=service, at=clock.now())
    typer.echo(html if form == "html" else f"{subject}\n\n{text}")


@mail.command("test")
def try_out(
    ref: Ref,
    address: Annotated[str, typer.Argument(help="Your own address.")],
    data: Data = Path(),
) -> None:
    """Sends an issue to yourself, once in each language. Its addresses to unsubscribe are nobody's."""
    service = prepared(data)
    from troth.mail import trying  # noqa: PLC0415 - needs the installation

    number = trying.send(ref, address, service=service, at=clock.now())
    typer.echo(f"Handed over: {number}.")


@mail.command("audience")
def audience(ref: Ref, data: Data = Path(), as_json: Json = False) -> None:
    """Says how many would get an issue now, and how many would not, and why. Nothing is opened for that."""
    service = prepared(data)
    from troth.mail.issues import told as issue  # noqa: PLC0415 - needs the installation

    told([_audience(issue(ref), service)], as_json=as_json)


@mail.command("send")
def send(
    ref: Ref,
    data: Data = Path(),
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before it goes.")] = False,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Stay until it is done, and help.")] = True,
) -> None:
    """Says who would get an issue, asks, and sends it. Ended early, the server goes on with it."""
    service = prepared(data)
    from troth.mail import issues  # noqa: PLC0415 - needs the installation

    found = _audience(issues.told(ref), service)
    typer.echo(f"{found['gets']:,} would get it.")
    for why, number in sorted(found["left out"].items()):
        typer.echo(f"{number:,} are left out: {why}")
    if not yes:
        typer.confirm("Send it?", abort=True)
    issues.begin(ref, at=clock.now())
    if wait:
        _work(ref)


@mail.command("pause")
def pause(ref: Ref, data: Data = Path()) -> None:
    """Nobody is given the issue any more until it is resumed."""
    prepared(data)
    from troth.mail import issues  # noqa: PLC0415 - needs the installation

    issues.pause(ref)
    typer.echo(f"Issue {ref} is paused.")


@mail.command("resume")
def resume(
    ref: Ref,
    data: Data = Path(),
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Stay until it is done, and help.")] = True,
) -> None:
    """The issue goes on to whoever waits for it."""
    prepared(data)
    from troth.mail import issues  # noqa: PLC0415 - needs the installation

    issues.resume(ref, at=clock.now())
    if wait:
        _work(ref)


@mail.command("status")
def status(
    ref: Annotated[str, typer.Argument(help="The issue's reference; all otherwise.")] = "",
    data: Data = Path(),
    as_json: Json = False,
) -> None:
    """Says how far an issue is: to how many it went, whom it left out and why, which links were followed."""
    prepared(data)
    from troth.mail import issues  # noqa: PLC0415 - needs the installation

    found = [issues.told(ref)] if ref else issues.all_told()
    told([_told(one) for one in found], as_json=as_json)


def _audience(issue: Any, service: str) -> dict[str, Any]:
    from troth.mail.issues import audience as counted  # noqa: PLC0415 - needs the installation

    gets, left_out = counted(issue, service, clock.now())
    return {"issue": issue.ref, "gets": gets, "left out": left_out}


def _told(issue: Any) -> dict[str, Any]:
    from troth.sharing.rules import K  # noqa: PLC0415 - needs the installation

    return {
        "issue": issue.ref, "mail": issue.mail, "state": issue.state, "total": issue.total, "waiting": issue.waiting,
        **issue.counts, "left out": issue.left_out,
        "followed": {link: number if number >= K else f"fewer than {K}" for link, number in issue.followed.items()},
    }  # fmt: skip


def _work(ref: str) -> None:
    """Sends, beside the server if one runs, until the issue is done, paused, or waits for later."""
    from rich.progress import Progress  # noqa: PLC0415 - `troth check` starts without it

    from troth.mail import issues  # noqa: PLC0415 - needs the installation
    from troth.mail.jobs import Issues  # noqa: PLC0415 - needs the installation

    sending, rests_until = Issues(), 0.0
    with kept(), Progress() as progress:
        bar = progress.add_task("mails", total=None)
        while (issue := issues.told(ref)).state in issues.UNDER_WAY:
            progress.update(bar, total=issue.total or None, completed=issue.total - issue.waiting)
            if time.monotonic() >= rests_until:
                rests_until = time.monotonic() + sending.send_some(clock.now())
            time.sleep(min(_LOOK_EVERY, max(0.0, rests_until - time.monotonic())))
    done = issues.told(ref)
    typer.echo(
        f"Issue {ref} is {done.state}: " + ", ".join(f"{name} {number:,}" for name, number in done.counts.items())
    )
