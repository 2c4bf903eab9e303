"""The log is served as C2SP tlog-tiles."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import Resolver404, URLResolver
from django.urls.resolvers import RoutePattern

from tests.rooms.ledger.test_verify import append
from troth.ledger import actions, reads
from troth.ledger.errors import NotInLog

LOG = URLResolver(RoutePattern(""), "troth.ledger.urls")


def get(path: str) -> HttpResponse:
    """What the door at `path` answers."""
    found = LOG.resolve(path)
    answer: HttpResponse = found.func(RequestFactory().get(path), *found.args, **found.kwargs)
    return answer


@pytest.mark.usefixtures("ledger")
def test_before_the_first_checkpoint() -> None:
    """A log that has signed nothing yet has no checkpoint to give."""
    with pytest.raises(NotInLog) as refused:
        get("checkpoint")
    assert (refused.value.code, refused.value.status) == ("ledger.not-in-log", 404)


@pytest.mark.usefixtures("ledger")
def test_what_is_served() -> None:
    """Checkpoint and key are text and fresh; tiles and bundles are bytes and for good."""
    append(0, 300)
    actions.sequence()
    checkpoint = get("checkpoint")
    assert checkpoint.content.decode() == reads.checkpoint()
    assert checkpoint["Content-Type"] == "text/plain; charset=utf-8"
    assert checkpoint["Cache-Control"] == "no-cache"
    assert get("vkey").content.decode() == reads.verifier_key() + "\n"
    for path, content in (
        ("tile/0/000", reads.hash_tile(0, 0, 256)),
        ("tile/0/001.p/44", reads.hash_tile(0, 1, 44)),
        ("tile/1/000.p/1", reads.hash_tile(1, 0, 1)),
        ("tile/entries/000", reads.entry_bundle(0, 256)),
        ("tile/entries/001.p/5", reads.entry_bundle(1, 5)),
    ):
        answer = get(path)
        assert answer.content == content
        assert answer["Content-Type"] == "application/octet-stream"
        assert "immutable" in answer["Cache-Control"]


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize(
    "path",
    [
        "tile/0/001",
        "tile/0/001.p/45",
        "tile/0/000.p/256",
        "tile/0/x000/000",
        "tile/0/x999/x999/x999/x999/x999/999",
        "tile/1/000.p/2",
        "tile/63/000",
        "tile/entries/001",
        "tile/entries/0",
    ],
)
def test_what_is_not_there(path: str) -> None:
    """What was not published, or is called otherwise, is not there."""
    append(0, 300)
    actions.sequence()
    with pytest.raises(NotInLog):
        get(path)


@pytest.mark.parametrize("path", ["tile/64/000", "tile/00/000", "tile/0/../vkey", "tile/"])
def test_what_is_no_address(path: str) -> None:
    """Other addresses are not the log's."""
    with pytest.raises(Resolver404):
        LOG.resolve(path)
