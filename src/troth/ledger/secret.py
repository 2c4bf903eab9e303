"""Secrets that stand in files of their own, readable by their owner alone."""

from pathlib import Path

from troth.errors import TrothError


def secret_in(file: Path, refused: type[TrothError]) -> str:
    """The text of `file`; raises `refused` when it cannot be read, or when others can read it too."""
    try:
        if file.stat().st_mode & 0o077:
            message = f"{file} can be read by others. Run `chmod 600 {file}`."
            raise refused(message)
        return file.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        message = f"{file} cannot be read ({type(error).__name__}). Put the installation's own file back."
        raise refused(message) from error
