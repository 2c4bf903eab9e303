"""Observed: whoever runs a site sees how it is doing, and sees nothing of the people who use it."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.promises.test_sealed import PERSONAL, refused_everywhere, taken_everywhere
from tests.support import disks, documents, points, tampering
from tests.support.databases import Databases
from tests.support.forked import run
from tests.support.site import Running, free_port, http
from tests.support.waiting import until

Figures = dict[str, dict[tuple[str, ...], float]]
GONE = "ALTER TABLE statement_version RENAME TO gone"
BACK = "ALTER TABLE gone RENAME TO statement_version"


@pytest.fixture
def own(tmp_path: Path, store: Callable[[], Databases]) -> Iterator[Running]:
    """A site of the test's own."""
    site = Running.new("infortrend", tmp_path / "infortrend", store())
    yield site
    site.close()


@pytest.fixture
def damaged(tmp_path: Path, store: Callable[[], Databases]) -> Iterator[Running]:
    """A site to damage, so that nobody verifies it in the end."""
    site = Running.new("infortrend", tmp_path / "infortrend", store())
    yield site
    site.leave()


def status(site: Path) -> dict[str, Any]:
    """What `troth status --json` says of the installation."""
    done = run("status", "--data", site, "--json")
    told: dict[str, Any] = json.loads(done.stdout)
    assert done.stderr == ""
    assert told["ok"] == (not told["problems"]) == (done.returncode == 0)
    return told


def problems(site: Path) -> list[str]:
    """The codes of what is wrong with the installation."""
    return [one["code"] for one in status(site)["problems"]]


def test_status_tells_all_in_one_look(client: httpx.Client, own: Running) -> None:
    """While a site is served, its status tells of server, statement, keys, ledger and what is held."""
    for _ in range(2):
        points.taken(points.give(client, own, "information"))
    until(lambda: status(own.directory)["ledger"]["waiting"] == 0, "everything has its place")
    told = status(own.directory)
    assert told["server"]["pid"] == own.processes()[0]
    assert told["server"]["listens"] == f"127.0.0.1:{own.port}"
    assert datetime.fromisoformat(told["server"]["since"]) < datetime.now(UTC)
    assert told["statement"]["in_force"]["version"] == 1
    assert told["statement"]["next"] is None
    assert set(told["keys"].values()) == {"file"}
    assert (told["submissions"], told["held"]["persons"], told["tables_current"]) == (2, 2, True)
    assert told["held"]["values"] >= 4
    assert told["held"]["next_due"] > told["ledger"]["signed"]
    assert told["ledger"]["entries"] >= 3
    assert told["disk_free"] > 0


def test_status_without_a_server(client: httpx.Client, own: Running) -> None:
    """While a site is not served, the same is told, and that no server runs; in words for whoever asks without JSON."""
    points.taken(points.give(client, own, "information"))
    before = status(own.directory)
    own.stop()
    assert status(own.directory)["server"] is None
    assert status(own.directory)["submissions"] == before["submissions"] == 1
    done = run("status", "--data", own.directory)
    assert (done.returncode, done.stderr) == (0, "")
    said = dict(line.split(": ", 1) for line in done.stdout.splitlines()[:-1])
    assert said["Server"] == "none runs on this directory"
    assert said["Submissions"] == "1"
    assert "version 1" in said["Statement"]
    assert done.stdout.splitlines()[-1] == "Nothing is wrong."


def test_status_says_what_is_wrong(own: Running) -> None:
    """What is wrong is told by its code, with what to do, and the exit status is 1."""
    own.stop()
    (own.directory / "keys" / "look-up.key").chmod(0o644)
    assert problems(own.directory) == ["vault.key-missing"]
    done = run("status", "--data", own.directory)
    assert done.returncode == 1
    assert "vault.key-missing: " in done.stdout
    assert "chmod 600" in done.stdout
    assert done.stdout.endswith("Problems: 1.\n")
    (own.directory / "keys" / "look-up.key").chmod(0o600)
    assert status(own.directory)["ok"]


def test_status_of_what_was_never_published(tmp_path: Path) -> None:
    """Before the first statement is published, status says so, and makes nothing."""
    assert run("init", tmp_path / "site").returncode == 0
    before = sorted(tmp_path.rglob("*"))
    assert problems(tmp_path / "site") == ["statement.not-published"]
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("kind", disks.kinds())
def test_status_tells_of_a_disk_that_is_almost_full(tmp_path: Path, kind: str) -> None:
    """Where little room is left, status says so before anything is lost."""
    with disks.disk(kind, tmp_path / "small"):
        site = tmp_path / "small" / "site"
        assert run("init", site).returncode == 0
        found = problems(site)
    assert ("entry.disk-low" in found) == (kind == disks.FULL)


def test_status_tells_of_what_is_held_too_long(client: httpx.Client, damaged: Running) -> None:
    """What is still held beyond its time is a problem until retention has ended it."""
    points.taken(points.give(client, damaged, "information"))
    damaged.stop()
    with tampering.asking(damaged.directory) as ask:
        ask("UPDATE vault_sealed SET keep_until = '2020-01-01 00:00:00+00:00'")
    assert problems(damaged.directory) == ["entry.overdue"]
    damaged.start()
    until(lambda: not problems(damaged.directory), "retention ends it")
    assert status(damaged.directory)["held"] == {"persons": 0, "values": 0, "next_due": None}


def test_health_is_asked_of_the_store(client: httpx.Client, damaged: Running) -> None:
    """Health is 200 while submissions can be taken, and 503 while the statement in force cannot be read."""
    answer = client.get(f"{damaged.url}/healthz")
    assert (answer.status_code, answer.text, answer.headers["cache-control"]) == (200, "ok\n", "no-store")
    assert client.head(f"{damaged.url}/healthz").status_code == 200
    tampering.ask_politely(damaged, GONE)
    try:
        answer = client.get(f"{damaged.url}/healthz")
        points.refused(answer, 503, "entry.not-ready")
        assert answer.headers["cache-control"] == "no-store"
        assert "statement" not in answer.text
        assert problems(damaged.directory) == ["entry.unreadable"]
    finally:
        tampering.ask_politely(damaged, BACK)
    assert client.get(f"{damaged.url}/healthz").status_code == 200


def test_a_ledger_that_does_not_go_on_is_noticed(client: httpx.Client, damaged: Running) -> None:
    """When entries are taken and not placed, health and status say so, and status says why to look into the log."""
    points.taken(points.give(client, damaged, "information"))
    until(lambda: status(damaged.directory)["ledger"]["waiting"] == 0, "everything has its place")
    with tampering.asking(damaged.directory) as ask:
        ask("UPDATE ledger_tile SET number = number + 1")
    points.taken(points.give(client, damaged, "information"))
    health = f"{damaged.url}/healthz"
    until(lambda: client.get(health).status_code == 503, "the ledger is found to be stuck", within=120)
    assert problems(damaged.directory) == ["entry.stuck"]
    assert "ledger.damaged" in damaged.printed()


def measured(port: int) -> Figures:
    """Every figure that a site shows to Prometheus: by name, then by the values of its labels, in their order."""
    with http() as reader:
        text = reader.get(f"http://127.0.0.1:{port}/metrics").text
    found: Figures = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
    return found


def showing(site: Running) -> int:
    """Starts the site with figures, and answers at which port."""
    site.stop()
    port = free_port()
    with (site.directory / "troth.toml").open("a") as file:
        file.write(f'\n[metrics]\nlisten = "127.0.0.1:{port}"\n')
    site.start()
    return port


def test_figures_tell_what_was_done(client: httpx.Client, own: Running) -> None:
    """Figures count answers by route and submissions by point, whether taken or why not, and follow the ledger."""
    figures = showing(own)
    points.taken(points.give(client, own, "information"))
    points.refused(points.give(client, own, "information", email="nowhere"), 422, "collection.mistyped")
    page = documents.opened(client, documents.address_of(own, "quote"))
    assert documents.send(client, page, {}).status_code == 422
    client.get(f"{own.url}/nowhere/")
    client.post(f"{own.url}/api/v1/choices/found", json={"found": [{"kind": "cookie", "name": "tracker"}]})
    for said in ("no JSON", "[" * 2000):
        head = {"Origin": own.url, "Content-Type": "text/plain"}
        assert client.post(f"{own.url}/visit", content=said, headers=head).status_code == 204
    client.request("BREW", f"{own.url}/")
    found = until(lambda: _placed(figures), "everything has its place")
    answers, submissions = found["troth_answers_total"], found["troth_submissions_total"]
    assert answers["POST", "api:describe", "201"] == answers["POST", "api:describe", "422"] == 1
    assert answers["GET", "none", "404"] >= 1
    assert [key for key in answers if key[0] == "other"]
    assert submissions["taken", "information"] == submissions["collection.mistyped", "information"] == 1
    assert [count for (_, point), count in submissions.items() if point == "quote"] == [1]
    assert found["troth_answer_seconds_count"][("api:describe",)] >= 3
    assert found["troth_ledger_entries"][()] == 2
    assert found["troth_retention_rounds_total"][()] >= 1
    assert found["troth_cookies_reports_total"] == {("taken",): 1}
    until(lambda: measured(figures).get("troth_visits_total", {}).get(("not-json",)) == 2, "both beacons are dropped")
    assert found["troth_store_up"][()] == 1
    assert found["process_resident_memory_bytes"][()] > 0


def _placed(port: int) -> Figures:
    found = measured(port)
    return found if found["troth_ledger_waiting"][()] == 0 and found["troth_ledger_entries"][()] > 1 else {}


def test_figures_hold_nothing_of_anybody(client: httpx.Client, own: Running) -> None:
    """Whatever is typed, in a form or into an address, no figure has it, and there are no more figures for it."""
    figures = showing(own)
    for answers in (taken_everywhere, refused_everywhere):
        for answer in answers(client, own):
            assert answer.status_code < 500, answer.text
    before = measured(figures)
    for number in range(20):
        client.get(f"{own.url}/stranger-{number}/")
        client.post(f"{own.url}/api/v1/collect/stranger-{number}", json={})
        client.get(f"{own.url}/receipts/stranger{number}/")
    after = measured(figures)
    assert [one for one in (*PERSONAL, "stranger", "127.0.0.1") if one in repr(after)] == []
    assert len(after["troth_answers_total"]) - len(before["troth_answers_total"]) <= 3
    assert len(after["troth_submissions_total"]) - len(before["troth_submissions_total"]) <= 1


def test_figures_outlive_the_store(damaged: Running) -> None:
    """While the databases do not answer, figures are shown nevertheless, and say so."""
    figures = showing(damaged)
    tampering.ask_politely(damaged, "ALTER TABLE ledger_pending RENAME TO gone")
    try:
        found = measured(figures)
        assert found["troth_store_up"][()] == 0
        assert "troth_ledger_entries" not in found
    finally:
        tampering.ask_politely(damaged, "ALTER TABLE gone RENAME TO ledger_pending")
    assert measured(figures)["troth_store_up"][()] == 1


def test_no_figures_unless_they_are_wanted(client: httpx.Client, own: Running) -> None:
    """Without the setting there are no figures, at no address."""
    assert client.get(f"{own.url}/metrics").status_code == 404
    assert "metrics" not in (own.directory / "troth.toml").read_text("utf-8")


@pytest.mark.promise("P44")
def test_the_log_is_for_programs_and_names_nobody(client: httpx.Client, damaged: Running) -> None:
    """Every line of the log is one JSON object with fixed names; errors are told by kind and place, never in words."""
    whole = points.described(client, damaged, "support")
    for answers in (taken_everywhere, refused_everywhere):
        for answer in answers(client, damaged):
            assert answer.status_code < 500, answer.text
    tampering.ask_politely(damaged, "ALTER TABLE vault_sealed RENAME TO gone")
    try:
        broken = [answer.status_code for answer in taken_everywhere_by_api(client, damaged, whole)]
    finally:
        tampering.ask_politely(damaged, "ALTER TABLE gone RENAME TO vault_sealed")
    assert all(status >= 500 for status in broken)
    said = [line for line in damaged.printed().splitlines() if not line.startswith("infortrend from ")]
    lines = [json.loads(line) for line in said]
    assert {name for line in lines for name in line} <= {"time", "level", "logger", "event", "ended", "error", "at"}
    assert all({"time", "level", "logger", "event"} <= line.keys() for line in lines)
    assert {"error"} <= {line["level"] for line in lines}
    assert [one for one in (*PERSONAL, "127.0.0.1", "/receipts/", "/collect/") if one in "\n".join(said)] == []
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"]) for line in lines)


def taken_everywhere_by_api(client: httpx.Client, site: Running, asked: dict[str, Any]) -> Iterator[httpx.Response]:
    """A person's submission, by the API, with everything that the point asks."""
    given = points.answers(asked["shown"], optional=False)
    given.fields |= {"name": PERSONAL[0], "email": f"{PERSONAL[1]}@example.com", "message": PERSONAL[2]}
    yield points.post(client, site, "support", points.submission(asked, given))
