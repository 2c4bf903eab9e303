"""A site behind TLS, and other sites of the same company that ask visitors through it."""

from pathlib import Path

import httpx
import pytest

from tests.support import choices, documents
from tests.support.site import Running, free_port, http, troth

pytestmark = pytest.mark.usefixtures("sqlite")
SHOP = "https://shop.example"
READABLE = "access-control-allow-origin"


def secure(directory: Path) -> Running:
    """A site behind a proxy that ends TLS, which asks visitors of a shop as well."""
    port = free_port()
    troth("init", directory, "--url", f"https://127.0.0.1:{port}")
    troth("publish", directory / "statement.yaml", "--effective", "today", "--data", directory)
    file = directory / "troth.toml"
    more = f'behind_proxy = true\norigins = ["{SHOP}"]\n\n[store]'
    file.write_text(file.read_text("utf-8").replace("[store]", more), "utf-8")
    running = Running(directory, port)
    running.start()
    return running


@pytest.mark.promise("P36")
def test_over_tls_and_on_other_sites_of_ours(tmp_path: Path) -> None:
    """Behind TLS the cookie is bound to its host, and only that one counts. Pages of the sites that the settings name
    read what is asked and send choices, which set nothing here; pages of others do neither.
    """
    site = secure(tmp_path / "site")
    with http(headers={"X-Forwarded-Proto": "https"}) as client:
        bound_to_its_host(client, site)
        shared_with_the_shop(client, site)
    site.close()


def bound_to_its_host(client: httpx.Client, site: Running) -> None:
    own = {"Origin": site.url.replace("http://", "https://")}
    answer = choices.send(client, site, {}, headers=own)
    assert answer.status_code == 201, answer.text
    name, _, rest = answer.headers["set-cookie"].partition("=")
    assert name == choices.asked(client, site)["cookie"] == "__Host-choices"
    assert {"Secure", "Path=/", "SameSite=Lax"} <= set(rest.split("; "))
    assert "Domain" not in rest
    form = client.post(
        f"{site.url}/choices/", data={"digest": choices.asked(client, site)["digest"], "all": "no"}, headers=own
    )
    assert form.headers["set-cookie"].startswith("__Host-choices=v1.")
    for called, counts in (("__Host-choices", True), ("choices", False), ("__Secure-choices", False)):
        sent = {"Cookie": f"{called}={answer.json()['cookie']}"}
        page = documents.Document(client.get(f"{site.url}/choices/", headers=sent))
        assert ("You chose on" in page.text) is counts, called


def shared_with_the_shop(client: httpx.Client, site: Running) -> None:
    for origin, named in ((SHOP, True), ("https://elsewhere.example", False), (f"{SHOP}.example", False)):
        for path in ("/troth.js", choices.API):
            answer = client.get(site.url + path, headers={"Origin": origin})
            assert answer.headers.get(READABLE) == (origin if named else None)
            assert "Origin" in answer.headers["vary"]
            assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
        before = client.options(site.url + choices.API, headers={"Origin": origin})
        assert (before.headers.get("access-control-allow-methods") == "GET, POST") is named
        answer = choices.send(client, site, {}, headers={"Origin": origin})
        assert answer.status_code == (201 if named else 403), answer.text
        assert "set-cookie" not in answer.headers
        assert client.post(f"{site.url}/choices/", headers={"Origin": origin}).status_code == 403
    assert READABLE not in client.get(f"{site.url}/privacy/", headers={"Origin": SHOP}).headers
