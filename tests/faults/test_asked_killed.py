"""Killed while it packs or erases, a site finishes both when it starts again, and nothing readable is left over."""

import threading
from collections.abc import Callable
from contextlib import closing, suppress

import httpx
import pytest

from tests.support import disk, persons
from tests.support.crowd import chance
from tests.support.documents import Document
from tests.support.me import post, signed_in
from tests.support.packages import Package, link, ordered
from tests.support.persons import Somebody, somebody
from tests.support.site import Running, troth
from tests.support.waiting import until

pytestmark = pytest.mark.timeout(900)
NewSite = Callable[[str], Running]
# Of the rounds of a run each takes its share.
SHARE = 5
LATEST = 0.6


def sealed(site: Running) -> list[str]:
    """The files of packages."""
    return [file.name for file in (site.directory / "exports").glob("*/*")]


def killed_after(site: Running, seconds: float) -> None:
    """Kills the server so long after this, and starts it again."""
    threading.Event().wait(seconds)
    site.kill()
    site.start()


@pytest.mark.promise("P49")
def test_killed_while_it_packs(rounds: int, client: httpx.Client, new_site: NewSite) -> None:
    """A package that was cut short is made by the next start: whole, once, and sealed all the time."""
    site = new_site("infortrend")
    for _ in range(max(2, rounds // SHARE)):
        one = somebody(client, site)
        with closing(signed_in(site, one.address)) as me:
            before = set(sealed(site))
            ordered(me, site)
            killed_after(site, chance.uniform(0, LATEST))
            where = link(me, site)
            assert Package(me.get(where).content).values()["message"] == one.words[2]
            until(lambda: len(set(sealed(site)) - before) == 1, "no other file than the package")  # noqa: B023 - asked at once
        assert disk.traces(site, *one.words) == {}
    assert troth("verify", "--data", site.directory).startswith("Verified: ")


def erase(site: Running, me: httpx.Client, page: Document) -> None:
    """Sends that somebody is sure; the site may be gone before it answers."""
    with suppress(httpx.TransportError):
        post(me, site, "/me/erase/", page, sure="yes")


def is_whole(site: Running, one: Somebody, marks: dict[str, bytes]) -> bool:
    """Whether somebody is still there with all that was held of them; else nothing of it may be left."""
    if persons.marks(site.directory, one).keys() == marks.keys():
        return True
    until(lambda: persons.marks(site.directory, one) == {}, "no row left of somebody")
    until(lambda: persons.stands(site.directory, marks) == {}, "nothing left of somebody")
    assert disk.traces(site, *one.words) == {}
    return False


@pytest.mark.promise("P49")
def test_killed_while_somebody_erases_themselves(rounds: int, client: httpx.Client, new_site: NewSite) -> None:
    """An erasure that was cut short was not begun, or is finished by the next start; nobody is erased in part."""
    site = new_site("infortrend")
    for _ in range(max(2, rounds // SHARE)):
        one = somebody(client, site)
        marks = persons.marks(site.directory, one)
        with closing(signed_in(site, one.address)) as me:
            ordered(me, site)
            link(me, site)
            page = Document(me.get(f"{site.url}/me/erase/"))
            sending = threading.Thread(target=erase, args=(site, me, page))
            sending.start()
            killed_after(site, chance.uniform(0, LATEST / 4))
            sending.join()
            if is_whole(site, one, marks):
                erase(site, me, Document(me.get(f"{site.url}/me/erase/")))
                assert not is_whole(site, one, marks)
            assert me.get(f"{site.url}/me/").status_code == 303
        until(lambda: not sealed(site), "no file of a package")
        assert troth("verify", "--data", site.directory).startswith("Verified: ")
