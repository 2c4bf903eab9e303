"""Whatever cookies a browser sends: they count as no choice, and the page is served."""

import httpx
import pytest

from tests.support import choices, documents
from tests.support.site import Running

PATHS = ("/", "/choices/", "/me/sign-in/", "/collect/information/", "/troth.js", choices.API)


def chose(client: httpx.Client, site: Running, cookie: str | bytes) -> bool:
    """Whether the page takes a choice out of this header."""
    answer = client.get(f"{site.url}/choices/", headers={"Cookie": cookie})
    assert answer.status_code == 200, answer.text
    return "You chose on" in documents.Document(answer).text


@pytest.mark.promise("P36")
def test_only_what_we_wrote_counts(client: httpx.Client, synology: Running) -> None:
    """A choice with anything in it changed, there twice, under another name or made up is no choice."""
    value: str = choices.made(client, synology)["cookie"]
    client.cookies.clear()
    assert chose(client, synology, f"other=1; choices={value}; last=2")
    version, reference, day, digest, said = value.split(".")
    altered = (
        f"choices={value.replace('settings=0', 'settings=1')}",
        f"choices={version}.{reference}.20261231.{digest}.{said}",
        f"choices={version}.{reference[::-1]}.{day}.{digest}.{said}",
        f"choices={version}.{reference}.{day}.{digest[::-1]}.{said}",
        f"choices=v2.{reference}.{day}.{digest}.{said}",
        f"choices={value},more=1",
        f"choices={value}; choices={value}",
        f"choices={value}; choices=",
        f"__Host-choices={value}",
        f"__Secure-choices={value}",
        f"CHOICES={value}",
        f'choices="{value}"',
        f"choices=%76{value[1:]}",
        "choices=",
        "choices",
        "choices=v1....",
        f"choices={version}.{reference}.99999999.{digest}.",
        "choices=" + "٣" * 51,
    )
    for cookie in altered:
        assert not chose(client, synology, cookie.encode()), cookie


@pytest.mark.promise("P36")
def test_hostile_cookies_break_nothing(client: httpx.Client, synology: Running) -> None:
    """Four kilobytes, hostile names, half characters, a thousand at once: no page and no door answers with an error."""
    hostile = (
        b"choices=" + b"v1." * 1400,
        b"choices=" + b"9" * 4096,
        b"; ".join(b"choices=%d" % number for number in range(500)),
        b"; ".join(b"c%d=x" % number for number in range(1000)),
        b"=;=;;;==; ;\t;choices",
        b'"choices"="; Path=/; Domain=elsewhere.example',
        b"choices=\xff\xfe\xed\xa0\x80",
        b"$Version=1; $Path=/; choices=x; me=\x20~",
        b"__Host-me=x; __Host-form=x; me=../../etc/passwd; form=%00",
        b"<script>=alert; {{x}}={% now %}; choices='; DROP TABLE cookies_choice; --",
        b"choices[]=1; choices.x=1; __proto__=1; constructor=1",
    )
    for cookie in hostile:
        for path in PATHS:
            answer = client.get(synology.url + path, headers={"Cookie": cookie})
            assert answer.status_code == 200, (path, cookie[:60])
        answer = choices.send(client, synology, {}, headers={"Cookie": cookie})
        assert answer.status_code == 201, answer.text
        client.cookies.clear()


@pytest.mark.promise("P36")
def test_hostile_bodies_are_refused_by_name(client: httpx.Client, synology: Running) -> None:
    """What is no choice is refused as such, whichever way it is not: never kept, never an error of ours."""
    digest = choices.asked(client, synology)["digest"].encode()
    sound = b'{"choices":{},"digest":"%b","language":"en"}' % digest
    for body in (
        b"", b"null", b"[]", b"{", b"\xff\xfe", b"[" * 5000, b'{"choices":NaN}', sound[:-1] + b',"language":"en"}',
        sound.replace(b"{}", b"[]"), sound.replace(b"{}", b'{"' + b"x" * 61 + b'":true}'),
        sound.replace(b"{}", b'{"remember-settings":1}'), sound.replace(b"{}", b'{"remember-settings":null}'),
        sound.replace(b'"en"', b'"\\ud800"'), sound + b" " * 20_000,
    ):  # fmt: skip
        for kind in ("application/json", "text/plain"):
            answer = client.post(synology.url + choices.API, content=body, headers={"Content-Type": kind})
            assert 400 <= answer.status_code < 500, (body[:60], answer.text)
            assert '"code": "cookies.' in answer.text, answer.text
    assert client.put(synology.url + choices.API, content=sound).status_code == 405
    assert client.post(synology.url + choices.API, content=sound).status_code == 201
