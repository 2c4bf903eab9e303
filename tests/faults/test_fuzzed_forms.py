"""Forms, sent as no browser would send them: through the page and through the embedded form."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote_from_bytes

import httpx
import pytest
from hypothesis import strategies as st

from tests.support import documents, points
from tests.support.crowd import code_of
from tests.support.documents import Document
from tests.support.fuzzing import hold
from tests.support.site import Running
from tests.support.visited import PATIENCE, visited

pytestmark = pytest.mark.timeout(7200)
POINT = "support"
REFUSED = {400, 403, 405, 409, 413, 422}
SECRET = "Zebulon-Fuzzed-5591"
NAMES = ("token", "csrfmiddlewaretoken", "born", "residence", "submission", "", "field.", "choice.",
"field.field.email",
         "field.email", "field.log-file", "choice.newsletter", "FIELD.email", "field.email\x00", "field.__proto__",
         "_charset_",
         "field.email[]", "field.4111111111111111", "\u202e", "é", "x" * 900)  # fmt: skip
VALUES = (SECRET, "", " ", "\x00", "\ufffd", "\u202e", "é" * 3000, "4111 1111 1111 1111", "yes", "on", "a\r\nb", "{}",
"a: b",
          "<script>", "{{ x }}", "%s", "'; DROP TABLE", "9" * 5000)  # fmt: skip
FILES = ("a.log", "", "../../etc/passwd", "C:\\a.log", "a\x00.log", "\u202egol.a", "4111111111111111.log", "x" * 600,
'"', "é",
         "a;b", "a\r\nX: y", ".", "..", "/", "a/b")  # fmt: skip
TYPES = (
    "text/plain",
    "",
    "image/svg+xml",
    "x" * 2000,
    "multipart/mixed; boundary=y",
    "text/plain; charset=nobody",
    "é",
)
WORDS = st.text(st.characters(codec="utf-8"), max_size=20)
RAW = st.binary(max_size=20)

Part = tuple[bytes, bytes, bytes | None, bytes]


def _bytes(*chosen: str) -> st.SearchStrategy[bytes]:
    return st.one_of(st.sampled_from(chosen).map(str.encode), WORDS.map(str.encode), RAW)


PARTS: st.SearchStrategy[Part] = st.tuples(
    _bytes(*NAMES), _bytes(*VALUES), st.one_of(st.none(), st.none(), _bytes(*FILES)), _bytes(*TYPES)
)


def changed(draw: Any, whole: list[Part]) -> list[Part]:
    """`whole` with parts left out, doubled, put in, emptied or in another order."""
    parts = [*whole]
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, max(0, len(parts) - 1)))
        match draw(st.sampled_from(("put in", "put in", "leave out", "double", "value", "file", "many"))):
            case "put in":
                parts.insert(at, draw(PARTS))
            case "leave out":
                del parts[at : at + 1]
            case "double":
                parts += parts[at : at + 1]
            case "value":
                parts[at : at + 1] = [(one[0], draw(_bytes(*VALUES)), one[2], one[3]) for one in parts[at : at + 1]]
            case "file":
                parts.append((b"field.log-file", draw(RAW), draw(_bytes(*FILES)), draw(_bytes(*TYPES))))
            case _:
                parts += [(b"field.a%d" % number, b"x", None, b"") for number in range(draw(st.integers(0, 400)))]
    return parts


def multipart(parts: list[Part], boundary: bytes) -> bytes:
    """`parts` as a browser packs them, whatever is in them."""

    def packed() -> Iterator[bytes]:
        for name, value, file, kind in parts:
            named = b"" if file is None else b'; filename="%s"\r\nContent-Type: %s' % (file, kind)
            yield b'--%s\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n' % (boundary, name, named, value)

    return b"".join(packed()) + b"--%s--\r\n" % boundary


def urlencoded(parts: list[Part], *, plainly: bool) -> bytes:
    """`parts` in one line; `plainly` without the escapes that it needs."""

    def escaped(raw: bytes) -> bytes:
        return raw if plainly else quote_from_bytes(raw).encode()

    return b"&".join(escaped(name) + b"=" + escaped(value) for name, value, *_ in parts)


def packed(draw: Any, parts: list[Part]) -> tuple[bytes, bytes]:
    """A body and the media type that it is said to have."""
    charset = draw(
        st.sampled_from((b"", b"", b"", b"; charset=utf-16", b"; charset=nobody", b"; charset=\xe9", b"; charset"))
    )
    if draw(st.booleans()):
        boundary = draw(st.sampled_from((b"boundary", b"boundary", b"b" * 70, b"b" * 300, b"", b"a b", b'"', b"\xe9")))
        content, kind = multipart(parts, boundary), b"multipart/form-data; boundary=" + boundary + charset
    else:
        content, kind = urlencoded(parts, plainly=draw(st.booleans())), b"application/x-www-form-urlencoded" + charset
    if not draw(st.integers(0, 3)):
        at = draw(st.integers(0, len(content)))
        content = content[:at] + draw(st.one_of(st.just(b""), RAW)) + content[at + draw(st.integers(0, 400)) :]
    return content, draw(st.sampled_from((kind, kind, kind, b"multipart/form-data", b"text/plain", b"")))


@pytest.mark.promise("P05", "P10")
@pytest.mark.parametrize("embedded", [False, True], ids=["page", "embedded"])
def test_forms_answer_whatever_comes(infortrend: Running, client: httpx.Client, rounds: int, *, embedded: bool) -> None:
    """A form is taken, or it is refused with a page that says why, under a code; and nothing of it is kept."""
    address = documents.address_of(infortrend, POINT, embedded=embedded)
    given = points.answers(points.described(client, infortrend, POINT)["shown"], optional=False)
    client.timeout = httpx.Timeout(PATIENCE)
    with visited(infortrend, f"forms, embedded: {embedded}") as found:
        page = documents.opened(client, address)

        def answered(data: st.DataObject) -> None:
            nonlocal page
            said = {**page.hidden, **documents.typed(given)}
            parts = changed(data.draw, [(name.encode(), value.encode(), None, b"") for name, value in said.items()])
            content, kind = packed(data.draw, parts)
            origin = data.draw(st.sampled_from((infortrend.url, infortrend.url, infortrend.url, "null", "")))
            headers = {"Content-Type": kind} | ({"Origin": origin} if origin else {})
            answer = client.post(address, content=content, headers=headers)
            if answer.status_code == (200 if embedded else 303):
                found.others += 1
                page = documents.opened(client, address)
            else:
                _is_refused(answer)

        hold(answered, st.data(), examples=200, rounds=rounds)
        assert found.others


def _is_refused(answer: httpx.Response) -> None:
    assert answer.status_code in REFUSED
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    page = Document(answer)
    shown_again = "Not sent:" in page.text and "problems" in page.attributes("div", "class")
    assert shown_again or code_of(answer).startswith(("collection.", "entry."))
