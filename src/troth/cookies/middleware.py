"""Nothing is set in a browser that the statement does not declare, whoever set it (P35)."""

import logging
from collections import Counter
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from typing import Final

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from troth import clock
from troth.cookies import browser, register
from troth.errors import TrothError
from troth.statement import reads as statements

_WHY: Final = {
    "undeclared": "the statement does not declare it",
    "unchosen": "it waits for a yes that was not given",
    "wider": "it would reach further than this host",
    "longer": "it would stay longer than is declared",
    "unreadable": "it cannot be read",
}
log = logging.getLogger("troth.cookies")
_MOST: Final = 200
counted: Counter[tuple[str, str]] = Counter()
"""How often something was not set since the server began, by its name and why not. Each is logged once."""


class Registered:
    """Takes out of every answer what may not be set, and says so in the log: by name, never by value.

    It also tells caches of what the answer depends on: the browser's choice and its signal.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.has_header("Set-Cookie"):
            _read_header(response)
        if response.cookies:
            self._insist(request, response)
        if differs := browser.differs_by(request):
            patch_vary_headers(response, differs)
        return response

    def _insist(self, request: HttpRequest, response: HttpResponse) -> None:
        at = clock.now()
        try:
            statement = statements.in_force(settings.TROTH_SERVICE, at).statement
        except (Error, TrothError):
            # Nobody can say what is declared, so nothing is set; the answer itself may be that the store is away.
            response.cookies.clear()
            return

        def allowed(purpose: str) -> bool:
            return (browser.allowed(request, at) or {}).get(purpose, False)

        for name, cookie in list(response.cookies.items()):
            if why := register.refused(statement, cookie, name, allowed):
                del response.cookies[name]
                _refuse(name, why)


def _read_header(response: HttpResponse) -> None:
    """What was written into the header by hand goes the way of all others."""
    read: SimpleCookie = SimpleCookie()
    try:
        read.load(str(response.headers["Set-Cookie"]))
    except CookieError:
        read.clear()
    del response.headers["Set-Cookie"]
    if not read:
        _refuse("", "unreadable")
    for name, cookie in read.items():
        response.cookies[name] = cookie.value
        response.cookies[name].update(cookie)


def _refuse(name: str, why: str) -> None:
    called = register.plain_name(name)
    if len(counted) >= _MOST and (called, why) not in counted:
        called = "?"
    counted[called, why] += 1
    if counted[called, why] == 1:
        log.error("the cookie %s was not set: %s. Declare it under `cookies`, or do not set it.", called, _WHY[why])
