"""The banner, beside vanilla-cookieconsent and klaro on the same page in the same browser, in turns.

`npm ci --ignore-scripts` in bench/banners installs these. What is served is packed with brotli for each; the first
bytes come from this machine, so that a slow network is the browser's own doing. When something is seen is told by the
clock, against the page alone in the same round; script is what it took of the page's processor, whoever else has one.
"""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from typing import Final

import brotli
from playwright.sync_api import Browser, CDPSession, sync_playwright

from bench.door import fetched, served
from bench.table import Row, told
from tests.support import chromium

_PEERS: Final = Path(__file__).parent / "banners"
_PACKAGES: Final = _PEERS / "node_modules"
_ROUNDS: Final = 12
_WITHIN: Final = 20_000
_BUDGET: Final = 6144
_OURS: Final = "/troth.js?language=en"
_SLOW: Final = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 94_000}
_TYPES: Final = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
# When a frame is shown in which the banner, or else the page's heading, can be seen at all; fading in counts as seen.
_WATCH: Final = """(() => {
    const find = () => %s;
    window.moved = 0;
    new PerformanceObserver((list) => list.getEntries().forEach(({ value }) => (moved += value)))
        .observe({ type: "layout-shift", buffered: true });
    const seen = (one) => one && one.getClientRects().length && one.getBoundingClientRect().height > 0
        && getComputedStyle(one).visibility === "visible";
    window.seen = new Promise((done) => {
        const look = () => {
            if (!seen(find())) return requestAnimationFrame(look);
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = () => done(performance.now());
            port2.postMessage(0);
        };
        requestAnimationFrame(look);
    });
})();"""


@dataclass(frozen=True)
class Kind:
    """One way to ask: what goes into the page's head, what it loads, and where its banner is."""

    name: str
    head: str
    files: tuple[str, ...]
    banner: str


@dataclass(frozen=True)
class Seen:
    """Milliseconds until it was seen and of script, and how far the page moved."""

    at: float
    script: float
    moved: float


_KINDS: Final = (
    Kind("page alone", "", (), "document.querySelector('h1')"),
    Kind(
        "troth",
        f'<script src="{_OURS}" async fetchpriority="high" blocking="render"></script>',
        (_OURS,),
        "document.querySelector('troth-choices')?.shadowRoot.querySelector('section')",
    ),
    Kind(
        "vanilla-cookieconsent",
        '<link rel="stylesheet" href="/cc.css">'
        '<script src="/cc.js" defer></script><script src="/cc-run.js" defer></script>',
        ("/cc.css", "/cc.js"),
        "document.querySelector('#cc-main .cm')",
    ),
    Kind(
        "klaro",
        '<script src="/klaro-run.js" defer></script><script src="/klaro.js" defer></script>',
        ("/klaro.js",),
        "document.querySelector('.klaro .cookie-notice')",
    ),
)


def rows(directory: Path) -> list[Row]:
    """How heavy each is, when it is seen on a computer and on a slow telephone, and what it costs the page."""
    with served(directory / "sqlite") as site:
        files, home = _page(site.url), site.url.encode()
    files |= {
        "/cc.css": (_PACKAGES / "vanilla-cookieconsent/dist/cookieconsent.css").read_bytes(),
        "/cc.js": (_PACKAGES / "vanilla-cookieconsent/dist/cookieconsent.umd.js").read_bytes(),
        "/cc-run.js": (_PEERS / "cookieconsent.js").read_bytes(),
        "/klaro.js": (_PACKAGES / "klaro/dist/klaro.js").read_bytes(),
        "/klaro-run.js": (_PEERS / "klaro.js").read_bytes(),
    }
    weights = {kind.name: sum(len(brotli.compress(files[one])) for one in kind.files) for kind in _KINDS}
    with _serving(files, home) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=list(chromium.FLAGS))
        quick, slow = (_measured(browser, url, slow=one) for one in (False, True))
        browser.close()
    return [*_weight(weights, files), *_when("computer", quick, 30), *_when("slow telephone", slow, 60), *_cost(quick)]


def _weight(weights: dict[str, int], files: dict[str, bytes]) -> list[Row]:
    module = len(brotli.compress(files[_OURS].split(b"\ntroth.start(")[0]))
    others = ", ".join(f"{name} {weights[name] / 1024:.1f}" for name in ("vanilla-cookieconsent", "klaro"))
    return [
        Row.within("banner: `troth.js` with its styles, brotli", module / 1024, _BUDGET / 1024 + 1e-9, "KB", others),
        Row("banner: the same with all its words in the page's language", f"{weights['troth'] / 1024:.1f} KB"),
    ]


def _when(where: str, found: dict[str, list[Seen]], most: float) -> list[Row]:
    alone = found["page alone"]
    later = {name: median(map(_later, seen, alone)) for name, seen in found.items() if name != "page alone"}
    others = ", ".join(f"{name} {later[name]:.0f}" for name in later if name != "troth")
    what = f"banner seen after the page alone, {where}"
    first = f"page alone {median(one.at for one in alone):.0f} ms"
    return [Row.within(what, later["troth"], most, "ms", f"{first}; {others}")]


def _later(banner: Seen, page: Seen) -> float:
    return banner.at - page.at


def _cost(found: dict[str, list[Seen]]) -> list[Row]:
    alone = median(one.script for one in found["page alone"])
    spent = {name: median(one.script for one in seen) - alone for name, seen in found.items()}
    moved = {name: max(one.moved for one in seen) for name, seen in found.items()}
    rest = [name for name in spent if name not in ("page alone", "troth")]
    shifts = ", ".join(f"{one} {moved[one]:.3g}" for one in rest)
    return [
        Row.within("banner: script", spent["troth"], 10, "ms", ", ".join(f"{one} {spent[one]:.1f}" for one in rest)),
        Row("banner: layout shift, at most", f"{moved['troth']:g}", shifts, None, "0", moved["troth"] == 0),
    ]


def _measured(browser: Browser, url: str, *, slow: bool) -> dict[str, list[Seen]]:
    found: dict[str, list[Seen]] = {kind.name: [] for kind in _KINDS}
    # Where a frame more or less is what counts, it takes more rounds to tell.
    rounds = _ROUNDS if slow else 2 * _ROUNDS
    for number in range(rounds + 1):
        told(f"       banners{', slowly' if slow else ''}, round {number} of {rounds}")
        # To and fro: what one leaves behind, such as a page that is being closed, is not always the same one's burden.
        for kind in _KINDS if number % 2 else reversed(_KINDS):
            found[kind.name].append(_visit(browser, url, kind, slow=slow))
    # Everything was new to the browser in the first round.
    return {name: seen[1:] for name, seen in found.items()}


def _visit(browser: Browser, url: str, kind: Kind, *, slow: bool) -> Seen:
    """One visit of somebody who was never here."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
    if slow:
        devtools.send("Network.enable")
        devtools.send("Network.emulateNetworkConditions", _SLOW)
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.add_init_script(_WATCH % kind.banner)
    page.goto(f"{url}/{_KINDS.index(kind)}", wait_until="load")
    at = _said(devtools, "seen")
    # What a banner leaves for later is its script as well.
    page.wait_for_timeout(300)
    seen = Seen(at, _script(devtools), _said(devtools, "moved"))
    context.close()
    return seen


def _said(devtools: CDPSession, what: str) -> float:
    """Asks the page in words of its own: anything more would be script, and counted."""
    asked = {"expression": what, "awaitPromise": True, "timeout": _WITHIN}
    return float(devtools.send("Runtime.evaluate", asked)["result"]["value"])


def _script(devtools: CDPSession) -> float:
    named = {one["name"]: one["value"] for one in devtools.send("Performance.getMetrics")["metrics"]}
    return float(named["ScriptDuration"]) * 1000


def _page(url: str) -> dict[str, bytes]:
    """The example's first page, without and with each banner, and all that it loads."""
    whole = fetched(f"{url}/").decode()
    bare = re.sub(r'\s*<script src="/troth\.js[^>]*></script>', "", whole)
    assert bare != whole
    loaded = re.findall(r'<link rel="(?:stylesheet|icon)" href="([^"]+)"', bare)
    files = {one: fetched(url + one) for one in (*loaded, _OURS)}
    for number, kind in enumerate(_KINDS):
        files[f"/{number}"] = bare.replace("</title>", f"</title>{kind.head}", 1).encode()
    return files


@contextmanager
def _serving(files: dict[str, bytes], home: bytes) -> Iterator[str]:
    """Serves `files` as if they had come from here all along, and not from `home`."""
    packed: dict[str, bytes] = {}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body go out together.
        wbufsize = -1

        def do_GET(self) -> None:
            content = packed.get(self.path)
            self.send_response(200 if content else 404)
            ending = self.path.partition("?")[0].rpartition(".")[2]
            self.send_header("Content-Type", _TYPES.get(ending, "text/html; charset=utf-8"))
            self.send_header("Content-Encoding", "br")
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            self.wfile.write(content or b"")

        def do_POST(self) -> None:
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nobody listens."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        url = f"http://127.0.0.1:{server.server_address[1]}"
        packed |= {path: brotli.compress(content.replace(home, url.encode())) for path, content in files.items()}
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield url
        finally:
            server.shutdown()
            thread.join()
