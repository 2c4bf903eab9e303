"""Which Chromium is driven, and how it is told to stay with what it is asked."""

import os
import shutil
import subprocess

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Chromium heeds the last list alone: these are those that Playwright turns off, and two more. For what its address bar
# may show, which nobody sees here, every window would load pages of its own, and that takes longer than most pages do.
_OFF = (
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "TcpPortRandomizationWin",
    "ThirdPartyStoragePartitioning",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxPopup",
)
FLAGS = (
    f"--disable-features={','.join(_OFF)}",
    "--disable-gpu",
    # Where shared memory is small, as in a container, a page would crash.
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_STARTS_WITHIN = 20


def find() -> str | None:
    """`$CHROMIUM`, else the system's; None if there is neither."""
    if named := os.environ.get("CHROMIUM"):
        return named
    return next((path for name in NAMES if (path := shutil.which(name)) and _runs(path)), None)


def _runs(path: str) -> bool:
    """Some systems have a program of that name that only says how to get another."""
    try:
        done = subprocess.run([path, "--version"], capture_output=True, check=False, timeout=_STARTS_WITHIN)  # noqa: S603 - found by name
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
