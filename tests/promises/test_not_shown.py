"""Consent: whoever sends must have been shown what holds now, here, in their language; nothing else is agreed to."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support import disk, documents, points
from tests.support.databases import Databases
from tests.support.site import Running
from tests.support.versions import NOTICE, keep_longer, publish, reword, statement

POINT = "newsletter"
MARKER = "zebulon-shown-8821@example.com"


@pytest.fixture
def later(tmp_path: Path, store: Callable[[], Databases]) -> Iterator[Running]:
    """Another site, where what the first one only announces is in force already."""
    (tmp_path / "later").mkdir()
    (tmp_path / "later" / "statement.yaml").write_bytes(statement(keep_longer))
    site = Running.new(str(tmp_path / "later"), tmp_path / "later" / "site", store())
    yield site
    site.close()


def sent(client: httpx.Client, site: Running, **changed: Any) -> httpx.Response:
    """A valid submission, with parts of it changed."""
    asked = points.described(client, site, POINT)
    given = points.answers(asked["shown"], optional=False)
    given.fields["email"] = MARKER
    return points.post(client, site, POINT, {**points.submission(asked, given), **changed})


def digest(client: httpx.Client, site: Running, point: str = POINT, language: str = "en") -> str:
    """The digest of what is shown at `point` now."""
    return str(points.described(client, site, point, language)["digest"])


@pytest.mark.promise("P11")
def test_what_is_shown_elsewhere_does_not_count(client: httpx.Client, site: Running) -> None:
    """The digest of another point, of another language, or of nothing at all is not what was shown here."""
    others = [digest(client, site, "promotion"), digest(client, site, language="zh-Hant"), "0" * 64]
    with disk.nothing_kept(client, site, MARKER):
        for shown in others:
            error = points.refused(sent(client, site, shown=shown), 409, "collection.not-shown")
            assert error["clause"] == f"collection.{POINT}"


@pytest.mark.promise("P11", "P55")
def test_what_was_withdrawn_or_is_to_come_does_not_count(
    client: httpx.Client, new_site: Callable[[str], Running], later: Running
) -> None:
    """Neither a version that no longer holds nor one that does not hold yet can be agreed to, by API or form."""
    site = new_site("infortrend")
    withdrawn, page = digest(client, site), documents.opened(client, documents.address_of(site, POINT))
    typed = documents.typed(points.answers(points.described(client, site, POINT)["shown"], optional=False))
    publish(site, reword(2), "today")
    publish(site, keep_longer, points.today() + NOTICE)
    to_come = digest(client, later)
    assert len({withdrawn, to_come, digest(client, site)}) == 3
    with disk.nothing_kept(client, site, MARKER):
        for shown in (withdrawn, to_come):
            points.refused(sent(client, site, shown=shown), 409, "collection.not-shown")
        answer = documents.send(client, page, {**typed, "field.email": MARKER})
        assert answer.status_code == 409
        answer = documents.send(client, documents.opened(client, documents.address_of(later, POINT)), typed)
        assert answer.status_code == 303
    points.taken(sent(client, site))


@pytest.mark.promise("P11")
@pytest.mark.parametrize("embedded", [False, True])
def test_a_form_of_another_language_is_shown_again(client: httpx.Client, site: Running, *, embedded: bool) -> None:
    """A form that was opened in one language and sent to the other's address is shown in that language first."""
    page = documents.opened(client, documents.address_of(site, POINT, "zh-Hant", embedded=embedded))
    page.url = documents.address_of(site, POINT, embedded=embedded)
    typed = documents.typed(points.answers(points.described(client, site, POINT)["shown"], optional=False))
    with disk.nothing_kept(client, site, MARKER):
        answer = documents.send(client, page, {**typed, "field.email": MARKER})
    assert answer.status_code == 409
    again = documents.Document(answer)
    assert MARKER in {one.filled for one in again.asked}
    assert documents.send(client, again, typed).status_code == (200 if embedded else 303)


@pytest.mark.promise("P11")
def test_a_language_is_one_of_the_statement(client: httpx.Client, site: Running) -> None:
    """A submission in a language that the statement does not have, or misspells, is refused by name."""
    with disk.nothing_kept(client, site, MARKER):
        for language in ("EN", "zh-hant", "ZH-HANT", "zh", "zh-TW", "de", "xx", "", " en", "en\u200b"):
            error = points.refused(sent(client, site, language=language), 422, "collection.mistyped")
            assert (error["field"], error["clause"]) == ("language", f"collection.{POINT}")
