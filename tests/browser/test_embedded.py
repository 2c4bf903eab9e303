"""A form, or the banner, stands in a site that is not ours: it does there what it does here, only where declared."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from playwright.sync_api import Page, expect
from ruamel.yaml import YAML

from tests.conftest import NewProfile
from tests.support import points
from tests.support.banner import PURPOSE, banner, press
from tests.support.databases import Databases
from tests.support.outsider import Log
from tests.support.site import EXAMPLES, Running
from tests.support.waiting import until

PAGE = """<!doctype html><html lang="en"><title>Fans of storage</title><h1>Fans of storage</h1>
<script src="{site}/static/collection/embed.js" data-point="newsletter" data-language="{language}" async></script>"""

LISTEN = """() => {
    window.heard = [];
    addEventListener("message", ({ data }) => heard.push(JSON.stringify(data)));
}"""


class Elsewhere:
    """Another site: one page, at ``localhost``, which for a browser is not where the form comes from."""

    def __init__(self, port: int) -> None:
        self.origin = f"http://localhost:{port}"
        self.content = b""
        self.policy = ""

    def embed(self, site: Running, language: str = "en") -> str:
        """Embeds the newsletter of `site` and answers the page's address."""
        self.content = PAGE.format(site=site.url, language=language).encode()
        return f"{self.origin}/"


@contextmanager
def served() -> Iterator[Elsewhere]:
    """Another site, running."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", other.policy)
            self.end_headers()
            self.wfile.write(other.content)

        def log_message(self, *_: object) -> None:
            """Nobody listens."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        other = Elsewhere(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield other
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Elsewhere]:
    """Another site, which the statement names."""
    with served() as other:
        yield other


@pytest.fixture(scope="module")
def embeddable(store: Callable[[], Databases], elsewhere: Elsewhere, tmp_path_factory) -> Iterator[Running]:
    """A site whose statement lets `elsewhere` show the newsletter form, and whose settings let it ask for choices."""
    plain = YAML(typ="safe", pure=True).load((EXAMPLES / "infortrend" / "statement.yaml").read_text("utf-8"))
    plain["collection"]["newsletter"]["embed"] = [elsewhere.origin]
    example = tmp_path_factory.mktemp("embedding")
    (example / "statement.yaml").write_text(json.dumps(plain, ensure_ascii=False, default=str), "utf-8")
    site = Running.new(str(example), tmp_path_factory.mktemp("site") / "embedding", store())
    file = site.directory / "troth.toml"
    file.write_text(file.read_text("utf-8").replace("[site]\n", f'[site]\norigins = ["{elsewhere.origin}"]\n'), "utf-8")
    site.restart()
    yield site
    site.close()


def test_an_embedded_form_takes_a_submission(
    client: httpx.Client, embeddable: Running, elsewhere: Elsewhere, page: Page
) -> None:
    """Somebody on another site fills in the form and sends it; it is entered, and no cookie is set anywhere."""
    log = Log(client, embeddable)
    before = log.settled()
    page.goto(elsewhere.embed(embeddable))
    form = page.frame_locator("iframe")
    form.locator('[name="field.email"]').fill(points.address())
    form.locator('[name="choice.newsletter"]').check()
    form.get_by_role("button", name="Send").click()
    expect(form.get_by_role("heading", name="Thank you")).to_be_visible()
    assert page.context.cookies() == []
    assert page.url == f"{elsewhere.origin}/"
    with page.context.expect_page() as opened:
        form.get_by_role("link", name="receipt").click()
    expect(opened.value.get_by_role("heading", name="Thank you")).to_be_visible()
    assert page.context.cookies() == []
    (entry,) = log.since(before)
    assert (entry["point"], entry["choices"]["newsletter"]) == ("newsletter", True)


def test_an_embedded_form_says_what_is_wrong(embeddable: Running, elsewhere: Elsewhere, page: Page) -> None:
    """What is wrong is said inside the frame, and nothing that was typed reaches the page around it."""
    page.goto(elsewhere.embed(embeddable))
    page.evaluate(LISTEN)
    form = page.frame_locator("iframe")
    form.locator('[name="field.email"]').fill("quixwood-is-nobody")
    form.get_by_role("button", name="Send").click()
    expect(form.get_by_role("alert")).to_be_visible()
    expect(form.locator('[name="field.email"]')).to_have_value("quixwood-is-nobody")
    frame = page.locator("iframe")
    expect(frame).to_have_attribute("title", "Not sent: Get the newsletter · Infortrend web site")
    page.wait_for_function("heard.length > 0 && document.querySelector('iframe').clientHeight > 300")
    assert "quixwood" not in "".join(page.evaluate("heard"))


def test_an_embedded_form_speaks_the_language_asked_for(embeddable: Running, elsewhere: Elsewhere, page: Page) -> None:
    """The site that embeds a form says in which language."""
    page.goto(elsewhere.embed(embeddable, "zh-Hant"))
    form = page.frame_locator("iframe")
    expect(form.get_by_role("heading", name="訂閱電子報")).to_be_visible()
    form.locator('[name="field.email"]').fill(points.address())
    form.get_by_role("button", name="送出").click()
    expect(form.get_by_role("status")).to_be_visible()
    expect(form.locator("html")).to_have_attribute("lang", "zh-Hant")


@pytest.mark.usefixtures("sqlite")
def test_the_banner_stands_in_another_site(embeddable: Running, elsewhere: Elsewhere, page: Page) -> None:
    """One line puts it there, under a policy that lets nothing inline in without its nonce; what waits runs with the
    yes, which is known on the next page and kept by that site alone.
    """
    server = embeddable.url
    elsewhere.policy = f"default-src 'none'; script-src 'nonce-n0nce' {server}; connect-src {server}"
    elsewhere.content = f"""<!doctype html><html lang="en"><title>Shop</title><h1>Shop</h1>
        <script src="{server}/troth.js" async></script>
        <script type="text/plain" data-troth="{PURPOSE}" nonce="n0nce">window.ran = true</script>""".encode()
    try:
        page.goto(f"{elsewhere.origin}/")
        expect(banner(page)).to_be_visible()
        assert (page.evaluate("window.ran"), page.context.cookies()) == (None, [])
        press(page, "accept")
        until(lambda: page.evaluate("window.ran"), "what waited for a yes")
        page.reload()
        until(lambda: page.evaluate("window.ran"), "what waited for a yes")
        expect(banner(page)).to_be_hidden()
        assert {(one["name"], one["domain"]) for one in page.context.cookies()} == {("choices", "localhost")}
        assert page.context.cookies(server) == []
    finally:
        elsewhere.policy = ""


def test_another_site_cannot_embed_it(embeddable: Running, profile: NewProfile) -> None:
    """A site that the statement does not name cannot show the form in a frame."""
    context = profile()
    page = context.new_page()
    with served() as stranger:
        with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
            page.goto(stranger.embed(embeddable))
        assert page.frame_locator("iframe").locator("form").count() == 0
        assert context.cookies() == []
