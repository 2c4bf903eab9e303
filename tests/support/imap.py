"""A small IMAP server on this machine: one folder whose mails keep their flags. It breaks off when it is told to."""

import re
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

USER, PASSWORD = "privacy", "a password for the mailbox alone"
_LITERAL_FREE = re.compile(rb'"((?:[^"\\]|\\.)*)"|(\S+)')


@dataclass
class Mail:
    """A mail in the folder."""

    content: bytes
    flags: set[str] = field(default_factory=set)


@dataclass
class Box:
    """The folder, by number; whether it has room for marks of others; when it breaks off."""

    mails: dict[int, Mail] = field(default_factory=dict)
    keywords: bool = True
    breaks_off_at: str = ""
    password: str = PASSWORD
    looks: int = 0
    port: int = 0

    def put(self, content: bytes) -> Mail:
        """A mail comes into the folder."""
        made = Mail(content)
        self.mails[len(self.mails) + 1] = made
        return made


class _Talk(socketserver.StreamRequestHandler):
    box: Box
    tls: ssl.SSLContext | None

    def setup(self) -> None:
        if self.tls:
            self.request = self.tls.wrap_socket(self.request, server_side=True)
        super().setup()

    def handle(self) -> None:
        with suppress(OSError):
            self._say("* OK ready")
            while line := self.rfile.readline():
                tag, _, rest = line.strip().partition(b" ")
                words = [(one or other).decode() for one, other in _LITERAL_FREE.findall(rest)]
                name = " ".join(words[:2] if words[0].upper() == "UID" else words[:1]).upper()
                if name == self.box.breaks_off_at:
                    return
                how = getattr(self, "on_" + name.lower().replace(" ", "_"), None)
                self._say(f"{tag.decode()} {how(words) if how else 'BAD what?'}")
                if name == "LOGOUT":
                    return

    def finish(self) -> None:
        super().finish()
        self.request.close()

    def on_capability(self, _words: list[str]) -> str:
        self._say("* CAPABILITY IMAP4rev1")
        return "OK done"

    def on_login(self, words: list[str]) -> str:
        return "OK in" if words[1:] == [USER, self.box.password] else f"NO {words[1]} may not come in"

    def on_select(self, words: list[str]) -> str:
        if words[1] != "INBOX":
            return "NO such folder"
        self.box.looks += 1
        self._say(f"* {len(self.box.mails)} EXISTS")
        self._say(f"* OK [PERMANENTFLAGS (\\Seen \\Deleted{' ' + chr(92) + '*' if self.box.keywords else ''})] which")
        return "OK [READ-WRITE] open"

    def on_uid_search(self, words: list[str]) -> str:
        keys, without = words[2:], {"\\Deleted"}
        if "UNSEEN" in keys:
            without.add("\\Seen")
        without |= {keys[place + 1] for place, key in enumerate(keys) if key == "UNKEYWORD"}
        found = [str(uid) for uid, mail in sorted(self.box.mails.items()) if not mail.flags & without]
        self._say(f"* SEARCH {' '.join(found)}".rstrip())
        return "OK found"

    def on_uid_fetch(self, words: list[str]) -> str:
        uid, content = int(words[2]), self.box.mails[int(words[2])].content
        if words[3] == "(RFC822.SIZE)":
            self._say(f"* {uid} FETCH (UID {uid} RFC822.SIZE {len(content)})")
        else:
            self.wfile.write(f"* {uid} FETCH (UID {uid} BODY[] {{{len(content)}}}\r\n".encode() + content + b")\r\n")
        return "OK fetched"

    def on_uid_store(self, words: list[str]) -> str:
        flags = {one.strip("()") for one in words[4:]}
        if not self.box.keywords and any(not one.startswith("\\") for one in flags):
            return "NO such flag"
        self.box.mails[int(words[2])].flags |= flags
        return "OK stored"

    def on_logout(self, _words: list[str]) -> str:
        self._say("* BYE")
        return "OK out"

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")


@contextmanager
def served(tls: ssl.SSLContext | None = None) -> Iterator[Box]:
    """A folder that is served until the end."""
    box = Box()
    handler: Any = type("Talk", (_Talk,), {"box": box, "tls": tls})

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, *_: object) -> None:
            """Whoever looks may leave when they like."""

    server = Server(("127.0.0.1", 0), handler)
    box.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield box
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
