"""Which provider and country a network belongs to, by tables that come with geoip2fast: nobody is asked."""

from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from troth.networks import named

# With providers a table takes 112 MB, without them 50.
_COUNTRIES: Final = "geoip2fast-ipv6.dat.gz"
_PROVIDERS: Final = "geoip2fast-asn-ipv6.dat.gz"


class Place(NamedTuple):
    """A network: how it is written, its country by two letters, its provider; empty where nobody knows."""

    prefix: str
    country: str = ""
    isp: str = ""


@lru_cache(16_384)
def place(prefix: bytes, *, country: bool, isp: bool) -> Place:
    """The network with this prefix, and what of it is wanted. The whole address is not needed for it."""
    written = named(prefix)
    if not written or not (country or isp):
        return Place(written)
    found = _table(_PROVIDERS if isp else _COUNTRIES).lookup(written.partition("/")[0])
    if found.is_private or not found.country_code.isalpha():
        return Place(written)
    return Place(written, found.country_code if country else "", found.asn_name or "" if isp else "")


# geoip2fast holds one at a time, in its module.
@lru_cache(1)
def _table(name: str) -> Any:
    import geoip2fast  # noqa: PLC0415 - for sites with visits

    return geoip2fast.GeoIP2Fast(geoip2fast_data_file=str(Path(geoip2fast.__file__).with_name(name)))
