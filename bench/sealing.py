"""Sealing and opening one field, against the cipher alone."""

import secrets
import time
from collections.abc import Callable

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bench.table import Row
from troth.vault import rules

_TIMES = 100_000
_PLAIN = b"somebody@example.com"


def rows() -> list[Row]:
    """Seal and open, each with its context, against one encrypt and one decrypt with a ready nonce."""
    key = rules.new_key()
    cipher, nonce, bound = AESGCM(key), secrets.token_bytes(12), b"context"
    sealed = cipher.encrypt(nonce, _PLAIN, bound)

    def bare() -> None:
        cipher.encrypt(nonce, _PLAIN, bound)
        cipher.decrypt(nonce, sealed, bound)

    def ours() -> None:
        context = rules.value_context("person", "record", "email")
        rules.unseal(key, rules.seal(key, _PLAIN, context), context)

    floor, reached = _rate(bare), _rate(ours)
    return [
        Row("seal and open one field", f"{reached:,.0f}/s", f"AES-GCM alone {floor:,.0f}/s", reached / floor, "0.5")
    ]


def _rate(work: Callable[[], None]) -> float:
    begun = time.perf_counter()
    for _ in range(_TIMES):
        work()
    return _TIMES / (time.perf_counter() - begun)
