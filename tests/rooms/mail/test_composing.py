"""The file of an issue, and what is made of it."""

import pytest

from troth.mail import composing, rules
from troth.mail.errors import Malformed, NotOfItsClass, RemoteContent

PART = "--- en\nsubject: News\n\nHello {name|reader}, [here](https://example.com/a).\n"


def words(source: str) -> composing.Words:
    return composing.Words(composing.Part("News", source))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no name\n" + PART,
        "mail: a\nmail: b\n" + PART,
        "mail: a\nbcc: everybody@example.com\n" + PART,
        "mail: a\n--- en\nHello\n",
        "mail: a\n--- en\nsubject: News\n\n",
        "mail: a\n--- en\nsubject: " + "x" * 201 + "\n\nHello",
        "mail: a\n--- en\nsubject: New\x0bs\n\nHello",
        "mail: a\n--- en\nsubject: News\n\nHello {name}",
        "mail: a\nonly: product\n" + PART,
        "mail: a\n" + PART + PART,
        "mail: a\n" + PART + "x" * 200_001,
    ],
)
def test_a_file_that_cannot_be_read_is_refused(text):
    with pytest.raises(Malformed):
        composing.read(text)


def test_a_file_says_which_mail_it_is_and_for_whom():
    found = composing.read("mail: notices\r\nonly: product = GS 3024 \r\n\r\n" + PART.replace("\n", "\r\n"))
    assert (found.mail, found.only) == ("notices", ("product", "GS 3024"))
    assert found.parts["en"].subject == "News"
    assert found.marks == frozenset()


def test_a_subject_is_one_header():
    """What follows its line is words, whatever it looks like."""
    found = composing.read("mail: a\n--- en\nsubject: News\nBcc: everybody@example.com\n\nHello\n")
    assert found.parts["en"].subject == "News"
    assert "Bcc" in found.parts["en"].source


def test_links_are_numbered_alike_in_both_shapes():
    made = words("[a](https://example.com/a), [b](https://example.com/b?x=1&y=2), [a](https://example.com/a)\n")
    assert made.links == ["https://example.com/a", "https://example.com/b?x=1&y=2"]
    numbered = [f"https://{composing.LINK_HOST}/{number}" for number in (0, 1, 0)]
    assert [part.split('"')[0] for part in made.html.split('href="')[1:]] == numbered
    assert made.text == "a <{}>, b <{}>, a <{}>\n".format(*numbered)


@pytest.mark.parametrize(
    "source",
    ["<script>alert(1)</script>", "[x](javascript:alert(1))", "<b onclick=x>x</b>", "[x](data:text/html,x)"],
)
def test_nothing_runs_and_nothing_is_hidden(source):
    made = words(source)
    assert "<script" not in made.html
    assert "<b" not in made.html
    assert "href" not in made.html


@pytest.mark.parametrize(
    ("source", "marks"),
    [
        ("Plain [link](https://example.com/?page=2).", set()),
        ("::: promotion\nBuy.\n:::", {"promotion"}),
        ("[x](https://example.com/?utm_campaign=a)", {"tracked-link"}),
        ("<https://example.com/?a=1&gclid=b>", {"tracked-link"}),
        ("[x](https://shop.example/follow/abc)", {"tracked-link"}),
        ("![a cat](https://example.com/cat.png)", {"pixel"}),
        ("[x]: https://example.com/?MC_EID=1\n\n[more][x]", {"tracked-link"}),
        ("> - ![](https://example.com/1.gif)", {"pixel"}),
    ],
)
def test_what_is_for_mail_with_consent_alone_is_found(source, marks):
    found = composing.read(f"mail: a\n--- en\nsubject: News\n\n{source}\n").marks
    assert found == marks
    if marks:
        for category in ("service", "change"):
            with pytest.raises(NotOfItsClass):
                rules.insist_on_class(category, found)
    if "pixel" in marks:
        with pytest.raises(RemoteContent):
            rules.insist_on_class("promotional", found)
