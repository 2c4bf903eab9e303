"""A real site: its own installation made by the real commands, served by a real ``troth serve``."""

import os
import signal
import socket
import ssl
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import psutil

from tests.support import forked
from tests.support.command import told
from tests.support.databases import Databases
from tests.support.forked import Fork, own_environment
from tests.support.waiting import until
from troth.ledger.verify import verify_site

ROOT = Path(__file__).parents[2]
EXAMPLES = forked.EXAMPLES
TROTH = forked.TROTH
START_WITHIN = END_WITHIN = forked.WITHIN
# Trusts nobody: no test speaks TLS, and reading whom others trust takes longer than most tests.
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
# For so long a test waits for what it wrote to be published, so that it is verified with this test and not the next.
PUBLISHED_WITHIN = 1.5
# What keeps ports: bound and not listening, so that a server may listen there and nobody else is given the port.
_kept: list[socket.socket] = []


class Failed(Exception):
    """A command or a server did not do what it was told; the message holds what it printed."""


def http(**options: Any) -> httpx.Client:
    """An HTTP client for sites on this machine."""
    return httpx.Client(timeout=60, verify=_NO_TLS, **options)


def troth(*arguments: object) -> str:
    """Runs the command and answers what it printed; raises when its exit status is not 0."""
    done = forked.run(*arguments)
    if done.returncode:
        message = f"troth {' '.join(map(str, arguments))}: exit {done.returncode}\n{done.stdout}{done.stderr}"
        raise Failed(message)
    return done.stdout


class Running:
    """One installation and the server process on it."""

    # Whether servers are forks of a process that has loaded troth: so it is in tests, where many are started. Those
    # with something of their own in `how` or `through` are started as they are anywhere else.
    forks = False

    def __init__(self, directory: Path, port: int) -> None:
        self.directory = directory
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.output = directory.with_suffix(".log")
        # What its environment has beyond that of every server, and the module of tests that is its program, if any is.
        self.environment: dict[str, str] = {}
        self.program = ""
        # What it is started with beyond, or in place of, what every server is: such as another working directory.
        self.how: dict[str, Any] = {}
        # What it is started through.
        self.through: tuple[str, ...] = ()
        self._process: subprocess.Popen[Any] | Fork | None = None
        self._wrote = False
        self._verified = ""
        self._http = http(base_url=self.url)

    @classmethod
    def new(cls, example: str, directory: Path, databases: Databases) -> "Running":
        """Founds `example` in `directory`, publishes its statement and serves it."""
        site = cls(directory, free_port())
        rows, keys = databases
        stores = ("--database", rows, "--keys-database", keys)
        made = told("init", directory, "--from", EXAMPLES / example, "--url", site.url, *stores)
        assert made.returncode == 0, made.stderr
        if cls.forks:
            forked.settle(directory)
        troth("publish", directory / "statement.yaml", "--effective", "today", "--data", directory)
        site.start()
        return site

    def begin(self) -> None:
        """Serves, and returns at once."""
        arguments = ("serve", "--data", self.directory, "--port", str(self.port))
        with self.output.open("ab") as output:
            if self.forks and not self.how and not self.through:
                environment = {**own_environment(), **self.environment}
                self._process = Fork(arguments, environment, output, program=self.program)
                return
            # It ends with the thread that starts it, which should be the main one: nothing is left over from tests
            # that somebody killed.
            command = ["setpriv", "--pdeathsig", "KILL", *self.through, TROTH, *arguments]
            how: Any = {"env": own_environment(), "start_new_session": True, **self.how}
            self._process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, **how)

    def start(self) -> None:
        """Serves, and returns when it is ready."""
        self.begin()
        assert self._process
        deadline = time.monotonic() + START_WITHIN
        while not self.is_ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                message = f"{self.url} did not start:\n{self.printed()[-4000:]}"
                raise Failed(message)
            time.sleep(0.01)

    def stop(self) -> int:
        """Asks the server to end and answers its exit status."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Ends the server and everything it started, without asking."""
        self._end(signal.SIGKILL)

    def processes(self) -> list[int]:
        """The server's own process, and those that it started."""
        own = self._process.pid if self._process else 0
        return [own, *(child.pid for child in _below(own))]

    def restart(self) -> None:
        """Stops and starts; the rows stay."""
        self.stop()
        self.start()

    def printed(self) -> str:
        """Everything the server has printed so far."""
        return self.output.read_text("utf-8", "replace")

    def looked_after(self, times: int) -> None:
        """Returns when the retention that each start begins with is over for so many starts: it tidies up files."""
        until(lambda: self.printed().count('"event": "retention finished"') == times, "the first round of retention")

    def leave(self) -> None:
        """Stops for good, in whatever state it is."""
        self.stop()
        self._http.close()

    def close(self) -> None:
        """Stops for good; the ledger must verify from its rows as well."""
        self.leave()
        troth("verify", "--data", self.directory)
        forked.leave(self.directory)

    def saw(self, method: str, url: str, status: int) -> None:
        """Takes note of an answer this site gave to a test, so that writes are verified after it."""
        if url.startswith(self.url) and status < 400 and method not in ("GET", "HEAD", "OPTIONS"):
            self._wrote = True

    def verify(self) -> None:
        """What a test wrote verifies from outside, and extends what was verified before."""
        if self._process is None or not self._wrote:
            return
        self._wrote = False
        newest = self._newest()
        if newest != self._verified:
            found = verify_site(self._fetch, remembered=self._verified)
            assert not found.findings, "\n".join(map(str, found.findings))
            self._verified = newest

    def _newest(self) -> str:
        deadline = time.monotonic() + PUBLISHED_WITHIN
        while (newest := self._fetch("checkpoint").decode()) == self._verified and time.monotonic() < deadline:
            time.sleep(0.05)
        return newest

    def _fetch(self, path: str) -> bytes:
        answer = self._http.get(f"/log/{path}")
        if answer.is_error:
            raise OSError(answer.status_code, path)
        return answer.content

    def is_ready(self) -> bool:
        """Whether it answers, and its databases too."""
        try:
            return self._http.get("/healthz").status_code == 200
        except httpx.TransportError:
            return False

    def _end(self, number: signal.Signals) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        others = _below(process.pid)
        _signal(process.pid, number)
        try:
            status = process.wait(END_WITHIN)
        except subprocess.TimeoutExpired:
            _signal(process.pid, signal.SIGKILL)
            message = f"{self.url} did not stop:\n{self.printed()[-4000:]}"
            raise Failed(message) from None
        deadline = time.monotonic() + END_WITHIN
        while any(map(_runs, others)):
            if time.monotonic() > deadline:
                message = f"{self.url} left a process behind:\n{self.printed()[-4000:]}"
                raise Failed(message)
            time.sleep(0.005)
        return status


def _signal(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, number)


def _below(pid: int) -> list[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        children: list[psutil.Process] = psutil.Process(pid).children(recursive=True)
        return children
    return []


def _runs(process: psutil.Process) -> bool:
    # Nobody may be there to ask how an orphan ended: then it stays, as a name only. As long as one of its threads is
    # about to end, so does the port on which it listens.
    with suppress(psutil.NoSuchProcess):
        return bool(process.status() != psutil.STATUS_ZOMBIE or process.num_threads() > 1)
    return False


def free_port() -> int:
    """A port for a server; as long as this process lives, nobody who asks the system for one is given it."""
    keeping = socket.socket()
    keeping.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    keeping.bind(("127.0.0.1", 0))
    _kept.append(keeping)
    port: int = keeping.getsockname()[1]
    return port
