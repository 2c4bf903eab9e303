"""Counts pages where they are made, so that visits without script count as well."""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from troth.visits.pages import put

Answer = Callable[[HttpRequest], HttpResponse]


class Seen:
    """Puts down every page that somebody was given, and nothing that their browser only fetched beforehand."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if (
            response.status_code == HTTPStatus.OK
            and request.method == "GET"
            and response.headers.get("Content-Type", "").startswith("text/html")
            and "prefetch" not in request.META.get("HTTP_SEC_PURPOSE", "")
        ):
            put(request.META, settings.TROTH_URL, (request.path_info, request.META.get("HTTP_REFERER", "")))
        return response
