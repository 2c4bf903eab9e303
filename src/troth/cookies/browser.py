"""What a browser says along with a request: its choice, the signal that it sends, and where the request was made."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from troth.cookies import reads, rules
from troth.cookies.actions import Taken, key
from troth.cookies.errors import Foreign
from troth.cookies.register import own_name
from troth.cookies.rules import Chosen
from troth.statement.model import CHOICES

COOKIE: Final = own_name(CHOICES, secure=settings.INSTALLATION.secure)
_OWN: Final = frozenset({settings.TROTH_URL})
_WITH_OTHERS: Final = _OWN | frozenset(settings.TROTH_ORIGINS)
_FROM_HERE: Final = (None, "same-origin", "none")
_ASKED: Final = "troth.cookies.asked"
_SECURE: Final = "; Secure" if settings.INSTALLATION.secure else ""


def sends_signal(request: HttpRequest) -> bool:
    """Whether the browser sends Global Privacy Control. Whatever is answered then differs by it (`Vary`)."""
    _asked(request, "Sec-GPC")
    return signal_in(request.META)


def signal_in(head: Mapping[str, Any]) -> bool:
    """Whether the head of a request has the signal: exactly ``1``; of several headers, which come as one, any."""
    return any(one.strip(" \t") == "1" for one in str(head.get("HTTP_SEC_GPC", "")).split(","))


def chosen(request: HttpRequest) -> Chosen | None:
    """The choice that the browser keeps, if it keeps exactly one that we wrote."""
    _asked(request, "Cookie")
    found = list(_values(request.META.get("HTTP_COOKIE", "")))
    return rules.chosen(found[0], key()) if len(found) == 1 else None


def _values(cookies: str) -> Iterator[str]:
    for one in cookies.split(";"):
        name, _, value = one.partition("=")
        if name.strip() == COOKIE:
            yield value.strip()


def allowed(request: HttpRequest, at: datetime) -> dict[str, bool] | None:
    """What is allowed in this browser now, by purpose; None where its visitor is still to be asked."""
    asking = reads.asking(settings.TROTH_SERVICE, at)
    return rules.standing(chosen(request), asking.asked, at.date(), signal=sends_signal(request))


def remember(response: HttpResponse, taken: Taken) -> None:
    """Gives the browser the choice to keep, if the statement declares what keeps it. Scripts of the page read it."""
    if taken.lifetime:
        stays, secure = _stays(taken.chosen.day, taken.lifetime), settings.INSTALLATION.secure
        response.set_cookie(COOKIE, "", max_age=stays, secure=secure, samesite="Lax")
        # As it stands: Django would write its commas in another way, which scripts do not read.
        response.cookies[COOKIE].set(COOKIE, taken.cookie, taken.cookie)


def written(taken: Taken) -> str:
    """The same as a header."""
    return f"{COOKIE}={taken.cookie}; Max-Age={_stays(taken.chosen.day, taken.lifetime)}; Path=/; SameSite=Lax{_SECURE}"


@lru_cache(8)
def _stays(day: date, lifetime: str) -> int:
    """For how many seconds the browser is to keep it: to the day on which it holds no more."""
    return int((rules.ends(day, lifetime) - day).total_seconds())


def insist_on_origin(head: Mapping[str, Any], *, others: bool = False) -> str:
    """Refuses what was not sent from a page of this site, or, with `others`, of one that the settings name.

    Every browser says where a form or a script sends from. A program, which acts for nobody else, need not. Answers
    the origin if it is one of the others.
    """
    origin = head.get("HTTP_ORIGIN")
    if origin is None and head.get("HTTP_SEC_FETCH_SITE") in _FROM_HERE:
        return ""
    if origin not in (_WITH_OTHERS if others else _OWN):
        message = "This was sent from another site. Open the page of this site and choose there."
        raise Foreign(message, clause="cookies")
    return "" if origin in _OWN else str(origin)


def shared_with(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The answer, readable by a page of another origin that the settings name."""
    if settings.TROTH_ORIGINS:
        _asked(request, "Origin")
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        if (origin := request.META.get("HTTP_ORIGIN")) in settings.TROTH_ORIGINS:
            response.headers["Access-Control-Allow-Origin"] = origin
    return response


def _asked(request: HttpRequest, header: str) -> None:
    request.META.setdefault(_ASKED, {})[header] = True


def differs_by(request: HttpRequest) -> list[str]:
    """The headers that the answer depends on, as far as this room asked for them."""
    return list(request.META.get(_ASKED, ()))
