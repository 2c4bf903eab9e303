"""`troth verify` many times over: Django is loaded once for a directory, and each run is a fork that begins afresh."""

import importlib
import io
import json
import os
import subprocess
import sys
import traceback
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple


class Answer(NamedTuple):
    """What a run printed, and its exit status."""

    status: int
    output: str
    errors: str


class Verifier:
    """Runs `troth verify --data DIRECTORY`. What `troth.toml` and `pages.key` say is read once."""

    def __init__(self, directory: Path) -> None:
        own = {name: value for name, value in os.environ.items() if not name.startswith(("TROTH_", "DJANGO_"))}
        self._process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", __name__, str(directory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**own, "TROTH_DATA": str(directory), "DJANGO_SETTINGS_MODULE": "troth.entry.settings"},
        )

    def __call__(self, *arguments: object) -> Answer:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(list(map(str, arguments))) + "\n")
        self._process.stdin.flush()
        return Answer(*json.loads(self._process.stdout.readline()))

    def close(self) -> None:
        """Ends the process that is forked."""
        self._process.communicate()


def _serve(directory: str) -> None:
    importlib.import_module("django").setup()
    importlib.import_module("troth.entry.evidence")
    # To read a statement takes longer than to verify a small site. One that was altered is read anew.
    for file in Path(directory).glob("*.yaml"):
        importlib.import_module("troth.statement.loader").load(file)
    for line in sys.stdin:
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            with os.fdopen(writing, "w") as pipe:
                pipe.write(json.dumps(_run(["verify", "--data", directory, *json.loads(line)])))
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            told = pipe.read()
        os.waitpid(child, 0)
        sys.stdout.write((told or json.dumps([-1, "", "The run did not end by itself."])) + "\n")
        sys.stdout.flush()


def _run(arguments: list[str]) -> tuple[Any, str, str]:
    from troth.entry.commands import main  # noqa: PLC0415 - in a fork alone

    sys.argv = ["troth", *arguments]
    output, errors = io.StringIO(), io.StringIO()
    status: Any = 0
    with redirect_stdout(output), redirect_stderr(errors):
        try:
            main()
        except SystemExit as end:
            status = end.code
        except BaseException:  # noqa: BLE001 - whatever it is, a person would see it
            status = -1
            traceback.print_exc()
    return status, output.getvalue(), errors.getvalue()


if __name__ == "__main__":
    _serve(sys.argv[1])
