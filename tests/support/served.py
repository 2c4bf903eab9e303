"""A site of others, made for one test: pages in a table, on loopback, over TLS that nobody trusts if so wished."""

import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

WITHIN = 60


class Request:
    """What was asked for, and how it is answered."""

    def __init__(self, handler: BaseHTTPRequestHandler, over: threading.Event) -> None:
        self._handler, self._over = handler, over
        self.path = handler.path.partition("?")[0]
        self.headers = handler.headers

    def answer(self, body: str | bytes = "", *, status: int = 200, kind: str = "text/html", **headers: Any) -> None:
        """Answers whole; a header that stands several times is a list."""
        sent = body.encode() if isinstance(body, str) else body
        self.begin(status=status, kind=f"{kind}; charset=utf-8", content_length=len(sent), **headers)
        self.write(sent)

    def begin(self, *, status: int = 200, **headers: Any) -> None:
        """Answers the head of something."""
        self._handler.send_response(status)
        self._handler.send_header("Content-Type", headers.pop("kind", "text/html"))
        for name, value in headers.items():
            for one in value if isinstance(value, list) else [value]:
                self._handler.send_header(name.replace("_", "-"), str(one))
        self._handler.end_headers()

    def write(self, body: bytes) -> None:
        self._handler.wfile.write(body)

    def hang(self) -> None:
        """Says nothing more until the site is over."""
        self._over.wait(WITHIN)

    def leave(self) -> None:
        """Breaks the connection off."""
        self._handler.connection.close()


Page = Callable[[Request], None] | str


@contextmanager
def served(pages: Mapping[str, Page], tls: Path | None = None) -> Iterator[str]:
    """The address of a site with these pages; a text is HTML, everything else answers for itself."""
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.0"

        def do_GET(self) -> None:
            request = Request(self, over)
            page = pages.get(request.path)
            with suppress(OSError, ValueError):
                if page is None:
                    request.answer("<title>Nothing</title>", status=404)
                elif isinstance(page, str):
                    request.answer(page)
                else:
                    page(request)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False
        request_queue_size = 64

        def handle_error(self, *_: object) -> None:
            """Whoever visits may leave when they like."""

    server = Server(("127.0.0.1", 0), Handler)
    if tls:
        server.socket = _unknown(tls).wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    finally:
        over.set()
        server.shutdown()
        thread.join()
        server.server_close()


def _unknown(directory: Path) -> ssl.SSLContext:
    """Proves itself with a certificate that it has made itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "nobody")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    file = directory / "unknown.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context
