"""Why something is not used, in words for the person whose it is."""

from typing import Final

from django.utils.translation import gettext

_OTHERWISE: Final = "Not used: the statement does not allow it today"
_AGE: Final = "Not used: your age does not allow it, or is not known"
_WHY_NOT: Final = {
    "consent-missing": "Not used: you did not agree",
    "consent-outdated": "Not used: you agreed to something else",
    "objected": "Not used: you object",
    "restricted": "Not used: you restricted it",
    "retention-over": "Not used: its time is over",
    "too-young": _AGE,
    "age-unknown": _AGE,
}


def why_not(code: str) -> str:
    """The sentence for the code of a :class:`troth.use.gates.Reason`."""
    return gettext(_WHY_NOT.get(code, _OTHERWISE))
