"""Which provider and country a network belongs to, by tables that come with geoip2fast: nobody is asked."""

from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from troth.networks import named

_TABLES: Final = "geoip2fast-asn-ipv6.dat.gz"


class Place(NamedTuple):
    """A network: how it is written, its country by two letters, its provider; empty where nobody knows."""

    prefix: str
    country: str = ""
    isp: str = ""


@lru_cache(16_384)
def place(prefix: bytes) -> Place:
    """The network with this prefix. The whole address is not needed for it."""
    written = named(prefix)
    if not written:
        return Place("")
    found = _tables().lookup(written.partition("/")[0])
    if found.is_private or not found.country_code.isalpha():
        return Place(written)
    return Place(written, found.country_code, found.asn_name or "")


@cache
def _tables() -> Any:
    import geoip2fast  # noqa: PLC0415 - some 60 MB, for sites with visits

    return geoip2fast.GeoIP2Fast(geoip2fast_data_file=str(Path(geoip2fast.__file__).with_name(_TABLES)))
