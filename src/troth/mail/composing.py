"""An issue: words that go to many, composed in Markdown, in every language of the statement. Pure.

A file says first which mail of the statement it is, then, behind ``--- LANGUAGE``, a subject and the words::

    mail: newsletter

    --- en
    subject: News of winter

    Dear {name|reader}, …
"""

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from troth.mail import rules
from troth.mail.errors import Malformed

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_PART: Final = re.compile(r"^--- ([A-Za-z-]+)[ \t]*$", re.MULTILINE)
_LINE: Final = re.compile(r"([a-z]+): *(\S.*)")
_BLOCK: Final = re.compile(r"^::: ?(promotion)?[ \t]*$", re.MULTILINE)
_NAME: Final = re.compile(r"\{name\|([^{}|\n]*)\}")
_ONLY: Final = re.compile(r"([a-z][a-z0-9-]*) = (.+)")
_LINK: Final = re.compile(r"(?<!!)\[([^\]\n]*)\]\(<?([^\s)>]+)>?(?: \"[^\"\n]*\")?\)")
_IMAGE: Final = re.compile(r"<img\b", re.IGNORECASE)
_MOST: Final = 200_000
_LONGEST: Final = 200
_TAGS: Final = {
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "strong", "em", "code", "pre", "blockquote", "hr", "br",
    "a", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
# Stand where a link or a name belongs; written as they are nobody comes upon them.
LINK_HOST: Final = "link.troth.invalid"
NAME_MARK: Final = "xTrothName"


class Part(NamedTuple):
    """A subject and words in Markdown, in one language."""

    subject: str
    source: str


class Composed(NamedTuple):
    """An issue as its file says it: which mail it is, the words by language, and for whom alone if not for all.

    `only` is a field and what it must say: who owns a model.
    """

    mail: str
    parts: Mapping[str, Part]
    only: tuple[str, str] | None = None

    @property
    def marks(self) -> frozenset[str]:
        """What in it is for mail with consent alone: ``promotion``, ``tracked-link``, ``pixel``."""
        return frozenset(mark for part in self.parts.values() for mark in _marks(part.source))


def read(text: str) -> Composed:
    """What the file of an issue says; raises :class:`Malformed`."""
    if len(text) > _MOST:
        message = "The file is longer than any mail should be. Send less, and link to the rest."
        raise Malformed(message)
    head, *rest = _PART.split(text.replace("\r\n", "\n"))
    said = _lines(head)
    if said.keys() - {"mail", "only"} or "mail" not in said:
        message = (
            "Above the first `--- LANGUAGE` stand `mail: NAME`, and `only: FIELD = VALUE` if it is for some alone."
        )
        raise Malformed(message)
    only = _ONLY.fullmatch(said["only"]) if "only" in said else None
    if "only" in said and not only:
        message = "What follows `only:` is a field and what it must say, such as `product = GS 3024`."
        raise Malformed(message, field="only")
    languages = rest[::2]
    if len(set(languages)) < len(languages):
        message = "A language stands in it twice. Put its words into one part."
        raise Malformed(message)
    parts = {language: _part(words) for language, words in zip(languages, rest[1::2], strict=True)}
    return Composed(said["mail"], parts, (only[1], only[2].strip()) if only else None)


def written(composed: Composed) -> str:
    """The file that says this; what cannot stand in one is refused when it is read."""
    head = [f"mail: {composed.mail}", *([f"only: {' = '.join(composed.only)}"] if composed.only else ())]
    parts = (f"--- {name}\nsubject: {part.subject}\n\n{part.source}" for name, part in composed.parts.items())
    return "\n\n".join(["\n".join(head), *parts]) + "\n"


def _lines(head: str) -> dict[str, str]:
    found = {}
    for line in filter(None, map(str.strip, head.splitlines())):
        said = _LINE.fullmatch(line)
        if said is None or said[1] in found:
            message = "A line above the words is no `name: value`, or stands there twice."
            raise Malformed(message)
        found[said[1]] = said[2].strip()
    return found


def _part(words: str) -> Part:
    first, _, source = words.lstrip("\n").partition("\n")
    said = _LINE.fullmatch(first.strip())
    if said is None or said[1] != "subject" or not source.strip():
        message = "Each part begins with `subject: …`, and words follow it."
        raise Malformed(message, field="subject")
    subject = said[2].strip()
    if len(subject) > _LONGEST or not subject.isprintable():
        message = "A subject is one line of 200 letters at most, of letters that can be seen."
        raise Malformed(message, field="subject")
    if "{name" in _NAME.sub("", f"{subject}\n{source}"):
        message = "A name is written as {{name|…}}, with what stands there for somebody whose name is not known."
        raise Malformed(message)
    return Part(subject, source.strip() + "\n")


def _marks(source: str) -> Iterator[str]:
    if _BLOCK.search(source):
        yield "promotion"
    if _IMAGE.search(source) or any(token.type == "image" for token in _tokens(source)):
        yield "pixel"
    links = [str(token.attrs["href"]) for token in _tokens(source) if token.type == "link_open"]
    if any(map(rules.tracks, links)):
        yield "tracked-link"


def _tokens(source: str) -> "list[Token]":
    """Every token of the words, those within lines as well."""
    found = []
    for token in _markdown().parse(_BLOCK.sub("", source)):
        found += [token, *(token.children or ())]
    return found


def _markdown() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable("table")


def named(text: str) -> str:
    """`text` with a mark where a name belongs; the mark says what stands there where no name is known."""
    return _NAME.sub(lambda found: f"{NAME_MARK}{found[1].encode().hex()}X", text)


class Words:
    """The words of one part as HTML and as text. Their links are numbered: each leads to its number at `LINK_HOST`."""

    def __init__(self, part: Part) -> None:
        import nh3

        source = named(_BLOCK.sub("", part.source))
        self.links: list[str] = []
        markdown = _markdown()
        tokens = markdown.parse(source)
        for token in tokens:
            for one in token.children or ():
                if one.type == "link_open":
                    one.attrs["href"] = self._numbered(str(one.attrs["href"]))
        made = markdown.renderer.render(tokens, markdown.options, {})
        self.html = nh3.clean(
            made, tags=_TAGS, attributes={"a": {"href"}}, link_rel=None, url_schemes={"https", "mailto"}
        )
        # As they were written, but that the address of a link stands behind it.
        self.text = _LINK.sub(lambda found: f"{found[1]} <{self._numbered(found[2])}>", source)

    def _numbered(self, link: str) -> str:
        if urlsplit(link).scheme not in ("http", "https"):
            return link
        if link not in self.links:
            self.links.append(link)
        return f"https://{LINK_HOST}/{self.links.index(link)}"

    @property
    def has_heading(self) -> bool:
        """Whether the words have a heading of their own."""
        return "<h1>" in self.html
