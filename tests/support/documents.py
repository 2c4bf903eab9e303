"""Reads HTML as a program without a browser does: links, texts and forms, and sends a form the way a browser would."""

from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import httpx

from tests.support.points import Answers
from tests.support.site import Running, http

Attributes = dict[str, str]


@dataclass
class Control:
    """An input, select or textarea as it was served."""

    tag: str
    attributes: Attributes
    content: str = ""
    selected: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.attributes.get("name", "")

    @property
    def kind(self) -> str:
        return self.attributes.get("type", "text") if self.tag == "input" else self.tag

    @property
    def filled(self) -> str:
        """What stands in it before anybody typed; empty for one that nothing stands in."""
        if self.tag == "select":
            return "".join(self.selected)
        return self.content.strip() if self.tag == "textarea" else self.attributes.get("value", "")


class Document(HTMLParser):
    """One page."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__()
        self.url = str(answer.url)
        self.elements: list[tuple[str, Attributes]] = []
        self.controls: list[Control] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(answer.text)

    @property
    def text(self) -> str:
        """All words of the page, white space joined."""
        return " ".join(" ".join(self.texts).split())

    @property
    def hidden(self) -> dict[str, str]:
        """The hidden inputs of the page's form."""
        return {one.name: one.filled for one in self.controls if one.kind == "hidden"}

    @property
    def asked(self) -> list[Control]:
        """What a person fills in."""
        return [one for one in self.controls if one.kind != "hidden"]

    def attributes(self, tag: str, name: str) -> list[str]:
        """The attribute `name` of every element `tag` that has it."""
        return [found[name] for one, found in self.elements if one == tag and name in found]

    def links(self) -> set[str]:
        """Where the links of the page lead, as whole addresses."""
        return {urljoin(self.url, href) for href in self.attributes("a", "href")}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.elements.append((tag, attributes))
        self._open.append(tag)
        if tag in ("input", "select", "textarea"):
            self.controls.append(Control(tag, attributes))
        elif tag == "option" and "selected" in attributes and self.controls:
            self.controls[-1].selected.append(attributes.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                continue

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] in ("script", "style"):
            return
        if "textarea" in self._open:
            self.controls[-1].content += data
        self.texts.append(data)


def address_of(site: Running, point: str, language: str = "en", *, embedded: bool = False) -> str:
    """The page of `point` in `language`."""
    prefix = "" if language == "en" else f"/{language.lower()}"
    return f"{site.url}{prefix}/collect/{point}/" + ("embed/" if embedded else "")


def opened(client: httpx.Client, url: str) -> Document:
    """The page at `url`."""
    answer = client.get(url)
    assert answer.status_code == 200, answer.text
    return Document(answer)


@cache
def walked(site: Running) -> dict[str, Document]:
    """Every page of a shared site that links lead to from its front page, by address, each language included."""
    found: dict[str, Document] = {}
    waiting = [f"{site.url}/"]
    with http() as client:
        while waiting:
            url = waiting.pop().partition("#")[0]
            if url in found or not url.startswith(site.url) or "/log/" in url:
                continue
            answer = client.get(url)
            if answer.status_code == 303:  # a page of a person's own: it leads to where they sign in
                waiting.append(urljoin(url, answer.headers["location"]).partition("?")[0])
                continue
            assert answer.status_code == 200, f"{url}: {answer.status_code}"
            if answer.headers["content-type"].startswith("text/html"):
                found[url] = Document(answer)
                waiting += sorted(found[url].links())
    return found


def typed(given: Answers) -> dict[str, str]:
    """`given` as the inputs of a form hold it."""
    said = {f"field.{name}": _text(value) for name, value in given.fields.items()}
    said |= {f"choice.{name}": "yes" for name, chosen in given.choices.items() if chosen}
    return said | ({"born": given.age["born"], "residence": given.age["country"]} if given.age else {})


def send(
    client: httpx.Client, page: Document, said: dict[str, str], files: Any = None, *, origin: str = ""
) -> httpx.Response:
    """Sends the form of `page`, as multipart like a browser does, from the page's own origin unless told."""
    return client.send(request(client, page, said, files, origin=origin))


def request(
    client: httpx.Client, page: Document, said: dict[str, str], files: Any = None, *, origin: str = ""
) -> httpx.Request:
    """The request that sends it."""
    own = "/".join(page.url.split("/")[:3])
    parts: list[tuple[str, Any]] = [(name, (None, value)) for name, value in {**page.hidden, **said}.items()]
    parts += [(f"field.{name}", one) for name, one in (files or {}).items()]
    return client.build_request("POST", page.url, files=parts, headers={"Origin": origin or own})


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return "\n".join(f"{name}: {detail}" for name, detail in value.items())
    return str(value)
