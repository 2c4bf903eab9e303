"""Holds the forms of a page against the declared collection points: pure."""

import re
from collections.abc import Iterator

from troth.crawl.address import Own, address
from troth.crawl.seen import Control, Form
from troth.statement.model import Datum, Point, Statement

Said = tuple[str, str, str]
_TYPED = {
    "text", "email", "tel", "url", "number", "date", "datetime-local", "month", "time", "week", "file", "textarea",
    "password", "range", "color",
}  # fmt: skip
_SIGNS_IN = {"username", "current-password", "new-password", "one-time-code", "webauthn"}
_BY_KIND = {"email": "email", "tel": "phone", "url": "url", "file": "file"}
_SEARCHES = {"q", "s", "query", "search", "keyword", "keywords"}
_AGE = {"bday", "bday-day", "bday-month", "bday-year"}
_AGE_NAMES = {"born", "residence", "birthday", "birthdate", "date-of-birth", "dob"}


class Forms:
    """The statement's ``collection``, to be asked."""

    def __init__(self, statement: Statement, own: Own) -> None:
        self._statement, self._own = statement, own

    def findings(self, form: Form) -> Iterator[Said]:
        """Code, subject and message for everything about the form that the statement does not say."""
        asked = [control for control in form.controls if _asks(control)]
        if not asked or form.search or _is_search(asked) or all(map(_signs_in, asked)):
            return
        yield from self._sent(form)
        name, point = self._point(form)
        where = f"the point `{name}` does" if point else "any collection point does"
        points = [point] if point else list(self._statement.collection.values())
        for control in form.controls:
            if control.kind == "checkbox" or _signs_in(control) or self._is_choice(control):
                continue
            if (datum := self._datum(control, points)) is None:
                yield (
                    "form-field-undeclared",
                    _said(control),
                    f"`{_said(control)}` is asked for, which {where} not declare.",
                )
            elif point and control.required and datum in point.optional:
                message = f"`{datum}` is demanded; the point `{name}` declares it optional."
                yield "form-field-required", datum, message

    def _sent(self, form: Form) -> Iterator[Said]:
        found = address(form.action)
        if found and found.host not in self._own:
            yield "form-elsewhere", found.host, f"What is typed is sent to {found.host}."
        if not form.post:
            yield (
                "form-by-address",
                found.path if found else "",
                "What is typed is put into an address, where logs and others see it.",
            )

    def _point(self, form: Form) -> tuple[str, Point | None]:
        """The point whose form this is, by its name or its address."""
        return next(
            ((name, self._statement.collection[name]) for name in form.names if name in self._statement.collection),
            ("", None),
        )

    def _is_choice(self, control: Control) -> bool:
        return control.kind == "radio" and _plain(control.name) in self._statement.purposes

    def _datum(self, control: Control, points: list[Point]) -> str | None:
        """Which declared field it is: by name, by label, by what browsers fill in, or by its kind of input."""
        declared = {
            name: self._statement.data[name]
            for point in points
            for name in point.fields()
            if name in self._statement.data
        }
        if any(point.age for point in points) and (_hints(control) & _AGE or _plain(control.name) in _AGE_NAMES):
            return ""
        for fits in (_by_name, _by_label, _by_hint, _by_kind):
            if found := next((name for name, datum in declared.items() if fits(control, name, datum)), None):
                return found
        return None


def ticked(form: Form) -> Iterator[Control]:
    """The boxes that are ticked beforehand: where something is asked for, or nothing but choices are given."""
    asked = [control for control in form.controls if _asks(control)]
    if not form.search and not (asked and all(map(_signs_in, asked))):
        yield from (control for control in form.controls if control.kind == "checkbox" and control.ticked)


def _asks(control: Control) -> bool:
    return control.kind in _TYPED


def _signs_in(control: Control) -> bool:
    return control.kind == "password" or bool(_hints(control) & _SIGNS_IN)


def _is_search(asked: list[Control]) -> bool:
    return len(asked) == 1 and _plain(asked[0].name) in _SEARCHES


def _hints(control: Control) -> set[str]:
    return set(control.autocomplete.lower().split())


def _plain(name: str) -> str:
    """The last part of a control's name, as statements write names: ``field.company_size[]`` → ``company-size``."""
    last = re.split(r"[.\[:]", name.strip().removesuffix("[]").rstrip("]"))[-1]
    return re.sub(r"[\s_]+", "-", re.sub(r"(?<=[a-z])(?=[A-Z])", "-", last)).lower()


def _said(control: Control) -> str:
    return control.name or control.label or control.kind


def _by_name(control: Control, name: str, _: Datum) -> bool:
    return _plain(control.name) == name


def _by_label(control: Control, _: str, datum: Datum) -> bool:
    label = control.label.strip(" *:：").casefold()
    return any(label == text.casefold() for text in datum.label.values())


def _by_hint(control: Control, _: str, datum: Datum) -> bool:
    return bool(datum.autocomplete) and datum.autocomplete in _hints(control)


def _by_kind(control: Control, _: str, datum: Datum) -> bool:
    return _BY_KIND.get(control.kind) == datum.input
