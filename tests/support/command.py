"""The ``troth`` command in this process, for the commands that need no installation: a process each takes longer."""

import io
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from subprocess import CompletedProcess

from troth.entry.commands import main


def told(*arguments: object) -> CompletedProcess[str]:
    """What `troth` with `arguments` answers. An error that it lets through reaches the test."""
    command = ["troth", *map(str, arguments)]
    output, errors = io.StringIO(), io.StringIO()
    kept, sys.argv = sys.argv, command
    mask = os.umask(0o022)
    try:
        with redirect_stdout(output), redirect_stderr(errors):
            main()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.argv = kept
        os.umask(mask)
    return CompletedProcess(command, status, output.getvalue(), errors.getvalue())
