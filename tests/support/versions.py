"""A site's next version: its statement with a change, published by the real command."""

import copy
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.support.forked import run
from tests.support.site import EXAMPLES, Running, troth
from tests.support.waiting import until

Plain = dict[str, Any]
INFORTREND: Plain = YAML(typ="safe", pure=True).load((EXAMPLES / "infortrend" / "statement.yaml").read_text("utf-8"))
NOTICE = timedelta(days=30)


def statement(change: Callable[[Plain], object]) -> bytes:
    """The first example's statement with a change, as a file: JSON, which is YAML."""
    plain = copy.deepcopy(INFORTREND)
    change(plain)
    return json.dumps(plain, ensure_ascii=False, default=str).encode()


def keep_longer(plain: Plain) -> None:
    """A material change: the newsletter is kept for longer than was promised."""
    plain["purposes"]["newsletter"]["retention"] = "P7Y"


def also_for_support(plain: Plain) -> None:
    """What people give for a quote serves one purpose more."""
    for asked in (plain["collection"]["quote"]["required"], plain["collection"]["quote"]["optional"]):
        for served in asked.values():
            served.append("support-you")


def keep_accounts_longer(plain: Plain) -> None:
    """A material change that touches whoever opened an account, whose address may be used to tell them."""
    plain["purposes"]["service-account"]["retention"] = "P7Y"


def reword(number: int) -> Callable[[Plain], None]:
    """A change that takes nothing from anybody: other words above a form."""
    return lambda plain: plain["collection"]["quote"]["intro"].update(en=f"Wording {number}: tell us what you need.")


def publish(site: Running, change: Callable[[Plain], object], effective: object) -> str:
    """Publishes the changed statement for `effective` and answers what the command said.

    Where the site runs and keeps its letters, it returns when everybody was told whom it touches.
    """
    said = scheduled(site, change, effective)
    if site.processes():
        until(lambda: announced(site), "an announcement that is complete")
    return said


def scheduled(site: Running, change: Callable[[Plain], object], effective: object, *options: object) -> str:
    """The same; nobody needs to have been told."""
    return troth("publish", file(site, change), "--effective", effective, "--data", site.directory, *options)


def file(site: Running, change: Callable[[Plain], object]) -> Path:
    """The changed statement as a file."""
    made = site.directory / "next.yaml"
    made.write_bytes(statement(change))
    return made


def announced(site: Running) -> bool:
    """Whether nobody is to be told of a change any more."""
    coming = coming_to(site)
    return coming is None or coming["letters"] is None or coming["letters"]["complete"]


def coming_to(site: Running) -> dict[str, Any] | None:
    """What the site says of the version that is to come."""
    found: dict[str, Any] | None = json.loads(run("status", "--data", site.directory, "--json").stdout)["statement"][
        "next"
    ]
    return found
