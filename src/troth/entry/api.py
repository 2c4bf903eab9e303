"""The machine API: one OpenAPI description, one error shape."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

from troth import __version__, clock
from troth.collection.api import router as collection
from troth.collection.described import describe_points
from troth.collection.errors import Malformed
from troth.collection.reads import asking
from troth.control.api import router as control
from troth.cookies.api import router as cookies
from troth.entry.middleware import refusal
from troth.errors import TrothError
from troth.statement.reads import in_force
from troth.use.api import router as use


class _Api(NinjaAPI):
    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """What is taken by the statement in force, point by point."""
        described = super().get_openapi_schema(**options)
        now = clock.now()
        points = in_force(settings.TROTH_SERVICE, now).statement.collection
        describe_points(described, [asking(settings.TROTH_SERVICE, point, "", now) for point in points])
        return described


_TOKENS = {"components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}}}
api = _Api(
    title="troth", version=__version__, docs_url=None, docs_decorator=require_safe, urls_namespace="api",
    openapi_extra=_TOKENS,
)  # fmt: skip
api.add_router("", collection)
api.add_router("", use)
api.add_router("", cookies)
api.add_router("", control)


@api.exception_handler(TrothError)
def _refused(request: HttpRequest, error: TrothError) -> HttpResponse:
    return refusal(request, error)


@api.exception_handler(ValidationError)
@api.exception_handler(HttpError)
def _malformed(request: HttpRequest, _error: Exception) -> HttpResponse:
    return refusal(request, Malformed("The request is not shaped as /api/v1/openapi.json describes it."))
