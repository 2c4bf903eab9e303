"""Statistics go to everybody, to partners and to research so that nobody is found in them (P33)."""

import csv
import json
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support import forked
from tests.support.planted import Planted, busy, month_before, plant
from tests.support.site import Running, troth
from tests.support.solver import Solver
from tests.support.waiting import until

LEAST = 11


@pytest.fixture
def counted(new_site) -> Running:
    """A site that counted visits in the month before this one."""
    site: Running = new_site("synology-2006")
    site.stop()
    plant(site, busy(last_month()))
    site.start()
    return site


def last_month() -> date:
    return month_before(datetime.now(UTC).date())


def page_of(client: httpx.Client, site: Running, language: str = "") -> str:
    """The page of visits, once what is over is released."""

    def text() -> str:
        answer = client.get(f"{site.url}{language}/visits/")
        assert answer.status_code == 200
        return answer.text if answer.text.count('class="chart"') >= 6 else ""

    return until(text, "everybody is told of the month that is over")


@pytest.mark.promise("P33")
def test_everybody_sees_what_a_month_had_and_no_small_number(counted, client):
    """Where the statement says so, everybody sees what was counted, without cookie or script, and of nobody alone."""
    for language, title in (("", "Day by day, as a table"), ("/zh-hant", "逐日數字表格")):
        page = page_of(client, counted, language)
        assert title in page
        numbers = [int(one.replace(",", "")) for one in re.findall(r'class="number">\s*([\d,]+)\s*<', page)]
        assert len(numbers) > 40
        assert min(numbers) >= LEAST
        assert "Iceland" not in page
        assert "冰島" not in page
        assert "/collect/career/" not in page.partition("<footer")[0]
        assert "<script" not in page.partition("<main")[2]
        assert " style=" not in page
    assert not client.cookies
    assert client.get(f"{counted.url}/visits/{last_month():%Y-%m}/").status_code == 200
    assert client.get(f"{counted.url}/visits/1999-01/").status_code == 404


@pytest.mark.promise("P33")
def test_statistics_are_for_staff_where_the_statement_says_so(infortrend, client, tmp_path):
    """A statement that leaves statistics to staff shows nobody else any; the command tells staff."""
    assert client.get(f"{infortrend.url}/visits/").status_code == 404
    told = json.loads(troth("visits", "--json", "--data", infortrend.directory))
    assert told["pages"]["visits"] == 0
    refused = release(infortrend, tmp_path / "table.json", "isp", to="research")
    assert "sharing.not-declared" in refused


def release(site: Running, out: Path, *by: str, to: str = "research", **how: Any) -> str:
    """Asks for a table; answers why it was refused, or nothing."""
    asked = [part for one in by for part in ("--by", one)]
    asked += [part for name, value in how.items() for part in (f"--{name}", str(value))]
    done = forked.run("release", "--to", to, *asked, "--out", out, "--data", site.directory)
    assert done.returncode in (0, 1), done.stderr
    return done.stderr if done.returncode else ""


@pytest.mark.promise("P33")
def test_a_solver_finds_no_small_number_in_everything_that_was_released(counted, client, tmp_path):
    """Partners and research get tables; what could expose somebody beside the others is refused.

    A solver that is given all that left, to whomever, finds each small number to be possibly none.
    """
    page_of(client, counted)
    month = last_month()
    files: list[Path] = []

    def asked(*by: str, **how: Any) -> str:
        out = tmp_path / f"{len(files)}.json"
        refused = release(counted, out, *by, **how)
        if not refused:
            files.append(out)
        return refused

    assert not any([asked("page"), asked("country"), asked("isp"), asked("country", "page"), asked("country", "isp")])
    assert "sharing.exposing" in asked("page", "isp")
    longer = f"{month_before(month):%Y-%m}/{month:%Y-%m}"
    assert "sharing.exposing" in asked("country", month=longer)
    assert "sharing.not-over" in asked("country", month=f"{datetime.now(UTC):%Y-%m}")
    assert "entry.no-month" in asked("country", month="then")
    assert "sharing.not-declared" in asked("country", to="somebody")
    assert "sharing.too-few" in asked("country", month=f"{month_before(month, 3):%Y-%m}")
    assert not asked("page", "country", to="everybody")
    assert files[-1].read_bytes() == files[3].read_bytes()

    tables = [json.loads(file.read_bytes()) for file in files]
    visits = [one for one in busy(month) if not one.element]
    axes = {name: sorted({getattr(one, name) for one in visits}) for name in ("page", "country", "isp")}
    found = solver(axes, tables, len(visits))
    for table in tables:
        for key, number in sums(visits, table["by"]).items():
            if number < LEAST:
                assert found.most(atoms(axes, dict(zip(table["by"], key, strict=True)))) >= LEAST, (table["by"], key)

    rows = tmp_path / "table.csv"
    assert not release(counted, rows, "country")
    (_, first), *others, (hidden, rest) = list(csv.reader(rows.read_text("utf-8").splitlines()))
    assert (first, hidden) == ("visits", "(not shown)")
    assert sum(int(one) for _, one in others) + int(rest) == len(visits)

    left = json.loads(troth("releases", "--json", "--data", counted.directory))
    assert {one["recipient"] for one in left} == {"everybody", "research"}
    counted.stop()
    assert "Verified" in troth("verify", "--data", counted.directory)


Axes = dict[str, list[str]]


def sums(visits: Sequence[Planted], by: Sequence[str]) -> dict[tuple[str, ...], int]:
    found: dict[tuple[str, ...], int] = {}
    for one in visits:
        key = tuple(getattr(one, name) for name in by)
        found[key] = found.get(key, 0) + 1
    return found


def atoms(axes: Axes, wanted: dict[str, str], alone: Callable[[str], Sequence[str]] = lambda _: ()) -> list[int]:
    """The numbers that nobody knows, of those that are in one count; ``*`` is whatever does not stand alone."""

    def counts(name: str, own: str) -> bool:
        value = wanted.get(name, own)
        return own == value or (value == "*" and own not in alone(name))

    every = list(product(*axes.values()))
    return [place for place, owns in enumerate(every) if all(map(counts, axes, owns))]


def solver(axes: Axes, tables: Sequence[dict[str, Any]], total: int) -> Solver:
    def told() -> Iterator[tuple[list[int], int]]:
        yield atoms(axes, {}), total
        for table in tables:
            assert table["total"] == total
            for *key, number in table["counts"]:
                assert number >= LEAST
                yield atoms(axes, dict(zip(table["by"], key, strict=True)), lambda name: table["values"][name]), number  # noqa: B023 - called at once

    unique = {(tuple(places), number) for places, number in told()}
    return Solver([(list(places), number) for places, number in sorted(unique)], len(atoms(axes, {})))
