"""A real mail server on this machine: STARTTLS, a user with a password, and letters that it takes or refuses."""

import asyncio
import ipaddress
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.support.site import Running, free_port
from tests.support.waiting import WITHIN

USER, PASSWORD = "troth", "a password for the mail server alone"
SENDER = "privacy@example.org"
_DAY = timedelta(days=1)


@dataclass
class Server:
    """What the server took, and what it answers to the next letters instead of taking them."""

    directory: Path
    port: int = field(default_factory=free_port)
    taken: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    tries: int = 0
    refusing: str = ""
    _running: Controller | None = None

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, _server: Any, _session: Session, envelope: Envelope, to: str, _options: Any
    ) -> str:
        self.tries += 1
        if self.refusing:
            return self.refusing
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, _server: Any, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the same
        assert session.ssl
        assert session.authenticated
        letter = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        assert [letter["To"]] == envelope.rcpt_tos
        self.taken.append(letter)
        self.raw.append(envelope.original_content or b"")
        self.paths.append(envelope.mail_from or "")
        return "250 OK"

    def start(self, *, tls: bool = True, utf8: bool = True) -> None:
        """Listens; without TLS it offers none. With `utf8` it takes addresses of any letters (RFC 6531)."""
        options: dict[str, Any] = {"enable_SMTPUTF8": utf8}
        if tls:
            options |= {"tls_context": self.context(), "require_starttls": True}
            options |= {"authenticator": _authenticated, "auth_required": True}
        self._running = Controller(self, hostname="127.0.0.1", port=self.port, **options)
        self._running.start()

    def stop(self) -> None:
        """Listens no more, once whoever talks with it has gone."""
        if self._running:
            asyncio.run_coroutine_threadsafe(_quiet(), self._running.loop).result(WITHIN)
            self._running.stop()
        self._running = None

    def serves(self, site: Running) -> None:
        """Has `site`, which must not run, send its letters here."""
        settings = f'\n[mail]\nhost = "127.0.0.1"\nport = {self.port}\nsender = "{SENDER}"\nuser = "{USER}"\n'
        file = site.directory / "troth.toml"
        file.write_text(file.read_text("utf-8") + settings, "utf-8")
        password = site.directory / "keys" / "mail.password"
        password.write_text(PASSWORD + "\n", "ascii")
        password.chmod(0o600)
        site.environment["SSL_CERT_FILE"] = str(self._certificate())

    def letters(self, to: str) -> list[EmailMessage]:
        """What was taken for `to`."""
        return [one for one in self.taken if one["To"] == to]

    def path_of(self, letter: EmailMessage) -> str:
        """The return path that came with `letter`."""
        return self.paths[self.taken.index(letter)]

    def context(self) -> ssl.SSLContext:
        """How this server proves itself."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._certificate(), self.directory / "smtp.key")
        return context

    def _certificate(self) -> Path:
        """A certificate of this server, and its key beside it."""
        file = self.directory / "smtp.pem"
        if file.exists():
            return file
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail")])
        address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        now = datetime.now(UTC)
        made = x509.CertificateBuilder(
            name, name, key.public_key(), x509.random_serial_number(), now - _DAY, now + _DAY
        )
        signed = made.add_extension(address, critical=False).sign(key, hashes.SHA256())
        file.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        (self.directory / "smtp.key").write_bytes(key.private_bytes(*form))
        return file


@contextmanager
def server(directory: Path) -> Iterator[Server]:
    """A server that is not started yet; it ends with the block."""
    made = Server(directory)
    try:
        yield made
    finally:
        made.stop()


async def _quiet() -> None:
    """Returns when nobody talks with the server any more, and what they talked through is closed."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    if others:
        await asyncio.wait(others)
    await asyncio.sleep(0.2)


def _authenticated(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
    right = isinstance(given, LoginPassword) and (given.login, given.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right)
