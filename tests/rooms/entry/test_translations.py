"""Every page speaks both languages."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[3] / "src" / "troth"
PLAIN = re.compile(r"{%\s*translate\s+\"([^\"]*)\"")
BLOCK = re.compile(r"{%\s*blocktranslate([^%]*)%}(.*?){%\s*endblocktranslate\s*%}", re.DOTALL)


def in_templates() -> Iterator[str]:
    for file in [*ROOT.rglob("templates/**/*.html"), *ROOT.rglob("templates/**/*.txt")]:
        text = file.read_text("utf-8")
        yield from PLAIN.findall(text)
        for options, body in BLOCK.findall(text):
            for part in body.split("{% plural %}"):
                trimmed = " ".join(line.strip() for line in part.splitlines() if line.strip())
                yield re.sub(r"{{\s*(\w+)\s*}}", r"%(\1)s", trimmed if "trimmed" in options else part)


def told_on_forms() -> Iterator[str]:
    """What is wrong with a form: every message that is written where a submission is held against the statement."""
    own = (ROOT / "collection" / name for name in ("rules.py", "forms.py", "pages.py"))
    for file in (*own, *(ROOT / "control").rglob("*.py"), *(ROOT / "mail").glob("pages.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            value = (
                node.value if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "message" else None
            )
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_Wrong":
                value = node.args[0]
            if isinstance(value, ast.Constant):
                yield str(value.value)


@pytest.fixture(scope="module")
def chinese() -> dict[str, str]:
    with (ROOT / "entry/locale/zh_Hant/LC_MESSAGES/django.po").open("rb") as file:
        catalogue = read_po(file, locale="zh_Hant")
    said: dict[str, str] = {}
    for message in catalogue:
        ids = [message.id] if isinstance(message.id, str) else list(message.id or ())
        strings = [message.string] if isinstance(message.string, str) else list(message.string or ())
        said.update(dict.fromkeys(ids, strings[0]))
    return said


def test_every_sentence_of_every_page_is_there_in_chinese(chinese) -> None:
    """No page falls back to English in the middle of Chinese."""
    sentences = set(in_templates())
    assert len(sentences) > 80
    assert sorted(one for one in sentences if not chinese.get(one)) == []


def test_whatever_is_wrong_with_a_form_is_said_in_chinese(chinese) -> None:
    """People are told in their language what to mend."""
    messages = set(told_on_forms())
    assert len(messages) > 20
    assert sorted(one for one in messages if not chinese.get(one)) == []


def test_a_translation_keeps_every_name_that_is_filled_in(chinese) -> None:
    """What stands in braces or percent signs in English stands there in Chinese."""
    names = re.compile(r"%\((\w+)\)s|{(\w+)}")
    for english, said in chinese.items():
        if said:
            assert {*names.findall(said)} <= {*names.findall(english)}, english
