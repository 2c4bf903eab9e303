"""The key that signs checkpoints, read from its file."""

from django.conf import settings

from troth.ledger.errors import KeyUnusable
from troth.ledger.note import SigningKey
from troth.ledger.secret import secret_in


def signing_key() -> SigningKey:
    """The key in ``ledger.key``. It must bear the name of this log, so that another installation's is refused."""
    file = settings.TROTH_KEYS_DIR / "ledger.key"
    key = SigningKey.parse(secret_in(file, KeyUnusable))
    if key.name != settings.TROTH_ORIGIN:
        message = f"{file} is the key of {key.name}, this log is {settings.TROTH_ORIGIN}. Put its own key back."
        raise KeyUnusable(message)
    return key
