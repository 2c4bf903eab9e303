"""The letters that this room writes, in the language of the page they were asked for on."""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from troth.mail.rules import Letter

CODE = "Your code for {site}"


def code_letter(address: str, code: str, language: str) -> Letter:
    """The letter with a one-time code."""
    with translation.override(language):
        return _letter(address, gettext(CODE), "code", {"code": f"{code[:4]} {code[4:]}"})


def _letter(address: str, subject: str, name: str, context: dict[str, Any]) -> Letter:
    site = settings.TROTH_URL.partition("://")[2]
    own = {"site": site, "security": settings.TROTH_URL + reverse("security"), **context}
    body = render_to_string(f"control/letters/{name}.txt", own)
    return Letter(address, subject.format(site=site), body)
