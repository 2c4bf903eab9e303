"""What an answer sets is held against the statement, whichever way it was written into it."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from django.http import HttpRequest, HttpResponse

from tests.support.declared import declared
from troth import clock
from troth.cookies.register import declared as found
from troth.cookies.register import refused, registered

pytestmark = pytest.mark.usefixtures("published")
STATEMENT = declared("infortrend")
YEAR = 365 * 86400
Setting = Callable[[HttpResponse], object]


@pytest.fixture(scope="module")
def published(_prepared: Path) -> None:
    """The example's statement is in force."""
    from tests.rooms.use import givers  # noqa: PLC0415 - needs the settings

    givers.publish()


def left(setting: Setting, cookies: str = "") -> dict[str, str]:
    """What is left of the cookies that an answer would set."""
    from troth.cookies.middleware import Registered  # noqa: PLC0415 - needs the settings

    response = HttpResponse()
    setting(response)
    request = HttpRequest()
    request.META["HTTP_COOKIE"] = cookies
    answer = Registered(lambda _request: response)(request)
    assert not answer.has_header("Set-Cookie")
    return {name: one.value for name, one in answer.cookies.items()}


def test_what_is_declared_is_set() -> None:
    """As it was written: value and attributes stay."""
    assert left(lambda one: one.set_cookie("form", "a", secure=True, httponly=True)) == {"form": "a"}
    assert left(lambda one: one.set_cookie("choices", "b", max_age=180 * 86400)) == {"choices": "b"}
    assert left(lambda one: one.headers.setdefault("Set-Cookie", "me=c; HttpOnly")) == {"me": "c"}
    assert left(lambda one: one.headers.setdefault("Set-Cookie", "me=c; Max-Age=soon")) == {"me": "c"}


@pytest.mark.parametrize(
    "setting",
    [
        lambda one: one.set_cookie("tracker", "secret-value"),
        lambda one: one.set_cookie("FORM", "secret-value"),
        lambda one: one.set_cookie("__Secure-form", "secret-value", secure=True),
        lambda one: one.set_cookie("__Host-form", "secret-value"),
        lambda one: one.set_cookie("__host-form", "secret-value", secure=True),
        lambda one: one.set_cookie("form", "secret-value", domain="example.com"),
        lambda one: one.set_cookie("form", "secret-value", max_age=60),
        lambda one: one.set_cookie("form", "secret-value", expires="Fri, 01 Jan 2100 00:00:00 GMT"),
        lambda one: one.set_cookie("choices", "secret-value", max_age=YEAR),
        lambda one: one.headers.setdefault("Set-Cookie", f"choices=secret-value; Max-Age={'9' * 5000}"),
        lambda one: one.set_cookie("settings", "secret-value"),
        lambda one: one.headers.setdefault("Set-Cookie", "tracker=secret-value; Path=/"),
        lambda one: one.headers.setdefault("Set-Cookie", "=secret-value"),
        lambda one: one.headers.setdefault("Set-Cookie", "lin@example.com=secret-value"),
    ],
)
def test_what_is_not_is_taken_out(setting: Setting, caplog: pytest.LogCaptureFixture) -> None:
    """Undeclared, bound to other hosts, longer than declared, waiting for a yes: gone, and the log has no value."""
    from troth.cookies.middleware import counted  # noqa: PLC0415 - needs the settings

    counted.clear()
    with caplog.at_level(logging.ERROR, "troth.cookies"):
        assert left(setting) == {}
        assert left(setting) == {}
    assert sum(counted.values()) == 2
    (line,) = caplog.messages
    assert "was not set" in line
    assert "secret-value" not in line
    assert "lin@example.com" not in line


def test_taking_away_is_always_let_through() -> None:
    """Nothing stays of it, declared or not."""
    assert left(lambda one: one.delete_cookie("tracker")) == {"tracker": ""}


def test_what_waits_is_set_with_the_yes() -> None:
    """The browser's own choice opens it, and nothing else in the request does."""
    from troth.cookies.actions import Choosing, choose  # noqa: PLC0415 - needs the settings
    from troth.cookies.reads import asking  # noqa: PLC0415 - needs the settings

    digest = asking("infortrend", clock.now()).asked.digest
    for yes in (True, False):
        answers = {"remember-settings": yes}
        taken = choose(Choosing("infortrend", digest, "en", answers, "", signal=False))
        kept = left(lambda one: one.set_cookie("settings", "wide", max_age=86400), f"choices={taken.cookie}")
        assert bool(kept) is yes
    assert left(lambda one: one.set_cookie("settings", "wide"), "choices=remember-settings=1") == {}


def test_storage_of_scripts_is_no_cookie() -> None:
    """What is declared as an entry of the browser's storage, or as another host's, is not ours to set."""
    kinds = {"local": {"kind": "local-storage"}, "other": {"host": "elsewhere.example"}, "ok": {}}
    cookies = {name: STATEMENT.cookies["form"].model_copy(update=said) for name, said in kinds.items()}
    statement = STATEMENT.model_copy(update={"cookies": {**cookies, "ga_*": cookies["ok"]}})
    assert [bool(found(statement, name)) for name in ("local", "other", "ok", "ga_1", "g")] == [0, 0, 1, 1, 0]
    names = {one["name"] for one in registered(statement, secure=True)}
    assert names == {"local", "other", "ok", "__Host-ok", "ga_*", "__Host-ga_*"}


def test_a_reason_is_named() -> None:
    """Each refusal says which rule it was."""
    response = HttpResponse()
    response.set_cookie("settings", "x", domain="example.com", max_age=10 * YEAR)
    cookie = response.cookies["settings"]
    assert refused(STATEMENT, cookie, "settings", lambda _purpose: False) == "unchosen"
    assert refused(STATEMENT, cookie, "settings", lambda _purpose: True) == "wider"
    cookie["domain"] = ""
    assert refused(STATEMENT, cookie, "settings", lambda _purpose: True) == "longer"
    assert refused(STATEMENT, cookie, "other", lambda _purpose: True) == "undeclared"
