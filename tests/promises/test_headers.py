"""Security: encrypted on the way, and every answer carries the headers that keep a browser safe."""

from pathlib import Path

import httpx
import pytest

from tests.support import documents, points
from tests.support.declared import declared
from tests.support.forked import run
from tests.support.guards import policy, safe
from tests.support.site import Running, free_port, http, troth

PATHS = [
    "/", "/products/", "/collect/", "/collect/newsletter/", "/privacy/", "/privacy/versions/", "/privacy/versions/1/",
    "/privacy/feed/", "/privacy/statement.jsonld", "/zh-hant/privacy/", "/nowhere/", "/receipts/none/", "/healthz",
    "/.well-known/security.txt", "/log/checkpoint", "/log/vkey", "/log/tile/entries/999", "/api/v1/openapi.json",
    "/api/v1/collect/newsletter", "/api/v1/collect/nowhere", "/static/entry/pico.min.css", "/static/none.css",
    "/privacy/versions/99/", "/collect/nowhere/", "/leave/nowhere/", "/api/v1/nowhere",
]  # fmt: skip


@pytest.mark.promise("P43")
@pytest.mark.parametrize("path", PATHS)
def test_every_answer_is_guarded(client: httpx.Client, site: Running, path: str) -> None:
    """Pages, refusals, files, programs' answers: each has a strict policy and no exception in it."""
    answer = client.get(site.url + path)
    assert answer.status_code in (200, 404)
    safe(answer)


@pytest.mark.promise("P43")
def test_refusals_are_guarded_too(client: httpx.Client, site: Running) -> None:
    """Refused submissions, methods and sizes are answered with the same headers."""
    url = f"{site.url}/collect/newsletter/"
    for answer in (
        client.post(url),
        client.put(url),
        client.delete(f"{site.url}/privacy/"),
        points.post(client, site, "newsletter", {}),
        client.post(f"{site.url}/api/v1/collect/newsletter", content=b"x" * 300_000),
        client.get(site.url, headers={"Host": "elsewhere.example"}),
    ):
        assert answer.is_client_error
        safe(answer)


@pytest.mark.promise("P43")
def test_however_a_submission_comes_its_answer_is_alike(client: httpx.Client, site: Running) -> None:
    """What is taken in short and what goes the way of all requests is guarded and answered by the same headers."""
    asked = points.described(client, site, "newsletter")
    made = [points.submission(asked, points.answers(asked["shown"])) for _ in range(2)]
    kinds = ("application/json", "application/json; charset=utf-8")
    short, long = (
        client.post(f"{site.url}/api/v1/collect/newsletter", json=one, headers={"Content-Type": kind})
        for one, kind in zip(made, kinds, strict=True)
    )
    for answer in (short, long):
        points.taken(answer)
        safe(answer)
    assert {*short.headers.items()} - {*long.headers.items()} <= {("date", short.headers["date"])}
    assert short.headers.keys() == long.headers.keys()
    assert short.json().keys() == long.json().keys()


@pytest.mark.promise("P43")
def test_personal_pages_are_not_cached(client: httpx.Client, site: Running) -> None:
    """Forms and receipts are never kept by a browser or a cache in between."""
    receipt = points.taken(points.give(client, site, "information"))["receipt"]
    pages = (documents.address_of(site, "quote"), receipt)
    for answer in (*map(client.get, pages), points.receipt(client, receipt)):
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.promise("P43")
def test_only_named_sites_may_frame_a_form(client: httpx.Client, site: Running) -> None:
    """An embeddable form names in its policy exactly the sites that the statement names, and no page else does."""
    for point in points.points(site.directory.name):
        named = declared(site.directory.name).collection[point].embed
        framed = policy(client.get(documents.address_of(site, point, embedded=True)))["frame-ancestors"]
        assert framed == (" ".join(named) or "'none'")
        assert policy(client.get(documents.address_of(site, point)))["frame-ancestors"] == "'none'"


@pytest.mark.promise("P43")
@pytest.mark.parametrize("host", ["0.0.0.0", "::"])  # noqa: S104 - it is refused
def test_plain_http_stays_on_this_machine(tmp_path: Path, host: str) -> None:
    """A site without TLS is not served to other machines: starting it is refused, saying what to do."""
    site = tmp_path / "site"
    troth("init", site)
    troth("publish", site / "statement.yaml", "--effective", "today", "--data", site)
    done = run("serve", "--data", site, "--host", host, "--port", free_port())
    assert done.returncode == 1
    assert done.stderr.startswith("troth: entry.unsafe: ")
    assert "TLS" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.promise("P43")
def test_over_tls_everything_is_stricter(tmp_path: Path) -> None:
    """A site whose address is https sends HSTS for two years and gives its cookie only back over TLS."""
    directory, port = tmp_path / "site", free_port()
    troth("init", directory, "--url", f"https://127.0.0.1:{port}")
    troth("publish", directory / "statement.yaml", "--effective", "today", "--data", directory)
    configuration = directory / "troth.toml"
    configuration.write_text(configuration.read_text().replace("[store]", "behind_proxy = true\n\n[store]"))
    running = Running(directory, port)
    running.start()
    with http(headers={"X-Forwarded-Proto": "https"}) as proxy:
        answer = proxy.get(f"{running.url}/collect/newsletter/")
        others = [proxy.get(running.url + path) for path in ("/api/v1/collect/newsletter", "/log/vkey", "/theme.css")]
        asked = others[0].json()
        sent = points.submission(asked, points.answers(asked["shown"]))
        others.append(proxy.post(f"{running.url}/api/v1/collect/newsletter", json=sent))
        points.taken(others[-1])
    with http() as plain:
        in_clear = plain.post(f"{running.url}/api/v1/collect/newsletter", json=sent)
        assert (in_clear.status_code, in_clear.text) == (301, "")
        for path in ("/privacy/", "/api/v1/collect/newsletter", "/log/vkey"):
            sent_on = plain.get(running.url + path)
            assert (sent_on.status_code, sent_on.headers["location"]) == (301, f"https://127.0.0.1:{port}{path}")
    running.close()
    for one in others:
        assert one.headers["strict-transport-security"] == "max-age=63072000; includeSubDomains"
        safe(one)
    assert answer.headers["strict-transport-security"] == "max-age=63072000; includeSubDomains"
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-form=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    safe(answer)
