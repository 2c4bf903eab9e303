"""Sealing and opening, against the cipher alone."""

import secrets
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bench.table import Row
from troth.vault import rules

_ROUNDS, _TIMES = 25, 8_000
_PLAIN = b"somebody@example.com"


def rows(_directory: Path) -> list[Row]:
    """Seal and open, with nonce and context, against one encrypt and one decrypt that have theirs ready."""
    key = rules.new_key()
    cipher, nonce, bound = AESGCM(key), secrets.token_bytes(12), b"context"
    sealed = cipher.encrypt(nonce, _PLAIN, bound)
    envelope = rules.envelope(key, "p" * 35, "r" * 35)

    def bare() -> None:
        cipher.encrypt(nonce, _PLAIN, bound)
        cipher.decrypt(nonce, sealed, bound)

    def field() -> None:
        envelope.open(envelope.seal(_PLAIN, "email"), "email")

    def record() -> None:
        sealing, opening = (rules.envelope(key, "p" * 35, "r" * 35) for _ in range(2))
        for name in ("email", "name"):
            opening.open(sealing.seal(_PLAIN, name), name)

    return [
        _against("seal and open one field", bare, field, 1, 0.5),
        _against("seal and open a record of two, key by key", bare, record, 2, None),
    ]


def _against(what: str, bare: Callable[[], None], ours: Callable[[], None], fields: int, wanted: float | None) -> Row:
    """Floor and subject take turns, so that both meet the same noise."""
    taken = [(_rate(bare), _rate(ours) * fields) for _ in range(_ROUNDS)]
    floor, reached = (median(rates) for rates in zip(*taken, strict=True))
    ratio = median(ours / bare for bare, ours in taken)
    return Row.compared(what, f"{reached:,.0f} fields/s", f"AES-GCM alone {floor:,.0f}/s", ratio, wanted)


def _rate(work: Callable[[], None]) -> float:
    begun = time.perf_counter()
    for _ in range(_TIMES):
        work()
    return _TIMES / (time.perf_counter() - begun)
