"""Commands that refuse: one line, named, exit status 1, and everything stays as it was."""

from pathlib import Path

from tests.support.forked import run

# What the operating system's lock is taken on, and what SQLite keeps beside a database while somebody has it open.
PASSING = (".lock", "-wal", "-shm")


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
