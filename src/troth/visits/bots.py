"""Programs that look at pages: known by the list that the project crawler-user-agents keeps."""

import re
from functools import cache, lru_cache


@lru_cache(4096)
def is_bot(agent: str) -> bool:
    """Whether a ``User-Agent`` header is that of a program, or of nobody."""
    return not agent or bool(_known().search(agent))


@cache
def _known() -> re.Pattern[str]:
    from crawleruseragents import CRAWLER_USER_AGENTS_DATA  # noqa: PLC0415 - half a megabyte, for sites with visits

    return re.compile("|".join(one["pattern"] for one in CRAWLER_USER_AGENTS_DATA))
