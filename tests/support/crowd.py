"""Many people who send at once while something happens to a site, and what each of them was told."""

import re
import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.support import documents, points
from tests.support.documents import Document
from tests.support.points import Answers, Files
from tests.support.site import Running, http

chance = secrets.SystemRandom()
SENDERS = 8
# Between two submissions of one sender, in seconds; everybody sends at moments of their own.
PAUSE = 0.03
PLAIN, CHOICES, FILE = "information", "promotional-mail", "job-application"
# How often each of them is sent, by which door, with an idempotency key or without.
_MIX = [(PLAIN, False, True)] * 6 + [(PLAIN, False, False)] * 2 + [(CHOICES, False, True)] * 4
_MIX += [(FILE, False, True)] * 2 + [(FILE, False, False), (PLAIN, True, False), (FILE, True, False)]


@dataclass(eq=False, repr=False)
class Sent:
    """One submission and the answer that came back, if one did."""

    point: str
    body: dict[str, Any]
    files: Files
    key: str = ""
    form: Document | None = None
    cookies: httpx.Cookies = field(default_factory=httpx.Cookies)
    typed: dict[str, str] = field(default_factory=dict)
    answer: httpx.Response | None = None

    def send(self, client: httpx.Client, site: Running) -> None:
        """Sends it, the second time just as the first."""
        self.answer = None
        if self.form:
            client.cookies = self.cookies
            self.answer = documents.send(client, self.form, self.typed, self.files)
        else:
            headers = {"Idempotency_Key": self.key} if self.key else {}
            self.answer = points.post(client, site, self.point, self.body, self.files, **headers)

    @property
    def status(self) -> int:
        """What was answered; 0 for nothing."""
        return self.answer.status_code if self.answer else 0

    @property
    def record(self) -> str:
        """The reference of the receipt that was promised; empty if nothing was."""
        if self.answer is None or self.status not in (201, 303):
            return ""
        address = self.answer.headers["location"] if self.form else self.answer.json()["receipt"]
        return str(address).rstrip("/").rpartition("/")[2]

    @property
    def code(self) -> str:
        """The code of the error that it was refused with; empty if it was not."""
        return "" if self.answer is None or self.record else code_of(self.answer)


IN_WORDS = "in words"
_CODE = re.compile(r"<code>\s*([a-z]+\.[a-z-]+)\s*</code>")


def code_of(answer: httpx.Response) -> str:
    """The code of the error in a refusal, be it problem details or a page. A form says it in words alone."""
    if answer.headers["content-type"] == "application/problem+json":
        return str(answer.json()["error"]["code"])
    if "problems" in Document(answer).attributes("div", "class"):
        return IN_WORDS
    found = _CODE.search(answer.text)
    return found[1] if found else f"{answer.status_code} without a code"


class Crowd:
    """People who send valid submissions at moments of their own, until they are told to stop or nobody answers."""

    def __init__(self, site: Running) -> None:
        self.site = site
        self.sent: list[Sent] = []
        self.checkpoint = ""
        # Status and code of every answer that was no form, to somebody who opened one.
        self.pages: list[tuple[int, str]] = []
        self.failed: list[Exception] = []
        with http() as client:
            self._asked = {point: points.described(client, site, point) for point in (PLAIN, CHOICES, FILE)}
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """They begin to send; one of them looks at the ledger and remembers its newest checkpoint."""
        self._stopping.clear()
        runs = [self._sending] * SENDERS + [self._watching]
        self._threads = [threading.Thread(target=self._until_nobody_answers, args=[run], daemon=True) for run in runs]
        for thread in self._threads:
            thread.start()

    def gets_through(self) -> bool:
        """One of them sends once more: whether it is taken."""
        with http() as client:
            sent = self.made(PLAIN)
            self.sent.append(sent)
            sent.send(client, self.site)
        return bool(sent.record)

    def stop(self) -> list[Sent]:
        """They stop; everything that they sent since the last time, in any order."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        if self.failed:
            raise self.failed[0]
        done, self.sent = self.sent, []
        return done

    def _until_nobody_answers(self, run: Any) -> None:
        try:
            with http() as client:
                while not self._stopping.is_set():
                    run(client)
        except httpx.TransportError:
            return
        except Exception as error:  # noqa: BLE001 - raised again where the test can see it
            self.failed.append(error)

    def _sending(self, client: httpx.Client) -> None:
        time.sleep(chance.expovariate(1 / PAUSE))
        point, by_form, keyed = chance.choice(_MIX)
        sent = self.made(point, keyed=keyed)
        if by_form and not self._opened(client, sent):
            return
        self.sent.append(sent)
        sent.send(client, self.site)

    def _opened(self, client: httpx.Client, sent: Sent) -> bool:
        client.cookies.clear()
        page = client.get(documents.address_of(self.site, sent.point))
        if page.status_code == 200:
            sent.form, sent.cookies = Document(page), httpx.Cookies(client.cookies)
        else:
            self.pages.append((page.status_code, code_of(page)))
        return sent.form is not None

    def _watching(self, client: httpx.Client) -> None:
        answer = client.get(f"{self.site.url}/log/checkpoint")
        if answer.status_code == 200:
            self.checkpoint = answer.text
        time.sleep(PAUSE)

    def made(self, point: str, *, keyed: bool = True) -> Sent:
        """A submission that nobody has sent yet."""
        asked = self._asked[point]
        given: Answers = points.answers(asked["shown"], optional=point == CHOICES)
        key = secrets.token_hex(16) if keyed else ""
        return Sent(point, points.submission(asked, given), given.files, key, typed=documents.typed(given))
