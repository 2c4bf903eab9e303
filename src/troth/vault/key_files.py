"""The vault's key files as `troth init` makes them."""

import base64
import os
from pathlib import Path

from troth.vault.rules import new_key

KEY_ENCRYPTION_KEY = "key-encryption.key"
LOOK_UP_KEY = "look-up.key"


def write_new(directory: Path) -> None:
    """Makes this room's key files, readable by their owner alone. Existing files are an error, not replaced."""
    for name in (KEY_ENCRYPTION_KEY, LOOK_UP_KEY):
        descriptor = os.open(directory / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.b64encode(new_key()) + b"\n")
