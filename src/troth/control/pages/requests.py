"""What a person asked for: with its day, its state and what came of it, and a form to ask for more."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from troth import clock
from troth.control import asked, asking, labels
from troth.control.door import own, see_other
from troth.control.rules import SignedIn


@require_http_methods(["GET", "HEAD", "POST"])
@own
def requests(request: HttpRequest, me: SignedIn) -> HttpResponse:
    """Shows everything that the person asked for; takes in what they ask for now."""
    now = clock.now()
    if request.method == "POST":
        right, words = request.POST.get("right", ""), request.POST.get("words", "").replace("\0", "").strip()
        asking.ask(me.person, right, words=words, service=settings.TROTH_SERVICE, through=asking.OWN_PAGE, at=now)
        return see_other(reverse("my-requests"))
    context = {
        "me": me,
        "own_page": "my-requests",
        "labels": labels.ALL,
        "requests": [(one, one.overdue(now.date())) for one in asked.requests_of(me.person)],
        "most_words": asking.MOST_WORDS,
    }
    return render(request, "control/requests.html", context)
