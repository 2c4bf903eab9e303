"""In which language a person's pages are said."""

from typing import get_args

from django.utils.translation import get_language

from troth.statement.model import Language


def language() -> str:
    """The language of the page as statements write it: ``zh-Hant``."""
    code = (get_language() or "").lower()
    return next((one for one in get_args(Language) if one.lower() == code), "en")
