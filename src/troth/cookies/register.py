"""What may be set in a browser: whatever the statement declares, for as long as it declares, and no further. Pure."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from troth.statement.compile import length
from troth.statement.model import Cookie, Statement

_PREFIX: Final = "__Host-"
_PREFIXED: Final = re.compile(r"__(host|secure|http|host-http)-", re.IGNORECASE)
_PLAIN: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,59}")
_ANY: Final = "*"
# Browsers take any other age for none (RFC 6265, 5.2.2).
_SECONDS: Final = re.compile(r"-?[0-9]+", re.ASCII)
# With so many digits it is longer than any browser lives.
_LONG: Final = 12


def own_name(name: str, *, secure: bool) -> str:
    """How a cookie of our own is called on the way: behind TLS it is bound to this host by its prefix."""
    return _PREFIX + name if secure else name


def plain_name(name: str) -> str:
    """`name` if it can stand in a line of a log; else ``?``, since it may say anything."""
    return name if _PLAIN.fullmatch(name) else "?"


def declared(statement: Statement, name: str) -> Cookie | None:
    """The cookie that is declared under the `name` it has on the way."""
    bare = name.removeprefix(_PREFIX)
    found = statement.cookies.get(bare) or next(
        (one for pattern, one in statement.cookies.items() if pattern.endswith(_ANY) and bare.startswith(pattern[:-1])),
        None,
    )
    return found if found and found.kind == "cookie" and found.host == "self" else None


def refused(statement: Statement, cookie: Mapping[str, Any], name: str, allowed: Callable[[str], bool]) -> str:
    """Why a cookie with these attributes is not set; empty where it may be. `allowed` says if a purpose was chosen.

    One that is taken away is always let through: nothing stays.
    """
    stays = _stays(cookie)
    if stays is not None and stays <= timedelta():
        return ""
    found = declared(statement, name)
    if found is None:
        return "undeclared"
    if found.consent and not allowed(found.consent):
        return "unchosen"
    if cookie["domain"] or (_PREFIXED.match(name) and not (cookie["secure"] and cookie["path"] == "/")):
        return "wider"
    return "longer" if stays and stays > _most(found) else ""


def _stays(cookie: Mapping[str, Any]) -> timedelta | None:
    """For how long a browser is to keep it; None until it is closed."""
    age = str(cookie["max-age"])
    if _SECONDS.fullmatch(age):
        return timedelta(seconds=int(age[:_LONG]))
    return timedelta.max if cookie["expires"] else None


def _most(cookie: Cookie) -> timedelta:
    """The longest that is declared: none where it is to go when the browser is closed."""
    return length(cookie.lifetime) if cookie.lifetime and cookie.lifetime != "session" else timedelta()


def registered(statement: Statement, *, secure: bool) -> list[dict[str, str]]:
    """Everything that may stand in a browser, by the name that it has there."""
    return [
        {"name": called, "kind": one.kind, "host": one.host}
        for name, one in statement.cookies.items()
        for called in dict.fromkeys(
            (name, own_name(name, secure=secure and one.kind == "cookie" and one.host == "self"))
        )
    ]
