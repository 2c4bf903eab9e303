"""What is no proper HTTP: the server answers it or hangs up, and goes on serving everybody else."""

import socket
from typing import Any

import httpx
import pytest
from hypothesis import strategies as st

from tests.support.fuzzing import hold
from tests.support.site import Running
from tests.support.visited import PATIENCE, visited

pytestmark = pytest.mark.timeout(7200)
# What a connection that is answered, and kept open, is listened to for.
A_MOMENT = 0.02
METHODS = (
    b"GET",
    b"POST",
    b"POST",
    b"HEAD",
    b"OPTIONS",
    b"CONNECT",
    b"TRACE",
    b"PUT",
    b"get",
    b"",
    b"G\x00T",
    b"M" * 70_000,
)
TARGETS = (
    b"/", b"/healthz", b"/api/v1/collect/support", b"/api/v1/collect/support", b"/collect/support/", b"*", b"", b"//",
    b"/%00", b"/%", b"/%zz", b"/..%2f..", b"/\xff", b"/collect/%ED%A0%80/", b"http://evil.example/", b"/#", b"/ x",
    b"\\",
    b"http://evil.example:x/", b"/?" + b"a=b&" * 30_000, b"/" + b"a" * 70_000, b"/log/tile/0/x999",
)  # fmt: skip
VERSIONS = (
    b"HTTP/1.1", b"HTTP/1.1", b"HTTP/1.1", b"HTTP/1.0", b"HTTP/0.9", b"HTTP/2.0", b"HTTP/9.9", b"http/1.1", b"",
    b"FTP/1.1",
    b"HTTP/1.1 x",
)  # fmt: skip
ENDS = (b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r", b"\x00\r\n")
HEADERS = (
    b"Content-Length: 5", b"Content-Length: 5", b"Content-Length: 0", b"Content-Length: -1", b"Content-Length: +5",
    b"Content-Length: 5, 5", b"Content-Length: 5, 6", b"Content-Length: 0x5", b"Content-Length: 99999999999999999999",
    b"Content-Length: 30000000", b"Content-Length:", b"Content-Length : 5", b"Transfer-Encoding: chunked",
    b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity", b"Transfer-Encoding: x, chunked",
    b"Transfer-Encoding: chunked, x", b"Transfer-Encoding : chunked", b"Transfer-Encoding:\x0bchunked",
    b"Content-Type: application/json", b"Content-Type: multipart/form-data; boundary=x", b"Content-Type: \xff",
    b"Expect: 100-continue", b"Expect: x", b"Connection: close", b"Connection: upgrade", b"Upgrade: websocket",
    b"Upgrade: h2c", b"Host: evil.example", b"Host: a b", b"Host:", b"X: \x00", b"X: \xff", b": x", b"X", b" folded",
    b"X: " + b"y" * 70_000, b"Cookie: form=" + b"z" * 9_000, b"Range: bytes=9-1", b"If-Modified-Since: x",
    b"Accept-Language: " + b"a," * 5_000, b"X-Forwarded-Proto: https", b"Origin: \xff", b"Idempotency-Key: \x80",
    b"Accept-Encoding: \xff",
)  # fmt: skip
BODIES = (
    b"", b"{", b"hello", b"5\r\nhello\r\n0\r\n\r\n", b"5\r\nhello\r\n0\r\n\r\nGET /evil HTTP/1.1\r\n\r\n",
    b"-1\r\nx\r\n",
    b"ffffffffffffffff\r\nx", b"5;a=b\r\nhello\r\n0\r\nX: y\r\n\r\n", b"0\r\n\r\n", b"y" * 5_000,
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1',
)  # fmt: skip


@pytest.mark.promise("P43")
@pytest.mark.usefixtures("sqlite")
def test_the_server_outlives_whatever_comes(infortrend: Running, client: httpx.Client, rounds: int) -> None:
    """No bytes on a connection break the server: each answer is whole and names no fault of its own."""

    def answered(data: st.DataObject) -> None:
        whole = b"".join(request(data, infortrend.port) for _ in range(data.draw(st.sampled_from((1, 1, 1, 3)))))
        cut = data.draw(st.one_of(st.just(0), st.just(0), st.integers(0, 60)))
        answer = exchanged(infortrend.port, whole[: len(whole) - cut], half_closed=data.draw(st.booleans()))
        if answer:
            assert answer.startswith(b"HTTP/1.")
            status = int(answer.split(b" ", 2)[1])
            assert status < 500 or status in (501, 505)
        assert client.get(f"{infortrend.url}/healthz").status_code == 200

    with visited(infortrend, "no proper HTTP"):
        hold(answered, st.data(), examples=150, rounds=rounds)


def request(data: st.DataObject, port: int) -> bytes:
    """Something like a request, or nothing like it."""

    def one(among: tuple[bytes, ...]) -> Any:
        return among[data.draw(st.integers(0, len(among) - 1))]

    if not data.draw(st.integers(0, 9)):
        return data.draw(st.binary(max_size=80))
    headers = [one(HEADERS) for _ in range(data.draw(st.integers(0, 4)))]
    if not data.draw(st.integers(0, 3)):
        headers.append(data.draw(st.binary(max_size=12)))
    first = b" ".join((one(METHODS), one(TARGETS), one(VERSIONS)))
    return bytes(one(ENDS).join([first, b"Host: 127.0.0.1:%d" % port, *headers, b"", one(BODIES)]))


def exchanged(port: int, sent: bytes, *, half_closed: bool) -> bytes:
    """What the server says to `sent` until it hangs up, or until it waits for more than was sent."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        answer = b""
        try:
            connection.sendall(sent)
            if half_closed:
                connection.shutdown(socket.SHUT_WR)
            connection.settimeout(PATIENCE if half_closed else A_MOMENT)
            while part := connection.recv(65_536):
                answer += part
        except OSError:
            return answer  # it hung up, or waits for more
        return answer
