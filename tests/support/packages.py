"""A package of somebody's information, ordered and fetched as a browser does it, and read without our own code."""

import csv
import hashlib
import io
import json
import re
import zipfile
from typing import Any

import httpx

from tests.support.documents import Document
from tests.support.me import post
from tests.support.site import Running
from tests.support.waiting import until

EXPORT = "/me/export/"


def refused(answer: httpx.Response, status: int, code: str) -> None:
    """A page says that this was refused, and under which code."""
    assert (answer.status_code, code in answer.text) == (status, True), answer.text


def ordered(client: httpx.Client, site: Running, prefix: str = "") -> None:
    """Asks for a package."""
    answer = post(client, site, prefix + EXPORT)
    assert answer.status_code == 303, answer.text


def link(client: httpx.Client, site: Running, prefix: str = "") -> str:
    """Where the package is, once it is ready."""

    def found() -> str:
        page = Document(client.get(site.url + prefix + EXPORT))
        return next((href for href in page.links() if href.endswith(".zip")), "")

    return until(found, "a package")


class Package:
    """The files of a package by name."""

    def __init__(self, content: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            assert packed.testzip() is None
            self.files = {name: packed.read(name) for name in packed.namelist()}
        self.told: dict[str, Any] = json.loads(self.files["information.json"])

    @classmethod
    def of(cls, client: httpx.Client, site: Running, prefix: str = "") -> "Package":
        """The package of whoever is signed in."""
        ordered(client, site, prefix)
        answer = client.get(link(client, site, prefix))
        assert answer.status_code == 200, answer.text
        assert int(answer.headers["content-length"]) == len(answer.content)
        return cls(answer.content)

    def values(self) -> dict[str, str]:
        """Each value by its field; of files, the digest."""
        found = {}
        for record in self.told["records"]:
            for value in record["values"]:
                path = value["file"]["path"] if "file" in value else ""
                found[value["field"]] = hashlib.sha256(self.files[path]).hexdigest() if path else value["value"]
        return found

    def table(self, name: str) -> list[dict[str, str]]:
        """A table of it."""
        return list(csv.DictReader(io.StringIO(self.files[name].decode("utf-8-sig"))))

    def manifest(self) -> dict[str, dict[str, Any]]:
        """What the manifest says of each file."""
        listed: dict[str, dict[str, Any]] = json.loads(self.files["manifest.json"])["files"]
        return listed

    def receipts(self) -> dict[str, bytes]:
        """The receipts by name."""
        return {name: content for name, content in self.files.items() if re.match(r"receipts/.*\.json$", name)}
