"""The machine API: one OpenAPI description, one error shape."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from troth import __version__
from troth.collection.api import router as collection
from troth.collection.errors import Malformed
from troth.entry.middleware import refusal
from troth.errors import TrothError

api = NinjaAPI(title="troth", version=__version__, docs_url=None, docs_decorator=require_safe, urls_namespace="api")
api.add_router("", collection)


@api.exception_handler(TrothError)
def _refused(request: HttpRequest, error: TrothError) -> HttpResponse:
    return refusal(request, error)


@api.exception_handler(ValidationError)
@api.exception_handler(HttpError)
def _malformed(request: HttpRequest, _error: Exception) -> HttpResponse:
    return refusal(request, Malformed("The request is not shaped as /api/v1/openapi.json describes it."))
