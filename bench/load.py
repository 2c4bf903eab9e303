"""A small closed-loop load generator: so many connections, each sends, waits for the answer, sends again."""

import selectors
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Rate:
    """What a server did: answers a second, and the latency of its median and of one in a hundred, in ms."""

    per_second: float
    median: float
    p99: float
    statuses: dict[str, int]


def run(port: int, requests: Iterator[bytes], *, connections: int, seconds: float) -> Rate:
    """Sends `requests` over `connections` kept-alive connections to this machine's `port` for `seconds`."""
    selector = selectors.DefaultSelector()
    links = [socket.create_connection(("127.0.0.1", port)) for _ in range(connections)]
    for number, link in enumerate(links):
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(link, selectors.EVENT_READ, [number, _send(link, requests), b""])
    taken: list[float] = []
    statuses: dict[str, int] = {}
    begun = time.perf_counter()
    end = begun + seconds
    while (now := time.perf_counter()) < end:
        for key, _ in selector.select(timeout=end - now):
            number, sent, answer = key.data
            answer += links[number].recv(65536)
            if not _whole(answer):
                key.data[2] = answer
                continue
            taken.append(time.perf_counter() - sent)
            status = answer[9:12].decode()
            statuses[status] = statuses.get(status, 0) + 1
            key.data[1:] = [_send(links[number], requests), b""]
    elapsed = time.perf_counter() - begun
    for link in links:
        link.close()
    taken.sort()
    return Rate(len(taken) / elapsed, taken[len(taken) // 2] * 1000, taken[len(taken) * 99 // 100] * 1000, statuses)


def _send(link: socket.socket, requests: Iterator[bytes]) -> float:
    link.sendall(next(requests))
    return time.perf_counter()


def _whole(answer: bytes) -> bool:
    head, found, body = answer.partition(b"\r\n\r\n")
    if not found:
        return False
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            return len(body) >= int(line[15:])
    return answer.endswith(b"0\r\n\r\n")


def post(path: str, body: bytes) -> bytes:
    """A request as it goes over the wire."""
    lines = (
        f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json", f"Content-Length: {len(body)}",
    )  # fmt: skip
    return "\r\n".join((*lines, "\r\n")).encode() + body


def get(path: str) -> bytes:
    """A request as it goes over the wire."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
