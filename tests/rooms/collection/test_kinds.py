"""What each kind of field takes, and what it makes of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.declared import declared
from tests.support.points import asking_age
from troth.collection.rules import Given, examine
from troth.statement.compile import compile_statement

TODAY = date(2026, 11, 23)
STATEMENT = declared("infortrend")
COMPILED = compile_statement(STATEMENT)


@dataclass
class File:
    """An upload as the rules see it."""

    head: bytes = b"a line\n"
    size: int | None = 7
    name: str | None = "a.log"
    content_type: str | None = "text/plain"
    digest: str = ""
    too_large: bool = False


def examined(point: str, name: str, value: Any, **others: Any) -> tuple[bytes | None, list[str]]:
    """What is kept of `value`, and the codes of what is wrong with it."""
    files: Mapping[str, Any] = {name: value} if isinstance(value, File) else {}
    fields = {} if files else {name: value, **others}
    found = examine(Given(point, fields, files, {}, "en", ""), STATEMENT, COMPILED, TODAY)
    return found.values.get(name), [one.code for one in found.problems if one.field == name]


TAKEN = [
    ("information", "email", "Lin@EXAMPLE.com", b"Lin@example.com"),
    ("information", "email", "lin@bücher.example", "lin@bücher.example".encode()),
    ("information", "email", "lin@xn--bcher-kva.example", "lin@bücher.example".encode()),
    ("information", "email", " lin@ｅｘａｍｐｌｅ．com ", b"lin@example.com"),
    ("information", "phone", "+886 2 2345 6789", b"+886223456789"),
    ("information", "phone", "＋８８６ ２ ２３４５ ６７８９", b"+886223456789"),
    ("information", "phone", "\u202a+886 2 2345 6789\u202c", b"+886223456789"),
    ("information", "phone", "tel:+886-2-2345-6789;ext=12", b"+886223456789;ext=12"),
    ("information", "phone", "+886 2 2345 6789 ext. 12", b"+886223456789;ext=12"),
    ("information", "phone", "+886 2 2345 6789#12", b"+886223456789;ext=12"),
    ("information", "name", "\u200bLin", "\u200bLin".encode()),
    ("information", "name", "Zoe\u0308", "Zoë".encode()),
    ("information", "message", "one\r\ntwo", b"one\ntwo"),
    ("information", "message", "x\r\n" * 1998 + "xxxx", b"x\n" * 1998 + b"xxxx"),
    ("job-application", "website", "HTTPS://Example.com", b"HTTPS://Example.com"),
    ("job-application", "website", "http://例え.jp:8080/ä?b#c", "http://例え.jp:8080/ä?b#c".encode()),
    ("quote", "quantity", 7, b"7"),
    ("quote", "quantity", "7.25", b"7.25"),
    ("service", "purchase-date", "2026-01-31", b"2026-01-31"),
    ("support", "diagnostics", "firmware: 5.2\n\nmode: a:b", b'{"firmware":"5.2","mode":"a:b"}'),
    ("support", "log-file", File(), b""),
]


@pytest.mark.parametrize(("point", "name", "value", "kept"), TAKEN, ids=lambda one: repr(one)[:30])
def test_what_is_taken(point: str, name: str, value: Any, kept: bytes) -> None:
    """A value is kept in the one form of its kind."""
    assert examined(point, name, value) == (kept, [])


MISTYPED: dict[tuple[str, str], list[Any]] = {
    ("information", "email"): [
        '"a b"@example.com', "a@[127.0.0.1]", "a@127.0.0.1", "a@example.com.", "a@example", "a" * 65 + "@example.com",
        "A <a@example.com>", "mailto:a@example.com", "a@example.com,b@example.com", "a@example.com?bcc=b@c.com",
        "a@-x.com",
        "a\u200d@example.com", "\u202ea@example.com", "a@exam\u200bple.com", "a@b_c.com", "a@example.onion",
    ],
    ("information", "phone"): [
        "1", "+0", "+999 123456789", "call +886 2 2345 6789 now", "+886 2 2345 6789 or +886 912 345 678", "+" * 40,
        "+1 800 FLOWERS", "+886 2 2345 6789 a", "<b>+886223456789</b>", "+886223456789\x00",
    ],
    ("information", "name"): [
        "Lin\u202emoc.elpmaxe", "\u2066Lin\u2069", "L\x00in", "Lin\nMei", "Lin\tMei", "Lin\u2028Mei", "Lin\ufeff",
        "Lin\U000e0041", "Lin\ud800", "Lin\x1b[31m", "Lin\ufffd", "Lin\ufdd0", 7, True, {}, ["Lin"],
    ],
    ("information", "country"): ["tw", "Tw", " TW", "TWN", "UK", {}, ["TW"], 7],
    ("information", "contact-by"): ["pigeon", " email", "EMAIL", {}, ["email"], False],
    ("job-application", "website"): [
        "http://[", "http://[::1]/", "http://127.0.0.1/", "http://localhost/", "https://user@example.com/",
        "//example.com",
        "https://user:secret@example.com/", "https://example.com\\@other.example/", "javascript:alert(1)", "https:///a",
        "data:text/html,x", "https://exa mple.com/", "https://example.com/a b", "https://example.com/\u202e",
        "example.com",
        "https://example.com:99999/", "https://example.com:x/", "https://example", "ftp://example.com/",
        "https://a..b/",
        "https://-example.com/", "https://exa_mple.com/",
    ],
    ("quote", "quantity"): ["-1", "1e9", "٣", "1,5", "0x1", "NaN", 1.5, -1, True, {}],
    ("service", "purchase-date"): [
        "20260131", "2026-W05-6", "2026-1-31", "2026-02-30", "31.01.2026", "٢٠٢٦-٠١-٣١", 20260131,
    ],
    ("support", "diagnostics"): [
        "firmware", "a: 1\na: 2", ": 1", {"": "1"}, {"a": 1}, {"a": None}, ["a"], {"a": {"b": "c"}}, "a: \x0c1",
        {"a\nb": "1"}, {"a": "1\n2"}, {"a": "\u202e1"},
    ],
    ("support", "log-file"): [
        File(size=0, head=b""), File(size=None), File(head=b"MZ\x00"), File(name="gol.\u202etxt"),
        File(name="a\x00.log"),
        File(content_type="text/\x1bplain"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("point", "name", "value"),
    [(*at, one) for at, all_ in MISTYPED.items() for one in all_],
    ids=lambda one: ascii(one)[:30],
)
def test_what_is_not_of_its_kind(point: str, name: str, value: Any) -> None:
    """A value of no form that its kind knows is refused, and nothing is kept of it."""
    assert examined(point, name, value) == (None, ["collection.mistyped"])


TOO_LONG = [
    ("information", "message", "x" * 4001), ("information", "message", "x\n" * 2000 + "y"), ("information", "message",
    "x" * 4000 + " "),
    ("information", "name", "\U0001d160" * 60), ("quote", "quantity", "1" * 21), ("support", "diagnostics",
    {str(number): "x" for number in range(51)}),
    ("support", "diagnostics", {"a": "x" * 501}), ("support", "diagnostics", {"x" * 501: "a"}),
    ("support", "diagnostics", "\n".join(f"{number}: x" for number in range(51))), ("support", "log-file",
    File(too_large=True)),
]  # fmt: skip


@pytest.mark.parametrize(("point", "name", "value"), TOO_LONG, ids=lambda one: ascii(one)[:30])
def test_what_is_too_long(point: str, name: str, value: Any) -> None:
    """A value with one character more than its field takes, in whatever form it comes, is refused as such."""
    assert examined(point, name, value) == (None, ["collection.too-long"])


@pytest.mark.parametrize("nothing", [None, "", " ", "\n\t", "\u200b", "\u2060\u200d", "\u3164", "\u00a0"])
def test_what_is_nothing(nothing: object) -> None:
    """What nobody can see fills no field: a required one is missing, an optional one was left out."""
    assert examined("information", "message", nothing) == (None, ["collection.missing"])
    assert examined("information", "name", nothing) == (None, [])


@pytest.mark.parametrize(
    ("born", "code"),
    [("1980-02-29", ""), ("1897-01-01", ""), ("1896-11-23", "missing"), ("0001-01-01", "missing"), ("2026-11-24",
     "under-age"),
     ("9999-12-31", "under-age"), ("19800229", "missing"), ("1980-W09-5", "missing"), ("1981-02-29", "missing"), ("",
     "missing"),
     ("1980-02-29\n", "missing"), ("１９８０-02-29", "missing")],
)  # fmt: skip
def test_days_of_birth(born: str, code: str) -> None:
    """Nobody was born in a week, twice over, 130 years ago or earlier, or tomorrow."""
    found = examine(Given(asking_age("infortrend"), {}, {}, {}, "en", "", born, "TW"), STATEMENT, COMPILED, TODAY)
    assert [one.code for one in found.problems if one.field == "born"] == ([f"collection.{code}"] if code else [])


@given(st.text(max_size=60), st.sampled_from([*MISTYPED][:3]))
def test_what_is_kept_is_taken_again(text: str, at: tuple[str, str]) -> None:
    """What a kind makes of a value is a value of this kind, and stays what it is."""
    kept, problems = examined(*at, text)
    assert kept is None or not problems
    if kept is not None:
        assert examined(*at, kept.decode()) == (kept, [])
