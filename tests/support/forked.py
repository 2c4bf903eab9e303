"""The ``troth`` command as forks of one process that has loaded it: to load takes longer than most of what is done.

That process has read no settings, and no file but the examples' statements. A fork has its own session, environment and
files, runs `main` as the installed program does, and ends with its status. All are killed when the process that asked
for them has ended.
"""

import atexit
import ctypes
import gc
import importlib
import json
import os
import select
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

# What the commands load sooner or later, as far as it needs no settings.
LOADED = (
    "troth.entry.commands",
    "troth.entry.errors",
    "troth.entry.founding",
    "troth.entry.verifying",
    "troth.collection.rules",
    "troth.consent.rules",
    "troth.statement.show",
    "troth.vault.files",
    "argon2",
    "dateutil.relativedelta",
    "django.conf.urls.i18n",
    "django.contrib.staticfiles.finders",
    "django.core.handlers.asgi",
    "django.core.handlers.wsgi",
    "django.core.mail.backends.smtp",
    "django.core.management.commands.migrate",
    "django.core.serializers.json",
    "django.db.backends.postgresql.psycopg_any",
    "django.db.backends.sqlite3.base",
    "django.forms",
    "django.middleware.common",
    "django.middleware.locale",
    "django.middleware.security",
    "django.template.backends.django",
    "django.template.loader_tags",
    "django.test.client",
    "django.views.decorators.csrf",
    "django.views.defaults",
    "django.views.i18n",
    "django.views.static",
    "email_validator",
    "granian",
    "holidays.countries.taiwan",
    "numpy",
    "phonenumbers",
    "psycopg_pool",
    "pycountry",
    "pydantic.dataclasses",
    "rich.table",
    "webauthn",
    "whitenoise.middleware",
)
# What they load of an installation, where many of them work on the same.
LOADED_THERE = (
    "troth.collection.supplements",
    "troth.control.asked",
    "troth.control.asking",
    "troth.entry.evidence",
    "troth.entry.handler",
    "troth.entry.keeper",
    "troth.entry.service",
    "troth.entry.urls",
    "troth.entry.verifying",
    "troth.mail.reads",
    "troth.use.actions",
    "troth.use.reads",
    "troth.use.tokens",
)
EXAMPLES = Path(__file__).parents[2] / "examples"
TROTH = Path(sys.executable).with_name("troth")
# A machine that does ten other things at once takes long; nobody waits longer than it takes.
WITHIN = 120.0
_LONGEST = 128 * 1024
# The settings of each installation that is settled, and where the processes that fork take orders.
_settled: dict[str, tuple[bytes, ...]] = {}
_taking: dict[str, socket.socket] = {}
_PR_SET_PDEATHSIG = 1


class Fork:
    """One command that runs or has run; it is asked as a process of :mod:`subprocess` is.

    `program` names a module of tests whose `main` is run with the arguments in place of the command.
    """

    def __init__(
        self,
        arguments: tuple[object, ...],
        environment: Mapping[str, str],
        *output: IO[Any],
        program: str = "",
        given: IO[Any] | socket.socket | None = None,
    ) -> None:
        order = json.dumps([program, list(map(str, arguments)), dict(environment)]).encode()
        self._heard, said = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with said, Path(os.devnull).open() as nothing:
            files = (said, given or nothing, *output)
            socket.send_fds(_forking(_of(arguments, environment, program)), [order], [file.fileno() for file in files])
        self.pid = int(self._heard.recv(16))
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit status, or None as long as it runs."""
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def wait(self, timeout: float | None = None) -> int:
        """The exit status, as soon as it has ended."""
        if self.returncode is None:
            if not select.select([self._heard], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(str(TROTH), timeout or 0)
            self.returncode = int(self._heard.recv(16))
            self._heard.close()
        return self.returncode


def run(
    *arguments: object, within: float = WITHIN, program: str = "", given: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Runs the command to its end, and kills it if that takes longer than so many seconds; it reads what is `given`."""
    with ExitStack() as opened:
        output, errors, read = (opened.enter_context(tempfile.TemporaryFile("w+")) for _ in range(3))
        read.write(given)
        read.seek(0)
        fork = Fork(arguments, {**own_environment(), **environment}, output, errors, program=program, given=read)
        try:
            status = fork.wait(within)
        except subprocess.TimeoutExpired:
            os.kill(fork.pid, signal.SIGKILL)
            status = fork.wait()
        output.seek(0)
        errors.seek(0)
        return subprocess.CompletedProcess(["troth", *map(str, arguments)], status, output.read(), errors.read())


def settle(directory: Path) -> None:
    """From now on commands on this installation are forks of a process that has read its settings, while they stay."""
    leave(directory)
    _settled[str(directory)] = _settings(directory)


def leave(directory: Path) -> None:
    """Ends that process: nothing that it has forked runs any more."""
    if _settled.pop(str(directory), None) and (orders := _taking.pop(str(directory), None)):
        orders.close()


def _of(arguments: tuple[object, ...], environment: Mapping[str, str], program: str) -> str:
    """The installation that is settled and worked on."""
    plain = not program and environment == own_environment() and "--data" in arguments
    directory = str(arguments[arguments.index("--data") + 1]) if plain else ""
    return directory if _settled.get(directory) == _settings(Path(directory)) else ""


def _settings(directory: Path) -> tuple[bytes, ...]:
    """What a process reads of an installation once, as far as it is there."""
    files = (directory / "troth.toml", directory / "keys" / "pages.key")
    return tuple(file.read_bytes() for file in files if file.is_file())


def own_environment() -> dict[str, str]:
    """The environment of every command: nothing of it points at an installation, and warnings are errors."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("TROTH_", "DJANGO_"))}
    return {**own, "NO_COLOR": "1", "COLUMNS": "120", "PYTHONWARNINGS": "error"}


def _forking(directory: str) -> socket.socket:
    """Where the process that forks, for an installation or for any, takes orders; it ends when this is closed."""
    if directory not in _taking:
        _taking[directory] = _begun_to_fork(directory)
    return _taking[directory]


def _begun_to_fork(directory: str) -> socket.socket:
    orders, taken = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with taken:
        if directory:
            with Path(os.devnull).open("w") as nothing, os.fdopen(os.dup(2), "w") as errors:
                files: tuple[IO[Any], ...] = (nothing, errors)
                fork = Fork((directory,), own_environment(), *files, program=__name__, given=taken)
            atexit.register(fork.wait)
        else:
            command = [sys.executable, "-W", "error", "-m", __name__]
            how: Any = {"stdin": taken, "stdout": subprocess.DEVNULL, "start_new_session": True}
            # Who has threads does not fork; numpy's library would start some.
            process = subprocess.Popen(command, env={**own_environment(), "OPENBLAS_NUM_THREADS": "1"}, **how)
            atexit.register(process.wait)
    atexit.register(orders.close)
    return orders


def _fork_for_orders() -> tuple[str, list[str]]:
    """Forks for each order; answers a fork its program and arguments."""
    orders = socket.socket(fileno=0)
    waiting = select.poll()
    waiting.register(orders, select.POLLIN)
    running: dict[int, tuple[int, int]] = {}
    while True:
        for file, _ in waiting.poll():
            if file != orders.fileno():
                pid, says = running.pop(file)
                os.write(says, str(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])).encode())
                waiting.unregister(file)
                os.close(file)
                os.close(says)
                continue
            order, files, _, _ = socket.recv_fds(orders, _LONGEST, 4)
            if not order:
                orders.close()
                sys.exit()
            says, *streams = files
            pid = os.fork()
            if not pid:
                orders.detach()
                return _begun(json.loads(order), says, streams)
            for own in streams:
                os.close(own)
            ended = os.pidfd_open(pid)
            waiting.register(ended, select.POLLIN)
            running[ended] = pid, says


def _begun(order: tuple[str, list[str], dict[str, str]], says: int, streams: list[int]) -> tuple[str, list[str]]:
    """Makes this fork a process of its own, and says that it is one."""
    program, arguments, environment = order
    os.setsid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    for own, given in enumerate((*streams[:2], streams[-1])):
        os.dup2(given, own)
    os.write(says, str(os.getpid()).encode())
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    os.environ.clear()
    os.environ.update(environment)
    return program, arguments


def _end(status: list[int]) -> None:
    """Ends at once. To take apart what was loaded, as the interpreter would, takes a fork longer than most commands.

    Whichever thread has opened a database, it is closed, so that SQLite leaves nothing beside it.
    """
    for one in gc.get_objects():
        if isinstance(one, sqlite3.Connection):
            one.close()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(*status)


def main() -> None:
    """Takes orders for the installation that is its argument."""
    directory = Path(sys.argv[1])
    importlib.import_module("troth.entry.commands").installed(directory)
    for name in LOADED_THERE:
        importlib.import_module(name)
    for file in directory.glob("*.yaml"):
        importlib.import_module("troth.statement.loader").load(file)
    _obey()


def _obey() -> None:
    gc.collect()
    gc.freeze()
    program, arguments = _fork_for_orders()
    sys.argv = [str(TROTH), *arguments]
    if not program:
        sys.path[0] = str(TROTH.parent)
    importlib.import_module(program or "troth.entry.commands").main()


def _begin() -> None:
    status = [0]
    # What is registered first is called last.
    atexit.register(_end, status)
    for name in LOADED:
        importlib.import_module(name)
    for file in EXAMPLES.glob("*/statement.yaml"):
        importlib.import_module("troth.statement.loader").load(file)
    try:
        _obey()
    except SystemExit as end:
        status[0] = end.code if isinstance(end.code, int) else int(end.code is not None)
        raise
    except BaseException:
        status[0] = 1
        raise


if __name__ == "__main__":
    _begin()
