"""The statement as a file that people or programs read: HTML, Markdown or JSON-LD."""

import json
import re
from collections.abc import Iterator
from html import escape
from typing import Literal

from troth.statement.canonical import digest
from troth.statement.clause import Clause, Fact, Section, Voice
from troth.statement.clauses import clauses
from troth.statement.jsonld import jsonld
from troth.statement.model import Statement

Format = Literal["html", "markdown", "jsonld"]


def show(statement: Statement, language: str, format: Format) -> str:  # noqa: A002 - the word people type
    """`statement` in `language`, whole. In HTML and Markdown every clause's id is an anchor."""
    if format == "jsonld":
        return json.dumps(jsonld(statement, language), ensure_ascii=False, indent=2) + "\n"
    voice = Voice(statement, language)
    title = voice.words("page.title", service=voice.say(statement.service.name))
    fingerprint = voice.words("page.fingerprint", digest=digest(statement))
    sections = clauses(statement, language)
    page = _Html(voice) if format == "html" else _Markdown(voice)
    return "\n".join([*page.head(title, sections), *page.body(sections), *page.foot(fingerprint)]) + "\n"


class _Page:
    """Walks sections and clauses; says what keeps a clause only where it differs from the clause before."""

    def __init__(self, voice: Voice) -> None:
        self.voice = voice
        self._kept = ""

    def body(self, sections: tuple[Section, ...]) -> Iterator[str]:
        for section in sections:
            self._kept = ""
            yield from self.section(section)

    def kept_by(self, clause: Clause) -> str:
        kept = "" if clause.kept_by == self._kept else clause.kept_by
        self._kept = clause.kept_by or self._kept
        return self.voice.words("page.kept-by", kept=kept) if kept else ""

    def head(self, title: str, sections: tuple[Section, ...]) -> Iterator[str]:
        raise NotImplementedError

    def section(self, section: Section) -> Iterator[str]:
        raise NotImplementedError

    def foot(self, fingerprint: str) -> Iterator[str]:
        raise NotImplementedError


class _Html(_Page):
    def head(self, title: str, sections: tuple[Section, ...]) -> Iterator[str]:
        yield "<!doctype html>"
        yield f'<html lang="{escape(self.voice.language)}">'
        yield '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        yield f"<title>{escape(title)}</title></head>"
        yield f"<body><main><h1>{escape(title)}</h1>"
        yield f'<nav aria-labelledby="contents"><h2 id="contents">{escape(self.voice.words("page.contents"))}</h2><ul>'
        for section in sections:
            yield f'<li><a href="#{escape(section.id)}">{escape(section.title)}</a></li>'
        yield "</ul></nav>"

    def section(self, section: Section) -> Iterator[str]:
        yield f'<section id="{escape(section.id)}"><h2>{escape(section.title)}</h2>'
        for clause in section.clauses:
            yield from self._clause(clause, 3)
        yield "</section>"

    def _clause(self, clause: Clause, level: int) -> Iterator[str]:
        yield f'<div id="{escape(clause.id)}">'
        if clause.title:
            yield f"<h{level}>{escape(clause.title)}</h{level}>"
        yield f"<p>{escape(clause.text)}</p>"
        if clause.facts:
            yield "<dl>"
            yield from (f"<dt>{escape(fact.label)}</dt><dd>{_linked(fact)}</dd>" for fact in clause.facts)
            yield "</dl>"
        if kept := self.kept_by(clause):
            yield f"<p><small>{escape(kept)}</small></p>"
        for part in clause.parts:
            yield from self._clause(part, level + 1)
        yield "</div>"

    def foot(self, fingerprint: str) -> Iterator[str]:
        yield f"</main><footer><p><small>{escape(fingerprint)}</small></p></footer></body></html>"


def _linked(fact: Fact) -> str:
    return f'<a href="{escape(fact.url)}">{escape(fact.text)}</a>' if fact.url else escape(fact.text)


class _Markdown(_Page):
    def head(self, title: str, sections: tuple[Section, ...]) -> Iterator[str]:
        del sections
        yield f"# {_plain(title)}"

    def section(self, section: Section) -> Iterator[str]:
        yield f'\n<a id="{escape(section.id)}"></a>\n\n## {_plain(section.title)}\n'
        for clause in section.clauses:
            yield from self._clause(clause)

    def _clause(self, clause: Clause) -> Iterator[str]:
        anchor = f'<a id="{escape(clause.id)}"></a>'
        if clause.title:
            yield f"{anchor}\n\n### {_plain(clause.title)}\n"
            anchor = ""
        yield f"{anchor}{_plain(clause.text)}\n"
        colon = self.voice.words("page.colon")
        for fact in clause.facts:
            text = f"<{fact.url}>" if fact.url == fact.text else _plain(fact.text)
            yield f"- **{_plain(fact.label)}**{colon}{text}"
        for part in clause.parts:
            title = f"**{_plain(part.title)}**{colon}" if part.title else ""
            yield f'- <a id="{escape(part.id)}"></a>{title}{_plain(part.text)}'
            yield from (f"  - *{kept}*" for kept in [_plain(self.kept_by(part))] if kept)
        if clause.facts or clause.parts:
            yield ""
        if kept := self.kept_by(clause):
            yield f"*{_plain(kept)}*\n"

    def foot(self, fingerprint: str) -> Iterator[str]:
        yield f"---\n\n{_plain(fingerprint)}"


def _plain(text: str) -> str:
    """`text` on one line, with what Markdown or HTML would read as markup made plain."""
    return re.sub(r"([\\`*_\[\]<>#|])", r"\\\1", " ".join(text.split()))
