"""What every answer has, whatever was asked: the headers that guard a browser, and a name where it refuses."""

import re

import httpx

POLICY = {
    "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "connect-src": "'self'",
    "form-action": "'self'", "base-uri": "'none'", "object-src": "'none'", "frame-ancestors": "'none'",
}  # fmt: skip
_CODE = re.compile(r"<code>([a-z]+\.[a-z-]+)</code>")


def policy(answer: httpx.Response) -> dict[str, str]:
    """The Content-Security-Policy of an answer by directive."""
    parts = (one.strip().partition(" ") for one in answer.headers["content-security-policy"].split(";"))
    return {name: value for name, _, value in parts}


def safe(answer: httpx.Response) -> None:
    """The answer has every header that the browser needs to keep to itself."""
    assert POLICY.items() <= policy(answer).items(), answer.url
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] in ("strict-origin-when-cross-origin", "no-referrer")
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert "cross-origin-resource-policy" in answer.headers


def code(answer: httpx.Response) -> str:
    """The code of a refusal, from a page or from problem details; empty where it has none."""
    if answer.headers.get("content-type") == "application/problem+json":
        named: str = answer.json()["error"]["code"]
        return named
    found = _CODE.search(answer.text)
    return found[1] if found else ""


def orderly(answer: httpx.Response) -> None:
    """Whatever was asked: nothing broke, the answer is guarded, and a refusal has its name."""
    asked = f"{answer.request.method} {answer.request.url!s:.200}: {answer.status_code}"
    assert answer.status_code < 500, asked
    safe(answer)
    if answer.is_error and answer.request.method != "HEAD":
        assert code(answer), asked
