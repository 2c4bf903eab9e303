"""A browser's choices about what is kept in it: what is asked, what is sent, and a site that asks about more."""

import copy
import json
from pathlib import Path
from typing import Any

import httpx
from ruamel.yaml import YAML

from tests.support.declared import declared
from tests.support.site import EXAMPLES, Running

API = "/api/v1/choices"
# So long is the reference of a choice; behind it stands what shows that the site wrote it.
REF = 35
# Of the changed statement: waits for a yes to something that affiliates are given.
SHARED = "affiliates-marketing"
_DECLARED = {name for example in ("infortrend", "synology-2006") for name in declared(example).cookies}


def asked(client: httpx.Client, site: Running) -> dict[str, Any]:
    """What visitors are asked."""
    answer = client.get(site.url + API)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def send(client: httpx.Client, site: Running, choices: object, **said: Any) -> httpx.Response:
    """Sends a choice as a page of the site does; `headers` stand for themselves."""
    headers = {"Origin": site.url, **said.pop("headers", {})}
    body = {"choices": choices, "digest": said.pop("digest", "") or asked(client, site)["digest"], "language": "en"}
    return client.post(site.url + API, json={**body, **said}, headers=headers)


def made(client: httpx.Client, site: Running, *yes: str, **said: Any) -> dict[str, Any]:
    """A choice with a yes to these purposes, which is taken."""
    answer = send(client, site, dict.fromkeys(yes, True), **said)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def form(client: httpx.Client, site: Running, **said: str) -> httpx.Response:
    """Sends the form at `/choices/`, as a browser without script does."""
    digest = asked(client, site)["digest"]
    return client.post(f"{site.url}/choices/", data={"digest": digest, **said}, headers={"Origin": site.url})


def insist_on_register(answer: httpx.Response) -> None:
    """Nothing is set that no statement declares."""
    set_now = [one.partition("=")[0].removeprefix("__Host-") for one in answer.headers.get_list("set-cookie")]
    assert set(set_now) <= _DECLARED, f"{answer.url} sets {set_now}"


def strict(directory: Path) -> str:
    """An example to found a site from: it declares less than the code would set, and shares more.

    What guards a form waits for a yes, nothing keeps somebody signed in, a choice is kept for a month, and a cookie
    waits for a yes to something that affiliates are given.
    """
    plain = YAML(typ="safe", pure=True).load((EXAMPLES / "infortrend" / "statement.yaml").read_text("utf-8"))
    cookies = plain["cookies"]
    del cookies["me"], cookies["form"]["exempt"]
    cookies["form"]["consent"] = "remember-settings"
    cookies["choices"]["lifetime"] = "P1M"
    cookies["reach"] = {**copy.deepcopy(cookies["settings"]), "consent": SHARED, "purpose": SHARED}
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "statement.yaml").write_text(json.dumps(plain, ensure_ascii=False, default=str), "utf-8")
    return str(directory)
