"""Programs that look at pages: known by the list that the project crawler-user-agents keeps."""

import re
from collections import defaultdict
from functools import cache, lru_cache
from typing import Final, NamedTuple

_ESCAPED: Final = re.compile(r"\\([^\w\s])", re.ASCII)
_SPECIAL: Final = re.compile(r"[\\^$.|?*+()\[\]{}]")
_HEAD: Final = 3


class _Known(NamedTuple):
    """The list, so that each place in a header is looked at once.

    Most of it is plain text: `plain` has it by its first letters. `others` are the few that are patterns.
    """

    plain: dict[str, tuple[str, ...]]
    others: re.Pattern[str]


@lru_cache(4096)
def is_bot(agent: str) -> bool:
    """Whether a ``User-Agent`` header is that of a program, or of nobody."""
    plain, others = _known()
    return (
        not agent
        or any(agent.startswith(plain.get(agent[at : at + _HEAD], ()), at) for at in range(len(agent)))
        or bool(others.search(agent))
    )


@cache
def _known() -> _Known:
    from crawleruseragents import CRAWLER_USER_AGENTS_DATA  # noqa: PLC0415 - half a megabyte, for sites with visits

    plain, others = defaultdict(list), []
    for one in CRAWLER_USER_AGENTS_DATA:
        pattern = one["pattern"]
        if _SPECIAL.search(_ESCAPED.sub("", pattern)) or len(text := _ESCAPED.sub(r"\1", pattern)) < _HEAD:
            others.append(pattern)
        else:
            plain[text[:_HEAD]].append(text)
    return _Known({head: tuple(texts) for head, texts in plain.items()}, re.compile("|".join(others)))
