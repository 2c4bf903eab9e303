"""Nobody knows whose choice it is until somebody who is signed in asks for it to be kept with their information."""

import re
from contextlib import closing

import httpx
import pytest

from tests.support import choices, me
from tests.support.outsider import Log
from tests.support.own import Own, refused
from tests.support.site import Running, troth
from tests.support.waiting import until

KEEP = "Keep what I chose in this browser"
KEPT = "Keep it with my information no longer"


def keep(own: Own, ref: str, yes: str) -> httpx.Response:
    """Presses one of the buttons."""
    form = own.page("/me/choices/").hidden["csrfmiddlewaretoken"]
    return own.post("/me/choices/browser/", csrfmiddlewaretoken=form, choice=ref, keep=yes)


@pytest.mark.promise("P36")
def test_a_choice_is_kept_for_whoever_asks(client: httpx.Client, synology: Running, tmp_path) -> None:
    """It is theirs with one press and no longer with another; the ledger tells that, and not whose or which it is."""
    with closing(Own(client, synology, "newsletter", optional=False)) as own:
        assert KEEP not in own.page("/me/choices/").text
        first = choices.made(own.client, synology)
        ref = first["reference"][: choices.REF]
        page = own.page("/me/choices/").text
        assert (KEEP in page, KEPT in page) == (True, False)
        log = Log(client, synology)
        before = log.settled()
        assert keep(own, ref, "yes").headers["location"] == "/me/choices/#browsers"
        later = choices.made(own.client, synology, "remember-settings", reference=first["reference"])
        text = own.page("/me/choices/").text
        assert (KEEP in text, text.count(KEPT)) == (False, 1)
        assert "Remember your settings Yes" in text
        assert "You had what you chose in a browser kept" in own.page("/me/history/").text
        assert keep(own, ref, "no").status_code == 303
        text = own.page("/me/choices/").text
        assert (KEEP in text, KEPT in text) == (True, False)
        told = [one for one in log.since(before) if one["kind"] == "kept"]
        assert [one["given"] for one in told] == [True, False]
        assert not any(part in str(told) for part in (own.person, ref, later["reference"][: choices.REF]))
        leaf = re.search(r"/me/history/([0-9a-f]{64})\.json", own.get("/me/history/").text)
        assert leaf
        until(lambda: own.get(leaf[0]).status_code == 200, "the receipt")
        file = tmp_path / "receipt.json"
        file.write_bytes(own.get(leaf[0]).content)
        assert "Verified" in troth("verify", "--receipt", file)


@pytest.mark.promise("P36")
def test_nobody_keeps_what_another_browser_chose(client: httpx.Client, synology: Running) -> None:
    """A reference that is not in one's own browser is refused, and so is one that nobody has."""
    with closing(Own(client, synology, "newsletter", optional=False)) as own:
        elsewhere = choices.made(client, synology, "remember-settings")["reference"][: choices.REF]
        choices.made(own.client, synology)
        for ref in (elsewhere, "a" * choices.REF, "", "' OR 1=1 --"):
            for yes in ("yes", "no"):
                refused(keep(own, ref, yes), 409, "collection.replayed")
        assert KEPT not in own.page("/me/choices/").text
        stranger = client.post(f"{synology.url}/me/choices/browser/", data={"choice": elsewhere, "keep": "yes"})
        assert stranger.status_code in (303, 403)
        assert me.mails(synology, own.address)
