"""Mail: an issue to many into a local sink beside a bare loop of ready mails, and one-click unsubscribing."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from bench import load
from bench.choice import listens
from bench.door import ROUNDS, Door, host, nothing, sent, served
from bench.table import Row, told
from tests.support.site import EXAMPLES, free_port, troth

SUBSCRIBERS = 3000
_FORM = b"application/x-www-form-urlencoded"


def rows(directory: Path) -> list[Row]:
    """What leaves in a second, and what it takes to unsubscribe."""
    return [*_sent(directory), *_ended(directory)]


def _sent(directory: Path) -> list[Row]:
    told(f"       an issue to {SUBSCRIBERS:,}")
    home, port = directory / "mails", free_port()
    troth("init", home, "--from", EXAMPLES / "infortrend")
    file = home / "troth.toml"
    server = f'\n[mail]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\nsender = "news@example.org"\n'
    file.write_text(file.read_text("utf-8") + server, "utf-8")
    troth("publish", home / "statement.yaml", "--effective", "today", "--data", home)
    environment = {**os.environ, "TROTH_DATA": str(home), "DJANGO_SETTINGS_MODULE": "troth.entry.settings"}
    sink = subprocess.Popen([sys.executable, "-m", "bench.sink", str(port)])
    try:
        while not listens(port):
            time.sleep(0.05)
        command = [sys.executable, "-m", "bench.mailing", str(SUBSCRIBERS)]
        done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE)
    finally:
        sink.terminate()
        sink.wait()
    found = json.loads(done.stdout)
    what = f"personalised mail of {found['bytes']:,} bytes decided, opened, composed, signed with RSA-2048, handed over"
    return [
        Row(what, f"{found['core']:,.0f} for a second of its processor", "", None, "at least 1,000/s",
            found["core"] >= 1000),
        Row.compared(what, f"{found['ours']:,.0f}/s", f"bare smtplib loop of ready mails {found['bare']:,.0f}/s",
                     found["ratio"], 0.5),
        Row.within(f"memory that three more issues to {SUBSCRIBERS:,} take", found["grown"], 5, "MB"),
    ]  # fmt: skip


def _ended(directory: Path) -> list[Row]:
    """Each is somebody else's: who is unsubscribed already is only told so."""
    with served(directory / "sqlite") as site:
        environment = {"TROTH_DATA": str(site.directory), "DJANGO_SETTINGS_MODULE": "troth.entry.settings"}
        command = [sys.executable, "-m", "bench.subscribers", "120000"]
        done = subprocess.run(command, env={**os.environ, **environment}, check=True, stdout=subprocess.PIPE)
        paths = iter(done.stdout.decode().split())
        requests = (_post(path, host(site)) for path in paths)
        empty, ending = Door(nothing), Door(lambda: sent(site.port, requests))
        for number in range(ROUNDS + 1):
            told(f"       unsubscribing, round {number} of {ROUNDS}")
            for door in (empty, ending):
                door.rounds.append(door.send())
        assert next(paths, ""), "more are needed"
    for door in (empty, ending):
        del door.rounds[0]  # everything was new in that one
    assert set(ending.whole.statuses) == {b"200"}, ending.whole.statuses
    bare = f"empty view {empty.whole.per_second:,.0f}/s"
    figure = f"{ending.whole.per_second:,.0f}/s"
    return [Row.compared("unsubscribed with one click, durable, SQLite", figure, bare, ending.over(empty), 0.3)]


def _post(path: str, name: str) -> bytes:
    return load.post(path, name, b"List-Unsubscribe=One-Click").replace(b"application/json", _FORM)
