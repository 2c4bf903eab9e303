"""Where addresses out of mails lead, and the page where this machine shows the letters that it does not send.

What a form here does needs no cookie: whoever has the address has the mail. Looking at a page does nothing (RFC 8058):
programs look at every address in a mail.
"""

import ipaddress

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language, gettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from troth import clock
from troth.mail import following, opting, reads, tokens
from troth.mail.errors import NotShown
from troth.statement import reads as statements
from troth.statement.clause import Voice

_PASSED_ON = ("HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_VIA")


@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    """The letters of an installation that only this machine can reach and that names no mail server."""
    if not settings.TROTH_MAILS_SHOWN or not _from_here(request):
        message = "Letters are shown only where none are sent, and only on the machine itself. Look into your mail."
        raise NotShown(message)
    response = render(request, "mail/mails.html", {"mails": reads.kept(clock.now())})
    response.headers["Cache-Control"] = "no-store"
    return response


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Ends mail of one kind with one POST, which mail programs send by themselves; looking at it shows a button."""
    at, service = clock.now(), settings.TROTH_SERVICE
    if request.method == "POST":
        about = opting.unsubscribe(token, service=service, at=at)
        lead = gettext("From this moment on you get no more of this: {purpose}.")
        return _said(request, gettext("You are unsubscribed"), lead.format(purpose=_label(about)))
    _, about = tokens.opened("unsubscribe", token, 2)
    lead = gettext("With one press you get no more of this: {purpose}. You need not sign in or give a reason.")
    return _said(request, gettext("Unsubscribe"), lead.format(purpose=_label(about)), gettext("Unsubscribe"))


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Confirms that a yes to mail was theirs with one POST; looking at it shows a button (P12)."""
    at, service = clock.now(), settings.TROTH_SERVICE
    if request.method == "POST":
        about = opting.confirm(token, service=service, at=at)
        lead = gettext("From now on we may send you this: {purpose}. Every mail has an address that ends it.")
        return _said(request, gettext("It is confirmed"), lead.format(purpose=_label(about)))
    about = opting.confirming(token, at).about
    lead = gettext("Somebody gave your address and said yes to this: {purpose}. If that was you, confirm it.")
    return _said(request, gettext("Was it you?"), lead.format(purpose=_label(about)), gettext("Confirm"))


@require_safe
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """Leads on to where a link of an issue goes, and to nowhere else (P40)."""
    response = HttpResponseRedirect(following.follow(token, service=settings.TROTH_SERVICE, at=clock.now()))
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _said(request: HttpRequest, title: str, lead: str, button: str = "") -> HttpResponse:
    response = render(request, "mail/said.html", {"title": title, "lead": lead, "button": button})
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _label(about: str) -> str:
    """What the statement calls a purpose; its name where the one in force has none of it any more."""
    statement = statements.in_force(settings.TROTH_SERVICE, clock.now()).statement
    code = get_language() or "en"
    language = next((one for one in statement.languages if one.lower() == code), statement.languages[0])
    return Voice(statement, language).purpose(about) if about in statement.purposes else about


def _from_here(request: HttpRequest) -> bool:
    """Whether a program on this machine asks, and for nobody else."""
    if any(name in request.META for name in _PASSED_ON):
        return False
    return ipaddress.ip_address(request.META["REMOTE_ADDR"]).is_loopback
