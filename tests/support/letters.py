"""Issues as staff send them, and what subscribers do with what they get."""

import json
import re
from pathlib import Path
from typing import Any

import dkim
import httpx

from tests.support import points, signed, smtp
from tests.support.site import Running, troth
from tests.support.waiting import until

LINK = re.compile(r"https?://[^\s<>\"]+")
ISSUE = """mail: newsletter

--- en
subject: Winter at {name|our readers}

# Storage in winter

Dear {name|reader}, see [the guide](https://example.com/guide?a=1&b=2) and write to [us](mailto:us@example.com).

--- zh-Hant
subject: 冬季消息

# 冬季的儲存設備

{name|讀者}您好，請見[指南](https://example.com/guide?a=1&b=2)。
"""


def issue(site: Running, text: str = ISSUE) -> str:
    """Takes an issue in; answers its reference."""
    file: Path = site.directory / "issue.md"
    file.write_text(text, "utf-8")
    return troth("mail", "new", file, "--data", site.directory).split()[1]


def send(site: Running, ref: str) -> dict[str, Any]:
    """Sends an issue and waits until it is done; answers how far it is."""
    begin(site, ref)
    until(lambda: status(site, ref)["state"] == "done", "an issue that is done")
    return status(site, ref)


def begin(site: Running, ref: str) -> None:
    """An issue begins to go."""
    troth("mail", "send", ref, "--yes", "--no-wait", "--data", site.directory)


def status(site: Running, ref: str) -> dict[str, Any]:
    """How far an issue is."""
    (found,) = json.loads(troth("mail", "status", ref, "--json", "--data", site.directory))
    return dict(found)


def subscribed(
    client: httpx.Client, site: Running, server: smtp.Server, *choices: str, point: str = "newsletter"
) -> tuple[str, str]:
    """Somebody new who said yes to `choices`, or to the newsletter alone, and confirmed it: address and reference."""
    address, person = given(client, site, *choices, point=point)
    confirm(client, server, address)
    return address, person


def given(client: httpx.Client, site: Running, *choices: str, point: str = "newsletter") -> tuple[str, str]:
    """Somebody new who said yes at a point, and confirmed nothing."""
    address = points.address()
    person: str = signed.give(client, site, point, address, *(choices or ("newsletter",)))["person"]
    return address, person


def asked(server: smtp.Server, address: str) -> list[str]:
    """The addresses of pages on which somebody is asked to confirm."""
    found = [LINK.search(one.get_content()) for one in server.letters(address) if not one.is_multipart()]
    return [one.group() for one in found if one and "/confirm/" in one.group()]


def confirm(client: httpx.Client, server: smtp.Server, address: str) -> None:
    """They confirm what they were asked last."""
    link = until(lambda: asked(server, address), "a letter that asks for a confirmation")[-1]
    answer = client.post(link)
    assert answer.status_code == 200, answer.text


def issues(server: smtp.Server, address: str) -> list[Any]:
    """What somebody got that goes to many."""
    return [one for one in server.letters(address) if one.is_multipart()]


def words(letter: Any, kind: str) -> str:
    """The words of a letter, as ``plain`` text or as ``html``."""
    return str(letter.get_body((kind,)).get_content())


def end(letter: Any) -> str:
    """The address with which a program unsubscribes."""
    return str(letter["List-Unsubscribe"]).split(",")[0].strip("<> ")


def verifies(site: Running, raw: bytes) -> bool:
    """Whether a letter is signed as the DNS of its domain would say."""
    record = troth("mail", "dkim", "--data", site.directory).split('"')[1]
    return bool(dkim.verify(raw, dnsfunc=lambda _name, **_options: record.encode()))
