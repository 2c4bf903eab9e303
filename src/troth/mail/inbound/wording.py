"""What somebody who writes wants, as far as their words say it plainly. Pure.

Words of others do not count: quotations, what a forwarded mail said, a signature. Where the words are not plain,
nothing is recognised, and people read the mail.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from troth.mail.inbound.phrases import ALONE, CHINESE, ENGLISH, SIMPLE, Phrases

Right = Literal["stop-marketing", "erase", "access", "correct"]
_MOST: Final = 20_000
_SHORT: Final = 200
_LONGEST: Final = 1000

_QUOTED = re.compile(r"^\s*(>|\|)")
# From here on others speak, or nobody does.
_OTHERS = re.compile(
    r"^\s*(-{2,}\s*(original message|forwarded message|原始郵件|原始邮件|轉寄郵件|转发邮件|轉寄的郵件).*"
    r"|on\b.{4,200}\bwrote:?|.{0,120}(寫道|写道)\s*[:：]?"
    r"|begin forwarded message:.*|(from|寄件者|寄件人|发件人|發件人)\s*[:：].*|_{10,}|-- ?)\s*$",
    re.IGNORECASE,
)
_BEGUN = re.compile(r"^\s*(on\b.{4,200}|於?\s?\d{4}\s?年.{2,120}|.{0,80}<[^<>\s]+@[^<>\s]+>.{0,20})$", re.IGNORECASE)
_ENDED = re.compile(r"(wrote|寫道|写道)\s*[:：]?\s*$", re.IGNORECASE)
_ANSWERED = re.compile(r"^\s*(re|fwd?|aw|wg|回覆|回复|答覆|轉寄|转发|轉發)\s*[:：]", re.IGNORECASE)
_SENTENCES = re.compile(r"[.!?;。！？；]+(?=\s|$)|[。！？；]+|\n\s*\n")
_MARKS = re.compile(r"[\s.,!?;:。，！？；：、~*_\-]+")
_HAN = re.compile(r"[\u3400-\u9fff]")
_LETTER = re.compile(r"[^\W\d_]")
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "＇": "'", "`": "'"})
_CONTRACTED = (("do not", "don't"), ("dont ", "don't "), ("does not", "doesn't"), ("did not", "didn't"))


class Wanted(NamedTuple):
    """The rights that were asked for, in the order of `Right`; `certain` when little else was said."""

    rights: tuple[Right, ...]
    certain: bool


def wanted(subject: str, text: str) -> Wanted:
    """What the writer of a mail asks for with words of their own."""
    said = own_words(text)
    heading = "" if _ANSWERED.match(subject) else subject
    plain = _normal(f"{heading}\n\n{said}")
    sentences = list(_sentences(plain))
    rights: list[Right] = []
    if any(ALONE.fullmatch(_MARKS.sub(" ", line).strip()) for line in (*plain.splitlines(), *sentences)):
        rights.append("stop-marketing")
    for sentence in sentences:
        rights += [right for phrases in (ENGLISH, CHINESE) for right in _meant(phrases, sentence)]
    found = sorted(set(rights), key=("stop-marketing", "erase", "access", "correct").index)
    if "erase" in found:  # whoever is erased gets no more mail
        found = [one for one in found if one != "stop-marketing"]
    return Wanted(tuple(found), certain=len(found) == 1 and len(said.strip()) <= _SHORT)


def own_words(text: str) -> str:
    """`text` without what it quotes, forwards or signs with."""
    kept: list[str] = []
    lines = text[:_MOST].replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for number, line in enumerate(lines):
        following = lines[number + 1] if number + 1 < len(lines) else ""
        # Some programs break the line that says who wrote what follows.
        if _OTHERS.match(line) or (_BEGUN.match(line) and _ENDED.search(following)):
            break
        if not _QUOTED.match(line):
            kept.append(line)
    return "\n".join(kept)


def language(text: str) -> Literal["en", "zh-Hant"]:
    """The language to answer in: Chinese where a good part of the letters is."""
    said = own_words(text)
    return "zh-Hant" if len(_HAN.findall(said)) * 5 >= max(len(_LETTER.findall(said)), 1) else "en"


def _normal(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_APOSTROPHES).translate(SIMPLE)
    for one, other in _CONTRACTED:
        plain = plain.replace(one, other)
    return plain


def _sentences(plain: str) -> Iterator[str]:
    for sentence in _SENTENCES.split(plain):
        if joined := " ".join(sentence.split()):
            yield joined[:_LONGEST]


def _meant(phrases: Phrases, sentence: str) -> Iterator[Right]:
    if phrases.not_meant.search(sentence):
        return
    for right, pattern in phrases.rights.items():
        if pattern.search(sentence) and not phrases.denied[right].search(sentence):
            yield right  # type: ignore[misc] # the keys are rights
