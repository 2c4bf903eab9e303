"""What every page's template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url

from troth import clock
from troth.entry.site import site as content
from troth.statement import reads
from troth.statement.errors import NotPublished


def site(request: HttpRequest) -> dict[str, Any]:
    """The site's content, the statement in force and the one to come (P53), and this page in the other languages."""
    now = clock.now()
    try:
        published = reads.in_force(settings.TROTH_SERVICE, now)
    except NotPublished:
        published = None
    spoken = published.statement.languages if published else ("en",)
    newest = next(iter(reads.versions(settings.TROTH_SERVICE)), None)
    path = "/" + request.get_full_path().lstrip("/\\")  # two slashes would lead to another host
    return {
        "site": content(),
        "published": published,
        "upcoming": newest if newest and newest.effective > now else None,
        "statement": published.statement if published else None,
        "translations": [(code, translate_url(path, code.lower())) for code in spoken],
        "site_url": settings.TROTH_URL,
    }
