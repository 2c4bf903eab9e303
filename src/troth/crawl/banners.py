"""Whether accepting and declining are equal, as regulators look at it: pure. The thresholds are our own.

EDPB Cookie Banner Taskforce (2023) types A, C, D and E, and EDPB Guidelines 03/2022; contrast as WCAG 2.2, 1.4.3.
"""

from collections.abc import Iterator

from troth.crawl.seen import Banner, Look

Said = tuple[str, str, str]
_AREA = (0.9, 1.1)
_LEAST_CONTRAST = 4.5
_MOST_APART = 1.5


def banner(found: Banner | None, *, asks: bool) -> Iterator[Said]:
    """Everything about the first layer that makes one answer easier than the other."""
    if found is None:
        if asks:
            yield "banner-missing", "", "Something needs a yes, and no page that was visited asks for it."
        return
    if found.decline is None:
        yield "decline-missing", "", "One can accept here, and not decline."
        return
    if found.decline_steps > found.accept_steps:
        message = f"Declining takes {found.decline_steps} steps, accepting {found.accept_steps}."
        yield "decline-longer", "", message
    elif differing := list(_differing(found.accept, found.decline)):
        yield "decline-unequal", "", f"Accept and decline differ in {', '.join(differing)}."
    yield from _faint("accept", found.accept)
    yield from _faint("decline", found.decline)
    if found.accept.focused:
        yield "banner-focus", "", "The focus lies on accept before anybody put it there."


def _faint(name: str, look: Look) -> Iterator[Said]:
    if look.contrast is not None and look.contrast < _LEAST_CONTRAST:
        message = f"The words on {name} have a contrast of {look.contrast}; {_LEAST_CONTRAST} is the least."
        yield "banner-contrast", name, message


def _differing(accept: Look, decline: Look) -> Iterator[str]:
    if accept.role != decline.role:
        yield f"kind ({accept.role} and {decline.role})"
    low, high = _AREA
    if not low * accept.width * accept.height <= decline.width * decline.height <= high * accept.width * accept.height:
        yield "size"
    if (accept.size, accept.weight) != (decline.size, decline.weight):
        yield "type"
    if accept.padding != decline.padding:
        yield "padding"
    if _apart(accept.contrast, decline.contrast) or _apart(accept.prominence, decline.prominence):
        yield "colour"


def _apart(one: float | None, other: float | None) -> bool:
    return bool(one and other) and max(one or 0, other or 0) > _MOST_APART * min(one or 0, other or 0)
