"""Every text stands in every language that the statement declares, and in no other."""

from collections.abc import Iterator
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from troth.statement.checks.fault import Check, Declared, Fault
from troth.statement.finding import Place, said
from troth.statement.model import ANY_LANGUAGE, Kind, Part, Statement

TextKind = Literal["name", "prose"]
Text = tuple[Place, TextKind, dict[str, str]]


def untranslated(declared: Declared) -> Iterator[Fault]:
    """Prose is there in each declared language; a proper name may stand untranslated."""
    languages = declared.statement.languages
    for place, kind, text in texts(declared.statement):
        missing = [one for one in languages if one not in text]
        if kind == "prose" and missing and not (len(languages) == 1 and ANY_LANGUAGE in text):
            yield Fault(
                "text-untranslated",
                f"`{said(place)}` is not there in {' and '.join(missing)}. Write it by language: "
                f"`{{{', '.join(f'{one}: …' for one in languages)}}}`.",
                place,
            )


def undeclared(declared: Declared) -> Iterator[Fault]:
    """A text stands in no language but the declared ones."""
    languages = declared.statement.languages
    for place, _, text in texts(declared.statement):
        for language in text.keys() - {ANY_LANGUAGE, *languages}:
            yield Fault(
                "language-undeclared",
                f"`{language}` is none of the statement's languages. Add it to `languages` or remove the text.",
                (*place, language),
            )


CHECKS: tuple[Check, ...] = (untranslated, undeclared)


def texts(statement: Statement) -> Iterator[Text]:
    """Every text of `statement` with its place and kind, found by the marks in the model."""
    return _texts_of(statement, ())


def _texts_of(part: Part, place: Place) -> Iterator[Text]:
    for name, field in type(part).model_fields.items():
        yield from _texts_in(getattr(part, name), field.rebuild_annotation(), (*place, field.alias or name))


def _texts_in(value: Any, annotation: Any, place: Place) -> Iterator[Text]:
    if isinstance(value, Part):
        yield from _texts_of(value, place)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _texts_in(item, None, (*place, index))
    elif isinstance(value, dict):
        if kind := _kind(annotation):
            yield place, kind, value
        else:
            for key, item in value.items():
                yield from _texts_in(item, get_args(annotation)[1], (*place, key))


def _kind(annotation: Any) -> TextKind | None:
    """The mark on `annotation`, or on one of the alternatives that it allows."""
    alternatives = get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)
    marks = (mark for one in alternatives for mark in getattr(one, "__metadata__", ()))
    return next((mark.kind for mark in marks if isinstance(mark, Kind)), None)
