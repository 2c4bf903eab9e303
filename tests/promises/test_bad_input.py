"""Collection: whatever a program sends, it is answered in one shape, and nothing of it is stored."""

import json
from typing import Any

import httpx
import pytest

from tests.support import disk, documents, points
from tests.support.site import Running

POINT = "information"
AS_JSON = {"Content-Type": "application/json"}
MARKER = "zebulon-bad-7799"


def sent(client: httpx.Client, site: Running, content: bytes, kind: str = "application/json") -> httpx.Response:
    """`content` as the body of a submission."""
    return client.post(
        f"{site.url}/api/v1/collect/{POINT}", content=content, headers={"Content-Type": kind, "Idempotency-Key": MARKER}
    )


def body(client: httpx.Client, site: Running, **changed: Any) -> dict[str, Any]:
    """A valid submission that carries a marker, with parts changed or, where None, left out."""
    asked = points.described(client, site, POINT)
    given = points.answers(asked["shown"], optional=False)
    given.fields["message"] = MARKER
    whole = {**points.submission(asked, given), **changed}
    return {name: value for name, value in whole.items() if value is not None}


def texts(whole: dict[str, Any]) -> dict[str, tuple[bytes, str, int, str]]:
    """Bodies that cannot be read: each with its type, the status and the code of the refusal."""
    good = json.dumps(whole)
    twice = good[:-1] + ', "language": "en"}'
    twice_within = good.replace('"fields": {', '"fields": {"message": "a", ', 1)
    as_json, malformed, other_type = "application/json", "collection.malformed", "collection.other-media-type"
    return {
        "empty": (b"", as_json, 400, malformed),
        "cut": (good[:-3].encode(), as_json, 400, malformed),
        "two": (f"{good}{good}".encode(), as_json, 400, malformed),
        "words": (MARKER.encode(), as_json, 400, malformed),
        "twice": (twice.encode(), as_json, 400, malformed),
        "twice within": (twice_within.encode(), as_json, 400, malformed),
        "latin": (good.replace(MARKER, f"{MARKER}é").encode("latin-1"), as_json, 400, malformed),
        "utf-16": (good.encode("utf-16"), as_json, 400, malformed),
        "nul": (good.encode() + b"\x00", as_json, 400, malformed),
        "deep": (b"[" * 100_000, as_json, 400, malformed),
        "deeper": (b'{"a":' * 30_000, as_json, 400, malformed),
        "after a mark": (b"\xef\xbb\xbf" + good.encode(), as_json, 400, malformed),
        "half a character": (good.replace(MARKER, "\\ud800").encode(), as_json, 422, "collection.mistyped"),
        "no number": (good.replace(f'"{MARKER}"', "NaN").encode(), as_json, 400, malformed),
        "no end": (good.replace(f'"{MARKER}"', "-Infinity").encode(), as_json, 400, malformed),
        "too large a number": (good.replace(f'"{MARKER}"', "1e999").encode(), as_json, 422, "collection.mistyped"),
        "comment": (good.replace("{", "{/* */", 1).encode(), as_json, 400, malformed),
        "single quotes": (good.replace('"', "'").encode(), as_json, 400, malformed),
        "comma": (f"{good[:-1]},}}".encode(), as_json, 400, malformed),
        "long number": (good.replace(f'"{MARKER}"', "9" * 5000).encode(), as_json, 400, malformed),
        "list": (json.dumps([whole]).encode(), as_json, 422, "collection.mistyped"),
        "text": (json.dumps(MARKER).encode(), as_json, 422, "collection.mistyped"),
        "null": (b"null", as_json, 422, "collection.mistyped"),
        "form": (b"submission=" + good.encode(), "application/x-www-form-urlencoded", 415, other_type),
        "plain": (good.encode(), "text/plain", 415, other_type),
        "none": (good.encode(), "", 415, other_type),
        "xml": (b"<a/>", "application/xml", 415, other_type),
        "no boundary": (good.encode(), "multipart/form-data", 400, malformed),
        "wrong boundary": (good.encode(), "multipart/form-data; boundary=x", 400, malformed),
        "large": (json.dumps({**whole, "padding": MARKER * 30_000}).encode(), as_json, 413, "collection.too-large"),
    }


@pytest.mark.promise("P05")
def test_bodies_that_cannot_be_read(client: httpx.Client, site: Running) -> None:
    """Broken, doubled, mislabelled, too deep or too large: refused in the one shape, and nothing stored."""
    with disk.nothing_kept(client, site, MARKER):
        for name, (content, kind, status, code) in texts(body(client, site)).items():
            answer = sent(client, site, content, kind)
            assert (answer.status_code, name) == (status, name), answer.text
            points.refused(answer, status, code)
            assert MARKER not in answer.text


@pytest.mark.promise("P05")
@pytest.mark.parametrize("embedded", [False, True])
def test_forms_that_cannot_be_read(client: httpx.Client, site: Running, *, embedded: bool) -> None:
    """A broken form is refused in plain words, and nothing of it is stored."""
    page = documents.opened(client, documents.address_of(site, POINT, embedded=embedded))
    kinds = ["multipart/form-data", "multipart/form-data; boundary=x", "multipart/form-data; boundary=" + "x" * 300,
             "application/x-www-form-urlencoded", "application/json"]  # fmt: skip
    file = 'Content-Disposition: form-data; name="field.log-file"; filename="a.log"'
    cut = f"--x\r\n{file}\r\n\r\n{MARKER}".encode()
    many = "&".join([f"token={page.hidden['token']}", *(f"field.f{number}={MARKER}" for number in range(300))]).encode()
    with disk.nothing_kept(client, site, MARKER):
        for kind, content in [*((kind, cut) for kind in kinds), ("application/x-www-form-urlencoded", many)]:
            answer = client.post(page.url, content=content, headers={"Content-Type": kind, "Origin": site.url})
            assert answer.status_code in (400, 403, 413), kind
            assert answer.headers["content-type"].startswith("text/html")
            assert "collection." in documents.Document(answer).text
            assert MARKER not in answer.text
            assert (answer.status_code == 413) == (content == many)


FORM = "application/x-www-form-urlencoded"


TYPED = [
    (b"field.message=a\xffb", FORM, "collection.malformed"),
    (b"field.message=\xe6\x9e", FORM, "collection.malformed"),
    (b"field.message=a%FFb", FORM, "collection.mistyped"),
    (b"field.message=a%00b", FORM, "collection.mistyped"),
    (b"field.message=a%ED%A0%80b", FORM, "collection.mistyped"),
    (b"field.message=a%E2%80%AEb", FORM, "collection.mistyped"),
    (b"field.message=a&field.message=b", FORM, "collection.mistyped"),
    (b"field.message=", FORM, "collection.missing"),
    (b"field.message=%20%0D%0A%E2%80%8B", FORM, "collection.missing"),
    (b"field.message=a&field.%00=b", FORM, "collection.not-declared"),
    (b"field.message=a&field.message%00=b", FORM, "collection.not-declared"),
    (b"field.message=a&%FF=b", FORM, "collection.not-declared"),
    (b"field.message=a", f"{FORM}; charset=utf-16", "collection.malformed"),
    (b"field.message=a%5Cud800", f"{FORM}; charset=unicode_escape", "collection.malformed"),
    (b"field.message=%2B2AA-", f"{FORM}; charset=utf-7", "collection.malformed"),
    (b"field.message=%FF", f"{FORM}; charset=nobody", "collection.mistyped"),
]


@pytest.mark.promise("P05")
@pytest.mark.parametrize("embedded", [False, True])
def test_forms_with_something_that_is_no_text(client: httpx.Client, site: Running, *, embedded: bool) -> None:
    """Bytes that are no text, hidden characters, a field twice or none: named, and nothing of the form is stored."""
    page = documents.opened(client, documents.address_of(site, POINT, embedded=embedded))
    own = "&".join(f"{name}={value}" for name, value in page.hidden.items())
    with disk.nothing_kept(client, site, MARKER):
        for typed, kind, code in TYPED:
            content = f"{own}&field.email={MARKER}@example.com&".encode() + typed
            answer = client.post(page.url, content=content, headers={"Content-Type": kind, "Origin": site.url})
            assert answer.status_code == (400 if code == "collection.malformed" else 422), typed
            said = documents.Document(answer).text
            assert code in said or "Nothing was sent yet" in said, typed


@pytest.mark.promise("P05")
def test_names_in_another_charset(client: httpx.Client, site: Running) -> None:
    """A part may name itself in a charset of its own, and a page may be asked for in one: neither breaks anything."""
    page = documents.opened(client, documents.address_of(site, POINT, embedded=False))
    name = "Content-Disposition: form-data; name*=unicode_escape''a%5Cud800\r\n\r\nb\r\n"
    own = "".join(f'Content-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n--x\r\n' for k, v in page.hidden.items())
    content = f"--x\r\n{own}{name}--x--\r\n".encode()
    kind = "multipart/form-data; boundary=x"
    answer = client.post(page.url, content=content, headers={"Content-Type": kind, "Origin": site.url})
    assert answer.status_code in (400, 422), answer.text
    odd = {"Content-Type": "text/plain; charset=unicode_escape"}
    answer = client.get(f"{site.url}/me/sign-in/", params={"next": "/a\\ud800"}, headers=odd)
    assert (answer.status_code, "collection.malformed" in answer.text) == (400, True)


@pytest.mark.promise("P05", "P10")
def test_keys_of_any_signs(client: httpx.Client, site: Running) -> None:
    """The same key, whatever signs it is made of, is the same submission."""
    whole, url = body(client, site), f"{site.url}/api/v1/collect/{POINT}"
    for key in (b"%00", b"a" * 160, b"a,b", b"a;b", b"4111 1111"):
        headers = {b"Idempotency-Key": key + points.address().encode()}
        answers = [client.post(url, json=whole, headers=headers) for _ in range(2)]
        assert points.taken(answers[0]) == points.taken(answers[1])


@pytest.mark.promise("P05", "P10")
def test_keys_that_cannot_be_read(client: httpx.Client, site: Running) -> None:
    """A key that is empty, too long or not ASCII is refused: without it, the same submission would count twice."""
    url = f"{site.url}/api/v1/collect/{POINT}"
    with disk.nothing_kept(client, site, MARKER):
        for key in (b"", b"\xff", "é".encode(), "鍵".encode(), b"a" * 201):
            answer = client.post(url, json=body(client, site), headers={b"Idempotency-Key": key})
            assert points.refused(answer, 400, "collection.malformed")["field"] == "Idempotency-Key"


@pytest.mark.promise("P05")
@pytest.mark.parametrize("point", ["quote", "support", "newsletter", "job-application"])
def test_each_required_field_is_needed(client: httpx.Client, site: Running, point: str) -> None:
    """Whatever is required and left out, empty or nothing but white space is named as missing, with its clause."""
    asked = points.described(client, site, point)
    for field in (one for one in asked["shown"]["fields"] if one["required"]):
        for nothing in (None, "", " \t", "\u200b"):
            given = points.answers(asked["shown"], optional=False)
            given.files.pop(field["id"], None)
            given.fields = {name: value for name, value in given.fields.items() if name != field["id"]}
            if nothing is not None and field["input"] != "file":
                given.fields[field["id"]] = nothing
            answer = points.post(client, site, point, points.submission(asked, given), given.files)
            error = points.refused(answer, 422, "collection.missing")
            assert (error["field"], error["clause"]) == (field["id"], f"collection.{point}.{field['id']}")


LOOK_RIGHT: list[tuple[str, str, Any]] = [
    ("information", "email", "a@[127.0.0.1]"), ("information", "email", '"a b"@example.com'), ("information",
    "email", "a@example.com."),
    ("information", "phone", "+886 2 2345 6789 now"), ("information", "name", "Lin\u202emoc.elpmaxe"),
    ("information", "name", "Lin\ufeff"),
    ("job-application", "website", "http://["), ("job-application", "website", "https://user:secret@example.com/"),
    ("job-application", "website", "https://example.com\\@other.example/"), ("job-application", "website",
    "https://example.com/a b"),
    ("service", "purchase-date", "20260131"), ("support", "diagnostics", "a: 1\na: 2"), ("support", "diagnostics",
    {"": "5.2"}),
]  # fmt: skip


@pytest.mark.promise("P06")
def test_values_that_look_right(client: httpx.Client, site: Running) -> None:
    """What looks like a value of its kind and is none, or hides something, is refused by name and leaves no trace."""
    with disk.nothing_kept(client, site, MARKER):
        for point, name, value in LOOK_RIGHT:
            asked = points.described(client, site, point)
            given = points.answers(asked["shown"], optional=False)
            given.fields |= {"email": f"{MARKER}@example.com", name: value}
            answer = points.post(client, site, point, points.submission(asked, given), given.files)
            error = points.refused(answer, 422, "collection.mistyped")
            assert (error["field"], error["clause"]) == (name, f"collection.{point}.{name}")


SHAPES: list[tuple[dict[str, Any], str, str]] = [
    ({"fields": None}, "missing", "email"),
    ({"fields": []}, "mistyped", "fields"),
    ({"fields": {"email": None, "message": None}}, "missing", "email"),
    ({"fields": {"email": "", "message": "\n \t"}}, "missing", "email"),
    ({"language": None}, "mistyped", "language"),
    ({"language": 5}, "mistyped", "language"),
    ({"language": "x" * 5000}, "mistyped", "language"),
    ({"shown": None}, "mistyped", "shown"),
    ({"shown": "zz"}, "mistyped", "shown"),
    ({"shown": "A" * 64}, "mistyped", "shown"),
    ({"choices": [True]}, "mistyped", "choices"),
    ({"age": {"born": "1980-01-01"}}, "mistyped", "age.country"),
    ({"extra": MARKER}, "not-declared", "extra"),
    ({"person": "a" * 26}, "not-declared", "person"),
    ({"Ein Feld": MARKER}, "not-declared", "?"),
]


@pytest.mark.promise("P05")
def test_submissions_of_another_shape(client: httpx.Client, site: Running) -> None:
    """A submission that lacks a part, or has one too many or of another kind, is refused naming that part."""
    with disk.nothing_kept(client, site, MARKER):
        for changed, code, field in SHAPES:
            answer = sent(client, site, json.dumps(body(client, site, **changed)).encode())
            assert points.refused(answer, 422, f"collection.{code}")["field"] == field


@pytest.mark.promise("P05")
@pytest.mark.parametrize("text", ["\x00", "\ud800", "a\udfffb", "\x1b[31m", "\x85"])
def test_what_is_no_text(client: httpx.Client, site: Running, text: str) -> None:
    """Half characters and control characters are no text, wherever they stand."""
    asked = points.described(client, site, "support")
    given = points.answers(asked["shown"])
    wrong: list[dict[str, Any]] = [{name: f"x{text}y"} for name in given.fields if name != "diagnostics"]
    wrong += [{"diagnostics": {"firmware": f"x{text}y"}}, {"diagnostics": {f"x{text}y": "5.2"}}]
    for fields in wrong:
        whole = points.submission(asked, points.Answers({**given.fields, **fields}))
        answer = client.post(f"{site.url}/api/v1/collect/support", content=json.dumps(whole), headers=AS_JSON)
        assert points.refused(answer, 422, "collection.mistyped")["field"] == next(iter(fields))


@pytest.mark.promise("P05")
def test_names_that_are_no_text(client: httpx.Client, site: Running) -> None:
    """Half characters in names of fields, choices or languages are answered like any other wrong name."""
    whole = body(client, site)
    for changed in (
        {"fields": {**whole["fields"], "\ud800": "a"}},
        {"choices": {"\ud800": True}},
        {"\ud800": 1},
    ):
        answer = sent(client, site, json.dumps({**whole, **changed}).encode())
        code = answer.json()["error"]["code"]
        assert code in ("collection.not-declared", "collection.mistyped")
        assert points.refused(answer, 422, code)["field"] == "?"
    answer = sent(client, site, json.dumps({**whole, "language": "\ud800"}).encode())
    assert answer.status_code in (409, 422)


def most_of(schema: dict[str, Any]) -> int:
    """How long a text may be by its schema, or one of its schemas; 0 where it does not say."""
    return max(int(one.get("maxLength", 0)) for one in (schema, *schema.get("anyOf", ())))


@pytest.mark.promise("P05")
def test_values_that_are_too_long(client: httpx.Client, site: Running) -> None:
    """Each kind of text has a length, told beforehand in the schema; one letter more is refused by name."""
    for point in ("support", "quote", "service"):
        asked = points.described(client, site, point)
        fields = asked["schema"]["properties"]["fields"]["properties"]
        given = points.answers(asked["shown"])
        most = {name: most_of(schema) for name, schema in fields.items() if name != "country" and "enum" not in schema}
        assert len(most) > 5
        for name, length in ((name, length) for name, length in most.items() if length):
            whole = points.submission(asked, points.Answers({**given.fields, name: "1" * (length + 1)}))
            assert points.refused(points.post(client, site, point, whole), 422, "collection.too-long")["field"] == name
    many = {f"detail {number}": "x" for number in range(51)}
    for details in (many, {"a": "x" * 501}):
        asked = points.described(client, site, "support")
        given = points.answers(asked["shown"], optional=False)
        whole = points.submission(asked, points.Answers({**given.fields, "diagnostics": details}))
        points.refused(points.post(client, site, "support", whole), 422, "collection.too-long")


@pytest.mark.promise("P05")
def test_submissions_with_thousands_of_wrong_parts(client: httpx.Client, site: Running) -> None:
    """However much is wrong, the answer stays short: a hundred problems are enough to begin with."""
    many = {f"field-{number}": MARKER for number in range(5000)}
    with disk.nothing_kept(client, site, MARKER):
        answer = sent(client, site, json.dumps(body(client, site, fields=many)).encode())
        points.refused(answer, 422, "collection.not-declared")
    assert len(answer.json()["errors"]) == 100
    assert len(answer.content) < 50_000


@pytest.mark.promise("P05")
@pytest.mark.parametrize("depth", [10, 200, 450, 900])
def test_values_that_are_too_deep(client: httpx.Client, site: Running, depth: int) -> None:
    """A value nested in itself is answered as what it is: no text."""
    content = json.dumps({**body(client, site), "fields": {"email": points.address(), "message": "DEEP"}})
    answer = sent(client, site, content.replace('"DEEP"', "[" * depth + '"x"' + "]" * depth).encode())
    assert answer.status_code in (400, 422)
    assert answer.json()["error"]["code"] in ("collection.malformed", "collection.mistyped")


@pytest.mark.promise("P05")
@pytest.mark.parametrize("point", ["nowhere", "Information", "information%00", "..%2Fquote", "x" * 300, "%ED%A0%80"])
def test_points_that_do_not_exist(client: httpx.Client, site: Running, point: str) -> None:
    """A point that the statement does not declare is not found, by any method."""
    url = f"{site.url}/api/v1/collect/{point}"
    for answer in (client.get(url), client.post(url, json=body(client, site))):
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["error"]["code"] in ("collection.no-such-point", "entry.not-found")


@pytest.mark.promise("P05")
def test_other_languages_fall_back(client: httpx.Client, site: Running) -> None:
    """A language that the statement does not have is answered in its first one."""
    for language in ("xx", "", "zh-TW", "EN", "de-DE"):
        assert points.described(client, site, POINT, language)["shown"]["language"] == "en"


@pytest.mark.promise("P05")
def test_other_methods_and_addresses(client: httpx.Client, site: Running) -> None:
    """What the API does not do it refuses in the same shape."""
    url = f"{site.url}/api/v1/collect/{POINT}"
    for method in ("PUT", "DELETE", "PATCH"):
        points.refused(client.request(method, url), 405, "entry.not-allowed")
    points.refused(client.get(f"{site.url}/api/v1/nowhere"), 404, "entry.not-found")
    points.refused(client.post(url, json={}, headers={"Idempotency-Key": "x" * 201}), 400, "collection.malformed")


@pytest.mark.promise("P05")
def test_files_that_are_not_wanted(client: httpx.Client, site: Running) -> None:
    """A file of another type, one too large, or too many are refused, and none of them stays."""
    asked = points.described(client, site, "support")
    whole = points.submission(asked, points.answers(asked["shown"], optional=False))
    wrong = [
        ("program.exe", b"MZ\x90\x00\x03\x00\x00\x00", "collection.mistyped"),
        ("renamed.png", b"MZ\x90\x00\x03\x00\x00\x00", "collection.mistyped"),
        ("empty.log", b"", "collection.mistyped"),
        ("large.log", b"x" * (10 * 1024 * 1024 + 1), "collection.too-long"),
    ]
    with disk.nothing_kept(client, site):
        for name, content, code in wrong:
            answer = points.post(client, site, "support", whole, {"log-file": (name, content, "text/plain")})
            error = points.refused(answer, 422, code)
            assert (error["field"], error["clause"]) == ("log-file", "collection.support.log-file")
        many = [("log-file", (f"{number}.log", points.TEXT, "text/plain")) for number in range(9)]
        url = f"{site.url}/api/v1/collect/support"
        points.refused(
            client.post(url, data={"submission": json.dumps(whole)}, files=many), 413, "collection.too-large"
        )


@pytest.mark.promise("P05")
def test_a_file_as_large_as_allowed_is_taken(client: httpx.Client, site: Running) -> None:
    """Ten megabytes are taken, whole."""
    asked = points.described(client, site, "support")
    whole = points.submission(asked, points.answers(asked["shown"], optional=False))
    before = disk.files(site)
    content = b"a line of a log\n" * (10 * 1024 * 1024 // 16)
    points.taken(points.post(client, site, "support", whole, {"log-file": ("large.log", content, "text/plain")}))
    (kept,) = disk.files(site) - before
    assert kept.stat().st_size >= len(content)
