"""Every address that a site answers at, as its own resolver has them: a door that is added is among them by itself."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass

from tests.support.declared import declared
from tests.support.site import Running

_LIST = """
import json, re, django
django.setup()
from django.urls import URLPattern, get_resolver
from django.urls.resolvers import RegexPattern

def plain(pattern):
    if isinstance(pattern, RegexPattern):
        return re.sub(r"\\(\\?P<(\\w+)>[^)]*\\)", r"<\\1>", pattern.regex.pattern.strip("^$"))
    return re.sub(r"<\\w+:", "<", str(pattern))

def doors(patterns, before):
    for one in patterns:
        address = before + plain(one.pattern)
        if isinstance(one, URLPattern):
            yield address
        else:
            yield from doors(one.url_patterns, address)

print(json.dumps(sorted(doors(get_resolver().url_patterns, "/"))))
"""


@dataclass(frozen=True)
class Door:
    """One address of a site: its pattern, and an example of it at which there is something."""

    pattern: str
    path: str

    @property
    def for_programs(self) -> bool:
        return self.path.startswith(("/api/", "/log/", "/healthz"))


def doors(site: Running) -> list[Door]:
    """All of them, in the site's first language."""
    environment = {**os.environ, "TROTH_DATA": str(site.directory), "DJANGO_SETTINGS_MODULE": "troth.entry.settings"}
    done = subprocess.run([sys.executable, "-c", _LIST], capture_output=True, check=True, env=environment)
    return [Door(pattern, _filled(pattern, site)) for pattern in json.loads(done.stdout)]


def _filled(pattern: str, site: Running) -> str:
    """`pattern` with something that is there for each of its names. A new name needs an example here."""
    statement = declared(site.directory.name)
    examples = {
        "point": next(name for name, point in statement.collection.items() if not point.embed),
        "link": next(iter(statement.links), "none"),
        "number": "1",
        "old": "1",
        "new": "1",
        **dict.fromkeys(("record", "field", "ref", "person", "leaf", "token"), "none"),
        "month": "2026-10",
        "language": "en",
        "level": "0",
        "path": "000.p/1",
    }
    path = pattern
    for name, example in examples.items():
        path = path.replace(f"<{name}>", example)
    assert "<" not in path, f"{pattern}: tests/support/doors.py has no example of what stands in its address"
    return path
