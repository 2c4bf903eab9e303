"""Commands that refuse: one line, named, exit status 1, and everything stays as it was."""

import os
import subprocess
from pathlib import Path

from tests.support.site import TROTH

WITHIN = 120
# What the operating system's lock is taken on, and what SQLite keeps beside a database while somebody has it open.
PASSING = (".lock", "-wal", "-shm")


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command with `arguments`, in a process of its own."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("TROTH_", "DJANGO_"))}
    return subprocess.run(
        [TROTH, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=WITHIN,
        check=False,
        env={**own, "NO_COLOR": "1", "PYTHONWARNINGS": "error", **environment},
    )


def refused(site: Path, code: str, *arguments: object, **environment: str) -> str:
    """What `troth` says when it refuses to do this to the installation `site`, with `code`."""
    before = standing(site)
    done = run(*arguments, "--data", site, **environment)
    assert (done.returncode, done.stdout) == (1, ""), done.stdout + done.stderr
    assert done.stderr.startswith(f"troth: {code}: "), done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert standing(site) == before
    return done.stderr


def standing(site: Path) -> dict[str, bytes]:
    """Every file of the installation, with what it holds."""
    files = (file for file in site.rglob("*") if file.is_file() and not file.name.endswith(PASSING))
    return {str(file.relative_to(site)): file.read_bytes() for file in files}
