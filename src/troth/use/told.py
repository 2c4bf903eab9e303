"""What opens the entry of a use."""

from typing import Any

from troth.ledger.rules import sha256_hex
from troth.use.models import CROWD, REF, Crowd, Use, Used


def opening(leaf: bytes, person: str) -> dict[str, Any] | None:
    """What the commitment of this use stands for: the digest of whose values were opened; None if not `person`'s."""
    use = Use.objects.filter(leaf=leaf).first()
    persons = _persons(use) if use else []
    if use is None or person not in persons:
        return None
    return {"salt": use.ref.encode().hex(), "record": {"persons": sha256_hex("\n".join(persons).encode())}}


def _persons(use: Use) -> list[str]:
    few = list(Used.objects.filter(use=use.pk).order_by("pk").values_list("person", flat=True))
    for refs in Crowd.objects.filter(use=use.pk).order_by("pk").values_list("refs", flat=True).iterator(CROWD):
        few += [refs[start : start + REF] for start in range(0, len(refs), REF)]
    return few
