"""Choices without script, the script with what it asks, and the signal's well-known address."""

import gzip
import json
import time
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final

import brotli
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from troth import clock
from troth.cookies import banner, browser, reads
from troth.cookies.actions import Choosing, choose
from troth.cookies.api import kept
from troth.cookies.errors import Malformed, NotYet
from troth.statement import reads as statements
from troth.statement.clause import Voice

_SCRIPT: Final = Path(__file__).parent / "static" / "troth.js"
_PATIENCE, _PAUSE = 1.5, 0.05
_ALL: Final = {"yes": True, "no": False}
_LANGUAGES: Final = {"zh-hant": "zh-Hant"}


# A page of another site cannot send this form: its origin is looked at, and no cookie is needed to tell.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def choices(request: HttpRequest) -> HttpResponse:
    """Every choice about what is kept in the browser, for those without script as for those with it (P36)."""
    if request.method == "POST":
        return _choose(request)
    at, language = clock.now(), _language()
    asking = reads.asking(settings.TROTH_SERVICE, at)
    voice, standing = Voice(asking.statement, language), browser.allowed(request, at)
    signal = browser.sends_signal(request)
    one = browser.chosen(request)
    context = {
        "digest": asking.asked.digest,
        "purposes": [
            {
                **banner.told(voice, name),
                "id": name,
                "on": bool(standing and standing[name]),
                "refused": signal and name in asking.asked.covered,
            }
            for name in asking.asked.purposes
        ],
        "needed": [
            banner.told_of(voice, name, cookie) for name, cookie in asking.statement.cookies.items() if cookie.exempt
        ],
        "signal": signal,
        "chosen": one if standing is not None else None,
        "again": one is not None and standing is None,
        "ends": asking.asked.ends(one.day) if one else None,
    }
    response = render(request, "cookies/choices.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


def _language() -> str:
    code = get_language() or "en"
    return _LANGUAGES.get(code, code)


def _choose(request: HttpRequest) -> HttpResponse:
    browser.insist_on_origin(request.META)
    given = request.POST
    if any(len(values) > 1 for _, values in given.lists()):
        message = "The same part came twice. Open the page again and choose there."
        raise Malformed(message, clause="cookies")
    asked = reads.asking(settings.TROTH_SERVICE, clock.now()).asked
    answers = {name.removeprefix("allow."): True for name in given if name.startswith("allow.")}
    if (everything := _ALL.get(given.get("all", ""))) is not None:
        answers = dict.fromkeys(asked.purposes, everything)
    before = browser.chosen(request)
    taken = choose(
        Choosing(
            settings.TROTH_SERVICE, given.get("digest", ""), _language(), answers, before.ref if before else "",
            browser.sends_signal(request),
        )
    )  # fmt: skip
    response = HttpResponseRedirect(reverse("choices") + "#saved")
    response.status_code = 303
    browser.remember(response, taken)
    response.headers["Cache-Control"] = "no-store"
    return response


@require_safe
def receipt(request: HttpRequest, ref: str) -> HttpResponse:
    """What was recorded of a choice, with its proof, to keep and to check with ``troth verify --receipt``."""
    end = time.monotonic() + _PATIENCE
    while (found := reads.receipt(ref)) is None:
        if time.monotonic() > end:
            message = "The ledger has not given this entry its place yet. Ask again in a second."
            raise NotYet(message)
        time.sleep(_PAUSE)
    response = HttpResponse(json.dumps(found, indent=2, ensure_ascii=False) + "\n", content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="choice-{ref[:8]}.json"'
    response.headers["Cache-Control"] = "no-store"
    return response


@require_safe
def script(request: HttpRequest) -> HttpResponse:
    """``troth.js`` with what it asks, in one: no second request delays the banner.

    A page that names its language gets the words of that one, in fewer bytes; others get all of them.
    """
    asking = reads.asking(settings.TROTH_SERVICE, clock.now())
    accepted = {one.partition(";")[0].strip() for one in request.META.get("HTTP_ACCEPT_ENCODING", "").split(",")}
    encoding = next((one for one in _PACKED if one in accepted), "")
    language = request.GET.get("language", "")
    content, etag = _written(asking.told, encoding, language if language in asking.statement.languages else "")
    response = kept(request, content, "text/javascript; charset=utf-8", etag)
    if encoding:
        response.headers["Content-Encoding"] = encoding
    response.headers["Vary"] = "Accept-Encoding"
    return browser.shared_with(request, response)


_PACKED: Final = {"br": brotli.compress, "gzip": lambda plain: gzip.compress(plain, mtime=0)}


@lru_cache(32)
def _written(told: bytes, encoding: str, language: str) -> tuple[bytes, str]:
    if language:
        asked = json.loads(told)
        asked["languages"] = {language: asked["languages"][language]}
        told = json.dumps(asked, ensure_ascii=False, separators=(",", ":")).encode()
    # What stands between script tags on somebody's page must not end them.
    started = told.replace(b"</", b"<\\/")
    content = b"%b\ntroth.start(%b);\n" % (_SCRIPT.read_bytes().rstrip(), started)
    packed = _PACKED[encoding](content) if encoding else content
    return packed, f'"{sha256(packed).hexdigest()[:32]}"'


@require_safe
def gpc(request: HttpRequest) -> HttpResponse:
    """Says that Global Privacy Control is honoured here, and since which version of the statement."""
    since = statements.in_force(settings.TROTH_SERVICE, clock.now()).effective
    response = HttpResponse(
        json.dumps({"gpc": True, "lastUpdate": f"{since:%Y-%m-%d}"}), content_type="application/json"
    )
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response
