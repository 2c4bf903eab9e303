"""Which Chromium the browser tests drive. As a program: prints its path; exit status 1 when there is none."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from troth.crawl import browser

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    *browser.FLAGS,
    "--no-sandbox",
    # Only this machine has a name.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
)


def find() -> str | None:
    """`$CHROMIUM`, else the system's, else the one that Playwright has downloaded."""
    if named := os.environ.get("CHROMIUM"):
        return named
    installed = (path for name in NAMES if (path := shutil.which(name)))
    return next(filter(_runs, installed), None) or _downloaded()


def _runs(path: str) -> bool:
    """Some systems have a program of that name that only says how to get another."""
    return subprocess.run([path, "--version"], capture_output=True, check=False).returncode == 0


def _downloaded() -> str | None:
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


if __name__ == "__main__":
    if (path := find()) is None:
        sys.exit(1)
    print(path)  # noqa: T201 - that is its answer
