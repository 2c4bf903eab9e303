"""Security: what is sent, however large, slow or broken off, is taken whole or not at all, and nobody else waits."""

import json
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx
import psutil
import pytest

from tests.support import disk, points, wire
from tests.support.guards import code, orderly
from tests.support.site import Running
from tests.support.waiting import until

API, FORM, EMBED = "/api/v1/collect/support", "/collect/support/", "/collect/support/embed/"
AS_JSON, AS_FORM, AS_URL = "application/json", "multipart/form-data; boundary=B", "application/x-www-form-urlencoded"
KB, MB, GB = 1_000, 1_000_000, 1_000_000_000
TOO_LARGE, BROKEN_OFF, NO_LENGTH = "collection.too-large", "collection.malformed", "entry.length-required"
# More than the server lets arrive at once, and more than it has threads.
SLOW = 150


@pytest.fixture
def whole(client: httpx.Client, infortrend: Running) -> bytes:
    """A good submission as JSON."""
    asked = points.described(client, infortrend, "support")
    return json.dumps(points.submission(asked, points.answers(asked["shown"], optional=False))).encode()


@pytest.fixture
def upload(whole: bytes) -> bytes:
    """The body of the same with a file."""
    part, log = 'Content-Disposition: form-data; name="{}"', "disk 7 does not answer\n" * 20_000
    parts = [
        (part.format("submission"), whole.decode()),
        (f'{part.format("log-file")}; filename="a.log"\r\nContent-Type: text/plain', log),
    ]
    return "".join(f"--B\r\n{top}\r\n\r\n{content}\r\n" for top, content in parts).encode() + b"--B--\r\n"


@pytest.mark.promise("P43")
@pytest.mark.usefixtures("sqlite")
@pytest.mark.parametrize("path", [API, FORM])
@pytest.mark.parametrize("kind", [AS_JSON, AS_FORM, AS_URL])
def test_a_body_that_is_too_large_is_refused_by_its_head(infortrend: Running, path: str, kind: str) -> None:
    """Whoever announces a gigabyte is answered before the first byte of it."""
    with wire.connected(infortrend) as connection:
        connection.sendall(wire.head(infortrend, path, kind, length=GB))
        status, body = wire.answer(connection)
    assert (status, TOO_LARGE in body) == (413, True)


@pytest.mark.promise("P43")
@pytest.mark.usefixtures("sqlite")
@pytest.mark.parametrize("size", [300 * KB, 5 * MB, 19 * MB, 50 * MB])
@pytest.mark.parametrize(("path", "kind"), [(API, AS_JSON), (FORM, AS_URL)])
def test_whoever_sends_too_much_is_told(
    client: httpx.Client, infortrend: Running, path: str, kind: str, size: int
) -> None:
    """A sender who listens only after the last byte hears why it was refused."""
    answer = client.post(infortrend.url + path, content=b"x" * size, headers={"Content-Type": kind})
    orderly(answer)
    assert (answer.status_code, code(answer)) == (413, TOO_LARGE)


@pytest.mark.promise("P43")
@pytest.mark.usefixtures("sqlite")
def test_large_bodies_are_not_held_in_memory(infortrend: Running) -> None:
    """Ten who send a gigabyte each at once are refused, and the server is no larger than before by a tenth of one."""

    def send(path: str) -> str:
        with wire.connected(infortrend) as connection:
            connection.sendall(wire.head(infortrend, path, AS_JSON, length=GB))
            _, body = wire.answer(connection)
            assert wire.pour(connection, GB) < GB
            return body

    before = _memory(infortrend)
    with ThreadPoolExecutor(10) as senders:
        assert all(TOO_LARGE in body for body in senders.map(send, [API, FORM] * 5))
    assert _memory(infortrend) - before < GB / 10


@pytest.mark.promise("P43")
@pytest.mark.usefixtures("sqlite")
@pytest.mark.parametrize("path", [API, FORM])
def test_a_body_must_say_how_long_it_is(infortrend: Running, path: str) -> None:
    """A body that comes in chunks, with a length beside or without, is refused by name."""
    for length in (None, 5):
        with wire.connected(infortrend) as connection:
            lines = wire.head(infortrend, path, AS_JSON, "Transfer-Encoding: chunked", length=length)
            connection.sendall(lines + b"5\r\nhello\r\n0\r\n\r\n")
            status, body = wire.answer(connection)
        assert (status, NO_LENGTH in body) == (411, True)


@pytest.mark.promise("P44")
@pytest.mark.usefixtures("sqlite")
@pytest.mark.parametrize("left", [1, 2, 4, 300, 200_000, 460_000])
def test_what_breaks_off_is_not_taken(client: httpx.Client, infortrend: Running, upload: bytes, left: int) -> None:
    """A submission whose sender stops before its end is not stored in part; if they still listen, they are told so."""
    start = wire.head(infortrend, API, AS_FORM, length=len(upload)) + upload[:-left]
    kept = disk.files(infortrend)
    with disk.nothing_kept(client, infortrend):
        with wire.connected(infortrend) as connection:
            connection.sendall(start)
            connection.shutdown(socket.SHUT_WR)
            status, body = wire.answer(connection)
        assert (status, BROKEN_OFF in body) == (400, True)
        with wire.connected(infortrend) as connection:
            connection.sendall(start)
            wire.break_off(connection)
        until(lambda: disk.files(infortrend) == kept, "an end of the upload")


@pytest.mark.promise("P44")
@pytest.mark.usefixtures("sqlite")
@pytest.mark.parametrize("left", [1, 20])
def test_json_that_breaks_off_is_not_taken(client: httpx.Client, infortrend: Running, whole: bytes, left: int) -> None:
    """The same for what a program sends in one piece."""
    with disk.nothing_kept(client, infortrend), wire.connected(infortrend) as connection:
        connection.sendall(wire.head(infortrend, API, AS_JSON, length=len(whole)) + whole[:-left])
        connection.shutdown(socket.SHUT_WR)
        status, body = wire.answer(connection)
        assert (status, BROKEN_OFF in body) == (400, True)


@pytest.mark.promise("P44")
@pytest.mark.usefixtures("sqlite")
def test_many_that_break_off_leave_room(client: httpx.Client, infortrend: Running, upload: bytes) -> None:
    """However many go away in the middle, nothing of theirs stays, and the next one is taken."""
    start = wire.head(infortrend, API, AS_FORM, length=len(upload)) + upload[: len(upload) // 2]
    kept = disk.files(infortrend)
    with disk.nothing_kept(client, infortrend):
        for _ in range(SLOW):
            with wire.connected(infortrend) as connection:
                connection.sendall(start)
                wire.break_off(connection)
        until(lambda: disk.files(infortrend) == kept, "an end of all uploads")
    points.taken(points.give(client, infortrend, "information"))


@pytest.mark.promise("P43")
@pytest.mark.parametrize(("path", "kind"), [(API, AS_JSON), (API, AS_FORM), (FORM, AS_FORM), (EMBED, AS_FORM)])
def test_slow_senders_keep_no_reader_waiting(client: httpx.Client, infortrend: Running, path: str, kind: str) -> None:
    """While more than can be served send and never end, pages are shown; one who sends then is told to come again."""
    with _slow(infortrend, path, kind):
        until(lambda: _is_crowded(client, infortrend), "a refusal")
        for page in ("/", "/privacy/", FORM, "/log/checkpoint", "/healthz", API):
            assert client.get(infortrend.url + page).status_code == 200
    until(lambda: points.give(client, infortrend, "information").status_code == 201, "a submission that is taken")


def _slow(site: Running, path: str, kind: str) -> ExitStack:
    """Senders who have begun."""
    with ExitStack() as opened:
        for _ in range(SLOW):
            opened.enter_context(wire.connected(site)).sendall(wire.head(site, path, kind, length=1000) + b"--")
        return opened.pop_all()


def _is_crowded(client: httpx.Client, site: Running) -> bool:
    answer = client.post(site.url + API, json={})
    return (answer.status_code, code(answer)) == (503, "entry.crowded")


def _memory(site: Running) -> int:
    return sum(psutil.Process(pid).memory_info().rss for pid in site.processes())
