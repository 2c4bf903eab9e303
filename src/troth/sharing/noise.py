"""Noise for released counts, by OpenDP: nobody can tell from them whether a visitor was there on a day.

A visitor of a day counts in at most so many counts, in each once. A count that noise leaves below the threshold is
not told, so that nobody learns from a rare value that it occurred. Discrete Laplace noise; docs: decision 0038.
"""

import math
from collections.abc import Mapping
from typing import Any, Final

from troth.sharing.errors import NoNoise

MOST: Final = 3
DELTA: Final = 1e-7
_STEPS: Final = 10_000


def drawn(counts: Mapping[tuple[str, ...], int], epsilon: float) -> tuple[dict[tuple[str, ...], int], float, int]:
    """Counts with noise, those below the threshold left out; the scale of the noise, and the threshold.

    `counts` are those of visitors, each in at most :data:`MOST` of them.
    """
    scale = MOST / epsilon
    threshold = _threshold(scale)
    keys = {str(place): key for place, key in enumerate(sorted(counts))}
    measure = _measurement(scale, threshold)
    spent_epsilon, spent_delta = measure.map((MOST, MOST, 1))
    if spent_epsilon > epsilon * (1 + 1e-9) or spent_delta > DELTA:
        message = "The noise would not suffice for what was promised. Nothing was released."
        raise NoNoise(message)
    found: dict[str, int] = measure({place: counts[key] for place, key in keys.items()})
    return {keys[place]: number for place, number in found.items()}, scale, threshold


def _threshold(scale: float) -> int:
    """The least at which what one visitor alone is counted in passes in no more than DELTA of all cases."""
    return 1 + math.ceil(scale * math.log(MOST / DELTA))


def _measurement(scale: float, threshold: int) -> Any:
    try:
        from opendp import domains, measurements, metrics  # noqa: PLC0415 - an extra, and large
        from opendp.mod import enable_features  # noqa: PLC0415 - an extra, and large
    except ImportError as error:
        message = "OpenDP makes the noise and is not installed. Install troth[noise], or release without --epsilon."
        raise NoNoise(message) from error
    enable_features("contrib")
    counts = domains.map_domain(domains.atom_domain(T="String"), domains.atom_domain(T="i64"))
    apart = metrics.l01inf_distance(metrics.absolute_distance(T="i64"))
    return measurements.make_laplace_threshold(counts, apart, scale=scale, threshold=threshold)
