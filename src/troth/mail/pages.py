"""The page where this machine shows the letters that it does not send."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from troth import clock
from troth.mail import reads
from troth.mail.errors import NotShown

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


def _from_here(request: HttpRequest) -> bool:
    """Whether a program on this machine asks, and for nobody else."""
    if any(name in request.META for name in _PASSED_ON):
        return False
    return ipaddress.ip_address(request.META["REMOTE_ADDR"]).is_loopback
