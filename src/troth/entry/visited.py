"""`troth visits` and `troth release`: what was counted, for staff; and tables of it that leave."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Final, cast

import typer

from troth import clock
from troth.entry.people import Data, Json, kept, prepared, told
from troth.errors import TrothError

_ROWS: Final = 10
Month = Annotated[str, typer.Option("--month", help="YYYY-MM, or several as YYYY-MM/YYYY-MM; else the last one over.")]


class NoMonth(TrothError):
    """What stands where a month belongs is none."""

    code, status = "entry.no-month", 422


def add_to(app: typer.Typer) -> None:
    """Makes these commands of `app`."""
    app.command("visits")(visits)
    app.command("release")(release)
    app.command("releases")(releases)


def visits(
    data: Data = Path(),
    month: Month = "",
    rows: Annotated[int, typer.Option(help="How many rows of each table to show.", min=1)] = _ROWS,
    as_json: Json = False,
) -> None:
    """Says what was counted in a month, for staff: it holds small numbers, and is not to be passed on."""
    prepared(data)
    from troth.entry.commands import print_json  # noqa: PLC0415 - it knows this module
    from troth.visits.statistics import report  # noqa: PLC0415 - needs the installation
    from troth.visits.stores import store  # noqa: PLC0415 - needs the installation

    with kept():
        store().settle()
    span = _span(month)
    found = report(span, at=clock.now())
    if as_json:
        by = {name: [one._asdict() for one in counts] for name, counts in found.by.items()}
        print_json({"first": str(span.first), "last": str(span.last), "pages": found.pages._asdict(),
              "elements": found.elements._asdict(), "by": by})  # fmt: skip
        return
    typer.echo(f"{span.first} to {span.last}: page views {found.pages.visits}, visitors {found.pages.visitors},")
    typer.echo(f"key elements used {found.elements.visits} times. For staff: pass on only what `troth release` gives.")
    for name, counts in found.by.items():
        typer.echo(f"\n{name:40}{'visits':>10}{'visitors':>10}")
        for one in counts if name == "day" else counts[:rows]:
            typer.echo(f"{' '.join(one.key) or '(unknown)':40}{one.visits:>10}{one.visitors:>10}")


def release(
    recipient: Annotated[str, typer.Option("--to", help="A recipient of the statement, or research.")],
    by: Annotated[list[str], typer.Option(help="day, page, referrer, country, isp, browser or element; up to two.")],
    out: Annotated[Path, typer.Option(help="Where the table goes; .csv for rows, JSON otherwise.")],
    data: Data = Path(),
    month: Month = "",
    epsilon: Annotated[float, typer.Option(help="With noise: so much of the year's budget. 0 for none.", min=0)] = 0,
) -> None:
    """Writes a table of visits in which nobody is found. What could expose somebody is refused."""
    prepared(data)
    from troth.visits.releasing import share  # noqa: PLC0415 - needs the installation
    from troth.visits.stores import Dimension  # noqa: PLC0415 - needs the installation

    span = _span(month)
    with kept():
        made = share(
            span, cast("tuple[Dimension, ...]", tuple(by)), recipient=recipient, epsilon=epsilon, at=clock.now()
        )
    out.write_bytes(_rows(made.body) if out.suffix == ".csv" else made.body + b"\n")
    typer.echo(f"Release {made.ref} is written to {out}; its SHA-256 in the ledger is {made.digest}.")


def releases(data: Data = Path(), as_json: Json = False) -> None:
    """Names every table that left, to whom, and its entry."""
    service = prepared(data)
    from troth.sharing.reads import releases as made  # noqa: PLC0415 - needs the installation

    told(
        [
            {
                **one._asdict(), "first": str(one.first), "last": str(one.last), "by": list(one.by),
                "epsilon": one.epsilon / 1000, "at": clock.rfc3339(one.at), "leaf": one.leaf.hex(),
            }
            for one in made(service)
        ],
        as_json=as_json,
    )  # fmt: skip


def _span(month: str) -> Any:
    from troth.visits.releasing import Span  # noqa: PLC0415 - needs the installation

    over = clock.now().date().replace(day=1) - timedelta(days=1)
    try:
        return Span.of(*(month or f"{over:%Y-%m}").split("/", 1))
    except ValueError:
        message = "This is no month. Write it as YYYY-MM."
        raise NoMonth(message) from None


def _rows(body: bytes) -> bytes:
    import csv  # noqa: PLC0415 - seldom asked for
    import io  # noqa: PLC0415 - seldom asked for

    table, lines = json.loads(body), io.StringIO()
    write = csv.writer(lines)
    write.writerow([*table["by"], "visits" if "total" in table else "visitors"])
    write.writerows(table["counts"])
    if "total" in table:
        write.writerow([*["(not shown)"] * len(table["by"]), table["others"]])
    return lines.getvalue().encode()
