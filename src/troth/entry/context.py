"""What every page's template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url
from django.utils.encoding import escape_uri_path

from troth import clock
from troth.entry.site import site as content
from troth.statement import reads


def site(request: HttpRequest) -> dict[str, Any]:
    """The site's content, the statement in force and the one to come (P53), and this page in the other languages."""
    now = clock.now()
    succession = reads.succession(settings.TROTH_SERVICE, now)
    published = reads.version(settings.TROTH_SERVICE, succession.in_force) if succession.in_force else None
    later = succession.newest > succession.in_force
    spoken = published.statement.languages if published else ("en",)
    path = "/" + escape_uri_path(request.path).lstrip("/\\")  # two slashes would lead to another host
    return {
        "site": content(),
        "published": published,
        "upcoming": reads.coming(settings.TROTH_SERVICE, now) if later else None,
        "statement": published.statement if published else None,
        "translations": [(code, translate_url(path, code.lower())) for code in spoken],
        "site_url": settings.TROTH_URL,
    }
