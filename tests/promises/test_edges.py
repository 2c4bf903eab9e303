"""Security: whatever is asked at whatever address, the answer is an orderly one, and nothing breaks."""

import json
from collections.abc import Iterator
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import httpx
import pytest

from tests.support.doors import Door, doors
from tests.support.guards import code, orderly, safe
from tests.support.site import Running

pytestmark = pytest.mark.usefixtures("sqlite")
METHODS = ["OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW", "propfind"]
# What may stand in an address where a name is expected.
WORDS = [
    "%00", "a%00b", "%FF", "%ED%A0%80", "%C0%AF", "..%2F..%2Fetc%2Fpasswd", "%2E%2E", "a%0d%0ab", "-", "%20", "中",
    "9" * 30, "9" * 5000, "a" * 8000, "%27%22%3E%3Cb%3E", ";a=b", "1.0", "-1", "%7Bx%7D",
]  # fmt: skip
QUERIES = [
    "%00", "a=%FF&b=%ED%A0%80", "language=%00", "language=xx&language=en", "language=zh-Hant&language=", "=&=&&",
    "language=" + "a" * 9000, "&".join(f"f{number}=1" for number in range(900)), "%", "language[]=en", "a" * 30_000,
]  # fmt: skip
HEADERS = [
    {"If-None-Match": '"'}, {"If-None-Match": 'W/"", *, abc, ""'}, {"If-Match": '"never"'}, {"If-Match": "?"},
    {"If-Modified-Since": "soon"}, {"If-Modified-Since": "Sun, 06 Nov 0000 08:49:37 GMT"},
    {"If-Unmodified-Since": "Mon, 01 Jan 1990 00:00:00 GMT"}, {"Range": "bytes=0-0"}, {"Range": "bytes=9-1,-,a-"},
    {"Range": "lines=1-2"}, {"Accept-Language": "*;q=,-;q=2,zz-ZZ-zz;q=0.00001,,;"}, {"Accept-Language": "a-" * 4000},
    {"Accept-Language": b"\xff\xfe".decode("latin-1")}, {"Accept": "no/*,;"}, {"Accept-Encoding": "zip;q=x"},
    {"Cookie": 'form="; ; =; form=a; form=b; \\;'}, {"Cookie": "form=" + "x" * 9000}, {"X-Forwarded-Proto": "https,"},
    {"X-Forwarded-For": "'"}, {"X-Forwarded-Host": "elsewhere.example"}, {"Origin": "null"}, {"Referer": "://"},
    {"Content-Type": 'multipart/form-data; boundary="?'}, {"Content-Type": "text/html; charset=none"},
    {"Expect": "100-continue"}, {"Connection": "Upgrade", "Upgrade": "websocket"}, {"X-HTTP-Method-Override": "PUT"},
]  # fmt: skip
HOSTS = [
    "elsewhere.example",
    "",
    "127.0.0.1:x",
    "[::1",
    "a b",
    "127.0.0.1@elsewhere.example",
    "\xff",
]


@pytest.fixture(scope="module")
def every(infortrend: Running) -> list[Door]:
    """Every address of the site."""
    return doors(infortrend)


@pytest.fixture(autouse=True)
def _nothing_broke(infortrend: Running) -> Iterator[None]:
    before = len(infortrend.printed())
    yield
    said = infortrend.printed()[before:]
    assert "Traceback" not in said, said
    assert '"level": "error"' not in said, said


@pytest.mark.promise("P43")
def test_every_method_has_its_answer(client: httpx.Client, infortrend: Running, every: list[Door]) -> None:
    """What an address does not do is refused by name; HEAD says what GET would, without the body."""
    for door in every:
        shown = client.get(infortrend.url + door.path)
        orderly(shown)
        head = client.head(infortrend.url + door.path)
        safe(head)
        assert head.content == b""
        assert head.status_code in (shown.status_code, 405)
        for method in METHODS:
            answer = client.request(method, infortrend.url + door.path)
            orderly(answer)
            assert answer.is_error, (method, door)
            if answer.status_code == 405:
                allowed = set(answer.headers["allow"].replace(" ", "").split(","))
                assert allowed & {"GET", "POST"}
                assert method not in allowed


@pytest.mark.promise("P43")
def test_slashes_too_many_or_too_few(client: httpx.Client, infortrend: Running, every: list[Door]) -> None:
    """An address without its last slash leads to the one with it, here and nowhere else; others are not there."""
    there = {door.path for door in every}
    for door in every:
        without = client.get(infortrend.url + (door.path.rstrip("/") or "/"))
        orderly(without)
        if without.is_redirect:
            leads = urlsplit(without.headers["location"])
            # What has no last slash was asked for itself: if it leads anywhere, then to another address of the site.
            assert leads.path in ({door.path} if door.path.endswith("/") else there - {door.path})
            assert leads.netloc in ("", urlsplit(infortrend.url).netloc)
        for path in (f"{door.path}/", f"/{door.path}", door.path.replace("/", "//"), f"/{door.path.rstrip('/')}"):
            answer = client.get(infortrend.url + path)
            orderly(answer)
            assert not urlsplit(answer.headers.get("location", "")).netloc


@pytest.mark.promise("P43")
@pytest.mark.parametrize("word", WORDS, ids=lambda word: word[:20])
def test_names_that_are_none(client: httpx.Client, infortrend: Running, every: list[Door], word: str) -> None:
    """Whatever stands in an address where a name is expected, or behind it: there is no such thing, and it is said."""
    for door in every:
        for path in {part.replace("<", "\0").replace(">", "\0") for part in (door.pattern, f"{door.pattern}<more>")}:
            names = path.split("\0")
            answer = client.get(infortrend.url + "".join(word if at % 2 else one for at, one in enumerate(names)))
            orderly(answer)


@pytest.mark.promise("P43")
@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query[:20])
def test_questions_that_are_none(client: httpx.Client, infortrend: Running, every: list[Door], query: str) -> None:
    """What is asked behind an address changes nothing that was not meant to be asked."""
    for door in every:
        answer = client.get(f"{infortrend.url}{door.path}?{query}")
        orderly(answer)


@pytest.mark.promise("P43")
@pytest.mark.parametrize("headers", HEADERS, ids=lambda headers: json.dumps(headers)[:40])
def test_headers_that_say_nothing(
    client: httpx.Client, infortrend: Running, every: list[Door], headers: dict[str, str]
) -> None:
    """A header that makes no sense is passed over: the answer is the one without it.

    Only letters that are kept are not shown to what a proxy passes on, whoever it says has asked.
    """
    encoded = {name: value.encode("latin-1") for name, value in headers.items()}
    for door in every:
        answer = client.get(infortrend.url + door.path, headers=encoded)
        orderly(answer)
        if door.path == "/mails/" and "X-Forwarded-For" in headers:
            assert (answer.status_code, code(answer)) == (403, "mail.not-shown")
        else:
            assert answer.status_code == client.get(infortrend.url + door.path).status_code, door


@pytest.mark.promise("P43")
@pytest.mark.parametrize("host", HOSTS)
def test_hosts_that_are_not_ours(client: httpx.Client, infortrend: Running, every: list[Door], host: str) -> None:
    """A request for another host is refused, and nothing that is answered names that host."""
    for door in every:
        answer = client.get(infortrend.url + door.path, headers={"Host": host.encode("latin-1")})
        safe(answer)
        assert answer.status_code == 400, door
        assert code(answer) == "collection.malformed"
        assert "elsewhere" not in answer.text


@pytest.mark.promise("P55")
def test_the_feed_names_the_address_that_the_site_is_known_by(client: httpx.Client, infortrend: Running) -> None:
    """Through whichever port or name it is fetched, the feed leads to where people reach the site."""
    for language in ("", "/zh-hant"):
        answer = client.get(f"{infortrend.url}{language}/privacy/feed/", headers={"Host": "127.0.0.1:1"})
        assert answer.status_code == 200
        links = [one.attrib["href"] for one in ET.fromstring(answer.content).iter() if "href" in one.attrib]  # noqa: S314 - our own site's
        assert len(links) >= 3
        assert all(link.startswith(f"{infortrend.url}{language}/privacy/") for link in links), links
        assert "127.0.0.1:1/" not in answer.text
