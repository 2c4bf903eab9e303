"""The first page of the desk."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from troth.desk import door
from troth.desk.rules import Post


@require_safe
@door.duty()
def home(request: HttpRequest, post: Post) -> HttpResponse:
    """What this post may do."""
    return door.page(request, "home", {"post": post, "own_page": "desk"})
