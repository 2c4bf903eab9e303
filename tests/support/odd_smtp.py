"""A mail server that does to each recipient what it is told to: puts off, refuses, drops, takes and dies, or hangs."""

import re
import socketserver
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.support import smtp
from tests.support.site import Running, free_port

_ADDRESS = re.compile(rb"<([^>]*)>")
DEFER, REFUSE, DROP, DIE, REFUSE_WORDS, DEFER_WORDS = "defer", "refuse", "drop", "die", "refuse-words", "defer-words"
HANG = "hang"


class Odd(socketserver.ThreadingTCPServer):
    """`does`: what is done to an address, first thing first; afterwards its mail is taken. `took`: how often it was."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", free_port()), _Talk)
        self.does: dict[str, list[str]] = {}
        self.took: Counter[str] = Counter()
        self.words: dict[str, bytes] = {}
        self.over = threading.Event()
        self.said: list[bytes] = []

    def serves(self, site: Running) -> None:
        """Has `site`, which must not run, send its mail here, in clear, as it may on one machine."""
        settings = f'\n[mail]\nhost = "127.0.0.1"\nport = {self.server_address[1]}\n'
        settings += f'security = "none"\nsender = "{smtp.SENDER}"\n'
        file = site.directory / "troth.toml"
        file.write_text(file.read_text("utf-8") + settings, "utf-8")

    def handle_error(self, *_: object) -> None:
        """Whoever talks with it may be killed."""


class _Talk(socketserver.StreamRequestHandler):
    server: Odd

    def handle(self) -> None:
        to, does = "", ""
        self._say(b"220 odd")
        for line in self.rfile:
            self.server.said.append(line)
            word = line[:4].upper()
            if word == b"EHLO":
                self._say(b"250 8BITMIME")
            elif word == b"RCPT":
                found = _ADDRESS.search(line)
                to = found[1].decode() if found else ""
                waiting = self.server.does.get(to, [])
                does = waiting.pop(0) if waiting else ""
                if does == HANG:
                    self.server.over.wait(120)
                    return
                self._say({DEFER: b"451 later", REFUSE: b"550 never"}.get(does, b"250 OK"))
            elif word == b"DATA":
                if not self._data(to, does):
                    return
            elif word == b"QUIT":
                self._say(b"221 bye")
                return
            else:
                self._say(b"250 OK")

    def _data(self, to: str, does: str) -> bool:
        """Takes a mail; whether the conversation goes on."""
        self._say(b"354 go on")
        lines: list[bytes] = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
            if does == DROP and len(lines) > 3:
                self.connection.close()
                return False
        if not line or does in (REFUSE_WORDS, DEFER_WORDS):
            self._say(b"554 not these words" if does == REFUSE_WORDS else b"452 later")
            return bool(line)
        self.server.took[to] += 1
        self.server.words[to] = b"".join(lines)
        if does == DIE:
            self.connection.close()
            return False
        self._say(b"250 taken")
        return True

    def _say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")


@contextmanager
def odd() -> Iterator[Odd]:
    """A server that listens until the block ends."""
    with Odd() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()
            with suppress(RuntimeError):
                thread.join()
