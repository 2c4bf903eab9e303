"""The script is small, readable, and does nothing that a strict policy forbids."""

import re
from pathlib import Path

import brotli

import troth.cookies

SCRIPT = Path(troth.cookies.__file__).parent / "static" / "troth.js"
MOST = 6144


def test_it_is_light():
    """With its styles and all that it does, as it stands and is read, it weighs at most 6 KB on the way."""
    assert len(brotli.compress(SCRIPT.read_bytes())) <= MOST


def test_it_makes_no_markup_and_runs_no_text():
    """Words are put in as text, and styles through sheets: nothing that a policy would have to allow by name."""
    forbidden = (
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|\.style\b|setAttribute\(\"style"
    )
    assert re.findall(forbidden, SCRIPT.read_text("utf-8")) == []


def test_it_is_one_file():
    """It is script and module alike: it imports nothing, exports nothing, and says so by doing without either."""
    assert re.findall(r"^\s*(import|export)\b|\bimport\(|require\(", SCRIPT.read_text("utf-8"), re.MULTILINE) == []


def test_nothing_of_it_moves():
    """There is no motion that somebody would have to ask to be spared."""
    moving = r"transition|animation|@keyframes|\.animate\(|smooth"
    assert re.findall(moving, SCRIPT.read_text("utf-8")) == []
