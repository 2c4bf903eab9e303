"""What templates need to say declared texts, days and choices in the page's language."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, get_args

from django import template
from django.urls import reverse
from django.utils.translation import get_language

from troth.statement.model import Language, Statement, say
from troth.statement.words import words

register = template.Library()

_MEDIA = {
    "pdf": ".pdf,application/pdf",
    "png": ".png,image/png",
    "jpeg": ".jpg,.jpeg,image/jpeg",
    "text": ".txt,.log,text/plain",
    "zip": ".zip,application/zip",
    "docx": ".docx,application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@register.simple_tag
def page_language() -> str:
    """The page's language as statements and BCP 47 write it: ``zh-Hant``."""
    code = (get_language() or "").lower()
    return next((one for one in get_args(Language) if one.lower() == code), "en")


@register.filter(name="say")
def in_page_language(text: Mapping[str, str]) -> str:
    """A declared text in the page's language."""
    return say(dict(text), page_language())


@register.filter
def way_out(url: str, statement: Statement) -> str:
    """The leave notice of the declared link that leads to `url`; nothing where none is declared (P52)."""
    names = (name for name, link in statement.links.items() if link.url == url)
    return next((reverse("leave", args=[name]) for name in names), "")


@register.filter
def switch(statement: Statement, purpose: str) -> str:
    """Where on their choices a person ends what is done for `purpose`; nothing where there is no such choice."""
    match statement.purposes[purpose].basis:
        case "consent":
            return f"consent-{purpose}"
        case "legitimate-interest" | "public-task":
            return f"objection-purpose-{purpose}"
    return ""


@register.filter
def day(moment: date) -> str:
    """The day of a moment, or a day, as people write it."""
    return words(page_language()).day(moment.date() if isinstance(moment, datetime) else moment)


@register.filter
def listed(things: Iterable[str]) -> str:
    """Several things in one phrase, with the commas and the "and" of the page's language."""
    return words(page_language()).listed(things)


@register.filter
def item(mapping: Mapping[str, Any], key: str) -> Any:
    """What `mapping` holds under `key`, or None."""
    return mapping.get(key)


@register.filter
def pairs(mapping: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Names and values. A declared name may be any word, so ``mapping.items`` in a template is not safe."""
    return list(mapping.items())


@register.filter
def after(items: Sequence[Any], position: int) -> Any:
    """What stands at `position`, counted from zero, or None past the end."""
    return items[position] if position < len(items) else None


@register.filter
def media(kinds: list[str]) -> str:
    """File types as the ``accept`` attribute takes them."""
    return ",".join(_MEDIA[kind] for kind in kinds)


@register.filter
def anchor(field: str, notice: Mapping[str, Any]) -> str:
    """The id of the input that a problem is about, or nothing where the form has none."""
    if field in {one["id"] for one in notice["fields"]} or (field in ("born", "residence") and notice["age"]):
        return f"field-{field}"
    return f"choice-{field}" if field in {one["id"] for one in notice["choices"]} else ""
