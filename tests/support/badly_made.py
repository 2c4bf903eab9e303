"""Sites on which everything is wrong that a crawl can find, each thing once; and one on which nothing is."""

from typing import Any

from tests.support import statements
from tests.support.served import Page, Request

_TEXT = {"en": "A number.", "zh-Hant": "一個號碼。"}


def statement() -> bytes:
    """What the sites declare: a cookie for the basket, and some that need a yes."""
    plain = statements.minimal()

    def consent(**more: str) -> dict[str, Any]:
        return {"purpose": "newsletter", "consent": "newsletter", "data": _TEXT, "lifetime": "P6M", **more}

    def exempt(**more: str) -> dict[str, Any]:
        return {"purpose": "answer-you", "exempt": _TEXT, "data": _TEXT, "lifetime": "session", **more}

    plain["cookies"] = {
        "basket": exempt(), "choices": exempt(lifetime="P6M"), "letters-*": consent(), "early": consent(),
        "signalled": consent(), "refused": consent(), "kept": consent(), "seen": consent(kind="local-storage"),
        "gpc-pixel": consent(host="127.0.0.2"), "no-pixel": consent(host="127.0.0.3"),
        "back-pixel": consent(host="127.0.0.4"), "yes-pixel": consent(host="127.0.0.5"),
    }  # fmt: skip
    return statements.as_file(plain)


_BANNER = """
<div id=asking style="position: fixed; bottom: 0; background: #fff; display: none">
  <p>May we?
  <button data-troth=accept style="{accept}" onclick="answer('yes')">Accept</button>
  <{tag} data-troth=decline style="{decline}" onclick="answer('no')">Decline</{tag}>
</div>
<button data-troth=reopen {hidden} onclick="asking.style.display = 'block'">Cookies</button>
<script>
const year = '; path=/; max-age=8640000';
function answer(said) {{
  document.cookie = 'choices=' + said + year;
  {answered}
  {closed}
}}
{asked}
</script>
"""
_STYLE = (
    "font: 400 16px sans-serif; padding: 8px; width: 120px; height: 40px; color: #fff; background: #14507a; border: 0"
)
_CLOSE = "asking.style.display = 'none'"
_ASKED = "if (!document.cookie.includes('choices=')) asking.style.display = 'block';"


def _html(body: str, banner: str) -> str:
    return f"<!doctype html><html lang=en><title>A page</title><body>{body}{banner}</body></html>"


def good() -> dict[str, Page]:
    """A site that does as it says, with a banner of two equal answers that holds what was chosen."""
    answered = """
      const yes = said === 'yes' && year || '; path=/; max-age=0';
      document.cookie = 'letters-1=1' + yes;
      said === 'yes' ? localStorage.setItem('seen', 1) : localStorage.removeItem('seen');
      if (said === 'yes') new Image().src = `http://127.0.0.5:${location.port}/yes`;
    """
    banner = _BANNER.format(
        accept=_STYLE, decline=_STYLE, tag="button", hidden="", answered=answered, closed=_CLOSE, asked=_ASKED
    )
    form = """
      <form method=post action=/send><label>Name <input name=name></label>
      <label>E-mail <input type=email name=email required></label><textarea name=message required></textarea></form>
      <form role=search><input name=q></form><input type=hidden name=x>
    """

    def begin(request: Request) -> None:
        told = '{"gpc": true, "lastUpdate": "2026-01-01"}'
        if request.path.endswith("json"):
            request.answer(told, kind="application/json")
        else:
            links = "<a href=/ask/enquiry/>Ask</a> <a href=/paper>Paper</a> <a href='/ask/enquiry/#x'>again</a>"
            request.answer(_html(links, banner), set_cookie="basket=1; HttpOnly; path=/")

    def paper(request: Request) -> None:
        request.answer(b"%PDF-1.7", kind="application/pdf", content_disposition="attachment; filename=paper.pdf")

    return {
        "/": begin, "/.well-known/gpc.json": begin, "/ask/enquiry/": _html(form, banner), "/paper": paper,
    }  # fmt: skip


def bad(other: str) -> dict[str, Page]:
    """A site on which everything is wrong; `other` is the address of another one."""
    answered = """
      if (said === 'yes') document.cookie = 'kept=1' + year;
      if (said === 'no' && !document.cookie.includes('kept=')) document.cookie = 'refused=1' + year;
    """
    asked = """
      asking.style.display = 'block';
      const to = (host) => { new Image().src = `http://${host}:${location.port}/pixel?who=secret`; };
      const said = document.cookie.match(/choices=(yes|no)/)?.[1];
      if (navigator.globalPrivacyControl === true) to('127.0.0.2');
      if (said === 'no') to(document.cookie.includes('kept=') ? '127.0.0.4' : '127.0.0.3');
      if (said === 'yes') to('127.0.0.5');
      document.querySelector('[data-troth=accept]').focus();
    """
    accept = _STYLE.replace("120px", "300px").replace("#14507a", "#ffd")
    banner = _BANNER.format(
        accept=accept, decline=_STYLE, tag="a", hidden="", answered=answered, closed="", asked=asked
    )
    stored = f"""
      <script>
      localStorage.setItem('uid', 1); sessionStorage.setItem('sid', 1); indexedDB.open('spy');
      if (window.caches) caches.open('pile');
      </script><script src="{other}/tag.js?secret"></script>
      <input type=checkbox checked aria-label="Yes to everything">
    """
    links = "".join(
        f"<a href={name}>{name}</a>"
        for name in ("/ask/enquiry", "/away", "/send", "/still", "/gone", "/other", "/opens")
    )

    def begin(request: Request) -> None:
        set_cookie = ["track=1; Max-Age=63072000; HttpOnly", "early=1; path=/", "basket=1; Max-Age=6000000"]
        if request.headers.get("Sec-GPC") == "1":
            set_cookie.append("signalled=1")
        request.answer(_html(stored + links, banner), set_cookie=set_cookie)

    def elsewhere(request: Request) -> None:
        request.answer(status=302, location=f"{other}/welcome")

    point = """
      <form method=post><input name=email type=email><textarea name=message></textarea><input name=name required>
      <input name=national_id></form>
    """
    return {
        "/": begin,
        "/ask/enquiry": _html(point, banner),
        "/away": _html(f"<form method=post action={other}/collect><input type=email name=email></form>", banner),
        "/send": _html("<form action=/take><input type=email name=email></form>", banner),
        "/still": _html("<p>No way back", banner.replace("data-troth=reopen", "hidden")),
        "/other": elsewhere,
        "/opens": _html(
            "<a id=file href=/file download></a><script>alert(1); open('/still'); file.click()</script>", banner
        ),
        "/file": _file,
    }


def unequal() -> dict[str, Page]:
    """First layers on which declining is harder than accepting: not there, and a step further."""
    plain = "style='font: 400 16px sans-serif; padding: 8px; width: 120px'"
    longer = f"""
      <button {plain} onclick="document.body.textContent = ''">Fine with me</button>
      <button {plain} onclick="more.hidden = false">Settings</button>
      <button {plain} id=more hidden onclick="document.body.textContent = ''">Without</button>
    """
    return {"/alone": _html(f"<button {plain}>Accept all</button>", ""), "/longer": _html(longer, "")}


def waiting() -> dict[str, Page]:
    """A site that keeps whoever visits it waiting; `/` leads to all of it."""
    return _with_links({
        "/never": lambda request: request.hang(),
        "/half": _half,
        "/busy": "<title>Busy</title><script>onload = () => setTimeout(() => { while (true); })</script>",
        "/alerts": "<title>Alerts</title><script>while (true) alert('again')</script>",
    })  # fmt: skip


def hostile() -> dict[str, Page]:
    """A site that does what else it can to whoever visits it; `/` leads to all of it."""
    stays = "onbeforeunload = () => 'stay'; setInterval(() => open('/stays'), 5)"
    moves = "onload = () => { location = '/moves?' + Math.random(); }"
    names = "localStorage.setItem('a\\x1b[2J\\u202e' + 'b'.repeat(1e6), 1)"
    return _with_links({
        "/circles": lambda request: request.answer(status=302, location="/circles"),
        "/stays": f"<title>Stays</title><script>{stays}</script>",
        "/untold": "<title>Untold</title><script>JSON.stringify = () => '{\"local\": 1}'</script>",
        "/broken-off": lambda request: request.leave(),
        "/moves": f"<title>Moves</title><script>{moves}</script>",
        "/names": f"<title>Names</title><script>{names}</script>",
        "/paper": lambda request: request.answer(b"%PDF-1.7", kind="application/pdf"),
        "/file": _file,
        "/data": lambda request: request.answer("{}", kind="application/json"),
        "/deep": f"<title>Deep</title>{'<div>' * 20_000}<input name=x>",
    })  # fmt: skip


def _with_links(pages: dict[str, Page]) -> dict[str, Page]:
    links = "".join(f"<a href={name}>{name}</a>" for name in pages)
    return {**pages, "/": _html(links + "<a href='http://[' >?</a><a href='javascript:alert(1)'>!</a>", "")}


def _half(request: Request) -> None:
    """The beginning of a page, and never its end."""
    request.begin(content_length=1_000_000)
    request.write(b"<title>Half</title><p>Wait")
    request.hang()


def _file(request: Request) -> None:
    """Something to be kept, not shown."""
    request.answer(b"0", kind="application/zip", content_disposition="attachment")
