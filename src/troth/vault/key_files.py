"""The vault's key files as `troth init` makes them."""

import base64
from pathlib import Path

from troth.ledger.durable import write_new
from troth.vault.rules import new_key

KEY_ENCRYPTION_KEY = "key-encryption.key"
LOOK_UP_KEY = "look-up.key"


def make_keys(directory: Path) -> None:
    """Makes this room's key files, readable by their owner alone. Existing files are an error, not replaced."""
    for name in (KEY_ENCRYPTION_KEY, LOOK_UP_KEY):
        write_new(directory / name, base64.b64encode(new_key()) + b"\n")
