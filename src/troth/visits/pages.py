"""The door for beacons. Most come a shorter way, that knows no requests (``entry.beacons``) and takes what fits."""

import time
from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from troth.networks import sender
from troth.visits.errors import TooLarge, WrongOrigin, WrongType
from troth.visits.intake import intake
from troth.visits.rules import Sight

MOST: Final = 2048
TYPES: Final = frozenset({"text/plain;charset=utf-8", "text/plain", "application/json"})
_ORIGINS: Final = frozenset({settings.TROTH_URL, *settings.TROTH_ORIGINS})
_PROXIED: Final[bool] = settings.INSTALLATION.configuration.site.behind_proxy
_OURS: Final = f"{settings.TROTH_SESSION_COOKIE}="
# A user agent says no more than that in less.
_LONGEST: Final = 512


def fit(head: Mapping[str, Any]) -> bool:
    """Whether a beacon with this head comes from a page of the site, and is of a type that is taken."""
    return head.get("HTTP_ORIGIN") in _ORIGINS and head.get("CONTENT_TYPE", "").replace(" ", "").lower() in TYPES


def put(head: Mapping[str, Any], origin: str, said: bytes | tuple[str, str]) -> None:
    """Puts down what is seen now, by a request with this head, until it is looked at within a second."""
    cookies, address = head.get("HTTP_COOKIE", ""), sender(head, proxied=_PROXIED)
    token = _token(cookies) if _OURS in cookies else ""
    intake.put(Sight(time.time(), address, head.get("HTTP_USER_AGENT", "")[:_LONGEST], token, origin, said))


def _token(cookies: str) -> str:
    named = (one.strip() for one in cookies.split(";"))
    return next((one.removeprefix(_OURS)[:_LONGEST] for one in named if one.startswith(_OURS)), "")


@csrf_exempt
@require_POST
def beacon(request: HttpRequest) -> HttpResponse:
    """Takes a beacon. The answer says that it came, not that it counts."""
    head = request.META
    if head.get("HTTP_ORIGIN") not in _ORIGINS:
        message = "This was not sent from a page of this site. Count visits of your own site with a site of your own."
        raise WrongOrigin(message)
    if not fit(head):
        message = "A beacon is JSON, sent as text/plain or application/json. Send it so."
        raise WrongType(message)
    if int(head.get("CONTENT_LENGTH") or 0) > MOST:
        message = "A beacon has at most {most} bytes. Send the page and nothing that is typed."
        raise TooLarge(message, most=MOST)
    put(head, head["HTTP_ORIGIN"], request.body)
    return HttpResponse(status=204)
