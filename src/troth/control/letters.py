"""The letters that this room writes, in the language of the page they were asked for on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from troth.control.labels import ALL
from troth.control.rules import Device
from troth.mail.rules import Letter

CODE = "Your code for {site}"
_SIGNED_IN, _CHANGED = "New sign-in at {site}", "Your sign-in at {site} was changed"
# Each with its subject and its first sentence.
_NOTICES = {
    "code": (_SIGNED_IN, "Somebody signed in to your pages with a code that was sent to this address."),
    "passkey": (_SIGNED_IN, "Somebody signed in to your pages with a passkey."),
    "password": (_SIGNED_IN, "Somebody signed in to your pages with your password."),
    "passkey-added": (_CHANGED, "A passkey was added. Whoever holds it can sign in to your pages."),
    "passkey-removed": (_CHANGED, "A passkey was removed. It signs nobody in any more."),
    "password-set": (_CHANGED, "A password was set. Whoever knows it can sign in to your pages."),
    "password-removed": (_CHANGED, "The password was removed. It signs nobody in any more."),
    "address-changed": (_CHANGED, "Your address was changed. Codes to sign in with go to another one from now on."),
}


def moving_letter(address: str, code: str) -> Letter:
    """The letter with the code that shows that somebody reads the mail of their new address."""
    return _letter(address, gettext(CODE), "moving", {"code": f"{code[:4]} {code[4:]}"})


def code_letter(address: str, code: str, language: str) -> Letter:
    """The letter with a one-time code."""
    with translation.override(language):
        return _letter(address, gettext(CODE), "code", {"code": f"{code[:4]} {code[4:]}"})


def notice(address: str, what: str, device: Device, at: datetime) -> Letter:
    """The letter that tells what happened to somebody's sign-in, in the language of the page where it did."""
    subject, said = _NOTICES[what]
    shown = {"what": gettext(said), "device": device, "at": at}
    return _letter(address, gettext(subject), "notice", shown)


class Told(NamedTuple):
    """What somebody is told of a mail in their name: what it asks, how it stands, what confirms it, until when."""

    right: str
    state: str
    link: str
    until: datetime


def mail_letter(address: str, told: Sequence[Told]) -> Letter:
    """The letter about mails that came in somebody's name. Nothing of what those say stands in it."""
    received = [one for one in told if one.state == "tell"]
    shown = {
        "asked": [one for one in told if one.link],
        "stopped": any(one.state == "stopped" for one in told),
        "received": min(received, key=lambda one: one.until) if received else None,
        "labels": ALL,
        "choices": settings.TROTH_URL + reverse("my-choices"),
        "me": settings.TROTH_URL + reverse("me"),
    }
    return _letter(address, gettext("Your mail to {site}"), "mail", shown)


def unknown_letter(address: str, until: datetime) -> Letter:
    """The letter to somebody who wrote, and of whom nothing is held."""
    shown = {"until": until, "me": settings.TROTH_URL + reverse("me")}
    return _letter(address, gettext("Your mail to {site}"), "unknown", shown)


def _letter(address: str, subject: str, name: str, context: dict[str, Any]) -> Letter:
    site = settings.TROTH_URL.partition("://")[2]
    own = {"site": site, "security": settings.TROTH_URL + reverse("security"), **context}
    body = render_to_string(f"control/letters/{name}.txt", own)
    return Letter(address, subject.format(site=site), body)
