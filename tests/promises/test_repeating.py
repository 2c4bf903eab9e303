"""Sending again is safe: the same key and content is the same submission, taken once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.support import disk, points
from tests.support.outsider import Log
from tests.support.site import Running, http

AT_ONCE = 8


def asked_again(client: httpx.Client, site: Running, point: str = "information") -> dict[str, Any]:
    """A valid submission to send more than once."""
    asked = points.described(client, site, point)
    return points.submission(asked, points.answers(asked["shown"]))


def key() -> str:
    """A key nobody has used."""
    return points.address()


@pytest.mark.promise("P10")
def test_the_same_key_is_the_same_submission(client: httpx.Client, site: Running, log: Log) -> None:
    """Whoever asks again with the same key and content gets the first answer, and one entry stands."""
    before, body, used = log.settled(), asked_again(client, site), key()
    answers = [points.taken(points.post(client, site, "information", body, Idempotency_Key=used)) for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert len(log.since(before)) == 1


@pytest.mark.promise("P10")
def test_a_key_is_of_one_content(client: httpx.Client, site: Running) -> None:
    """The same key with other fields, choices or files is refused, and nothing of it is stored."""
    body, used = asked_again(client, site, "promotional-mail"), key()
    first = points.taken(points.post(client, site, "promotional-mail", body, Idempotency_Key=used))
    other = "the-otter-sleeps@example.com"
    changes = [{"fields": {**body["fields"], "email": other}}, {"choices": dict.fromkeys(body["choices"], False)}]
    with disk.nothing_kept(client, site, other):
        for change in changes:
            answer = points.post(client, site, "promotional-mail", {**body, **change}, Idempotency_Key=used)
            points.refused(answer, 409, "collection.key-reused")
    again = points.post(client, site, "promotional-mail", body, Idempotency_Key=used)
    assert points.taken(again) == first


@pytest.mark.promise("P10")
def test_another_file_is_another_content(client: httpx.Client, site: Running) -> None:
    """The same key with another file is refused; with the same file it is the same submission."""
    asked = points.described(client, site, "job-application")
    given = points.answers(asked["shown"], optional=False)
    body, used = points.submission(asked, given), key()
    first = points.taken(points.post(client, site, "job-application", body, given.files, Idempotency_Key=used))
    kept = disk.files(site)
    again = points.post(client, site, "job-application", body, given.files, Idempotency_Key=used)
    assert points.taken(again) == first
    other = {"cv": ("application.pdf", points.PDF.replace(b"1.7", b"1.6"), "application/pdf")}
    answer = points.post(client, site, "job-application", body, other, Idempotency_Key=used)
    points.refused(answer, 409, "collection.key-reused")
    assert disk.files(site) == kept


@pytest.mark.promise("P10")
def test_a_key_belongs_to_its_point(client: httpx.Client, site: Running) -> None:
    """The same key at another point is another submission."""
    used = key()
    receipts = set()
    for point in ("information", "quote"):
        answer = points.post(client, site, point, asked_again(client, site, point), Idempotency_Key=used)
        receipts.add(points.taken(answer)["receipt"])
    assert len(receipts) == 2


@pytest.mark.promise("P10")
def test_without_a_key_each_is_its_own(client: httpx.Client, site: Running) -> None:
    """Without a key, the same words sent twice are two submissions."""
    body = asked_again(client, site)
    assert len({points.taken(points.post(client, site, "information", body))["receipt"] for _ in range(2)}) == 2


@pytest.mark.promise("P10")
def test_all_at_once_is_once(client: httpx.Client, site: Running, log: Log) -> None:
    """Eight at the same time with the same key: one entry, and nobody is told of another submission than that one."""
    for _ in range(3):
        before, body, used = log.settled(), asked_again(client, site), key()

        def send(_: int, body: Any = body, used: str = used) -> httpx.Response:
            with http() as other:
                return points.post(other, site, "information", body, Idempotency_Key=used)

        with ThreadPoolExecutor(AT_ONCE) as threads:
            answers = list(threads.map(send, range(AT_ONCE)))
        taken = [answer.json()["receipt"] for answer in answers if answer.status_code == 201]
        assert taken
        assert len(set(taken)) == 1
        for answer in answers:
            if answer.status_code != 201:
                points.refused(answer, 409, "collection.replayed")
        assert points.taken(points.post(client, site, "information", body, Idempotency_Key=used))["receipt"] == taken[0]
        assert len(log.since(before)) == 1


@pytest.mark.promise("P10")
def test_many_people_at_once_are_all_taken(client: httpx.Client, site: Running, log: Log) -> None:
    """Thirty submissions at the same time, some of the same person, are thirty entries."""
    before, shared = log.settled(), points.address()
    bodies = [asked_again(client, site) for _ in range(30)]
    for body in bodies[::3]:
        body["fields"]["email"] = shared

    def send(body: Any) -> dict[str, Any]:
        with http() as other:
            return points.taken(points.post(other, site, "information", body))

    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = list(threads.map(send, bodies))
    assert len({one["receipt"] for one in answers}) == 30
    assert len({one["person"] for one in answers[::3]}) == 1
    assert len(log.since(before)) == 30
