"""A site's next version: its statement with a change, published by the real command."""

import copy
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from ruamel.yaml import YAML

from tests.support.site import EXAMPLES, Running, troth

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


def reword(number: int) -> Callable[[Plain], None]:
    """A change that takes nothing from anybody: other words above a form."""
    return lambda plain: plain["collection"]["quote"]["intro"].update(en=f"Wording {number}: tell us what you need.")


def publish(site: Running, change: Callable[[Plain], object], effective: object) -> str:
    """Publishes the changed statement for `effective` and answers what the command said."""
    file = site.directory / "next.yaml"
    file.write_bytes(statement(change))
    return troth("publish", file, "--effective", effective, "--data", site.directory)
