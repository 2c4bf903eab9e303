"""A real site: its own installation made by the real commands, served by a real ``troth serve``."""

import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx

from tests.support.databases import Databases
from troth.ledger.verify import verify_site

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
TROTH = Path(sys.executable).with_name("troth")
START_WITHIN = 30.0
# Trusts nobody: no test speaks TLS, and reading whom others trust takes longer than most tests.
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
# The sequencer publishes within a second.
PUBLISHED_WITHIN = 1.5


class Failed(Exception):
    """A command or a server did not do what it was told; the message holds what it printed."""


def http(**options: Any) -> httpx.Client:
    """An HTTP client for sites on this machine."""
    return httpx.Client(timeout=30, verify=_NO_TLS, **options)


def troth(*arguments: object) -> str:
    """Runs the command and answers what it printed; raises when its exit status is not 0."""
    done = subprocess.run(
        [TROTH, *map(str, arguments)], capture_output=True, text=True, check=False, env=_environment()
    )
    if done.returncode:
        message = f"troth {' '.join(map(str, arguments))}: exit {done.returncode}\n{done.stdout}{done.stderr}"
        raise Failed(message)
    return done.stdout


class Running:
    """One installation and the server process on it."""

    def __init__(self, directory: Path, port: int) -> None:
        self.directory = directory
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.output = directory.with_suffix(".log")
        self._process: subprocess.Popen[bytes] | None = None
        self._wrote = False
        self._verified = ""
        self._http = http(base_url=self.url)

    @classmethod
    def new(cls, example: str, directory: Path, databases: Databases) -> "Running":
        """Founds `example` in `directory`, publishes its statement and serves it."""
        site = cls(directory, _free_port())
        rows, keys = databases
        stores = ("--database", rows, "--keys-database", keys)
        troth("init", directory, "--from", EXAMPLES / example, "--url", site.url, *stores)
        troth("publish", directory / "statement.yaml", "--effective", "today", "--data", directory)
        site.start()
        return site

    def start(self) -> None:
        """Serves, and returns when it is ready."""
        command = [str(TROTH), "serve", "--data", str(self.directory), "--host", "127.0.0.1", "--port", str(self.port)]
        with self.output.open("ab") as output:
            self._process = subprocess.Popen(
                command, stdout=output, stderr=subprocess.STDOUT, start_new_session=True, env=_environment()
            )
        deadline = time.monotonic() + START_WITHIN
        while not self._is_ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                message = f"{self.url} did not start:\n{self.printed()[-4000:]}"
                raise Failed(message)
            time.sleep(0.05)

    def stop(self) -> int:
        """Asks the server to end and answers its exit status."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Ends the server and everything it started, without asking."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Stops and starts; the rows stay."""
        self.stop()
        self.start()

    def printed(self) -> str:
        """Everything the server has printed so far."""
        return self.output.read_text("utf-8", "replace")

    def close(self) -> None:
        """Stops for good; the ledger must verify from its rows as well."""
        self.stop()
        self._http.close()
        troth("verify", "--data", self.directory)

    def saw(self, method: str, url: str, status: int) -> None:
        """Takes note of an answer this site gave to a test, so that writes are verified after it."""
        if url.startswith(self.url) and status < 400 and method not in ("GET", "HEAD", "OPTIONS"):
            self._wrote = True

    def verify(self) -> None:
        """The ledger verifies from outside, and extends what was verified before; asked only when it grew."""
        if self._process is None:
            return
        newest = self._newest()
        if newest != self._verified:
            found = verify_site(self._fetch, remembered=self._verified)
            assert not found.findings, "\n".join(map(str, found.findings))
            self._verified = newest

    def _newest(self) -> str:
        deadline = time.monotonic() + (PUBLISHED_WITHIN if self._wrote else 0)
        self._wrote = False
        while (newest := self._fetch("checkpoint").decode()) == self._verified and time.monotonic() < deadline:
            time.sleep(0.05)
        return newest

    def _fetch(self, path: str) -> bytes:
        answer = self._http.get(f"/log/{path}")
        if answer.is_error:
            raise OSError(answer.status_code, path)
        return answer.content

    def _is_ready(self) -> bool:
        try:
            return self._http.get("/healthz").status_code == 200
        except httpx.TransportError:
            return False

    def _end(self, number: signal.Signals) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        _signal(process.pid, number)
        try:
            return process.wait(20)
        except subprocess.TimeoutExpired:
            _signal(process.pid, signal.SIGKILL)
            message = f"{self.url} did not stop:\n{self.printed()[-4000:]}"
            raise Failed(message) from None


def _signal(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, number)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _environment() -> dict[str, Any]:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("TROTH_", "DJANGO_"))}
    return {**own, "NO_COLOR": "1", "COLUMNS": "120", "PYTHONWARNINGS": "error"}
