"""What was altered in the store is found, whichever table it stands in."""

import shutil
from contextlib import closing

import httpx
import pytest

from tests.support import choices, points, tampering
from tests.support.asking import Asking, wishes
from tests.support.own import Own
from tests.support.site import Failed, Running, troth
from tests.support.versions import NOTICE, keep_longer, publish

# What somebody with the database in hand may change, and what verification then names.
CHANGES = {
    "UPDATE consent_choice SET given = NOT given": "entry",
    "UPDATE consent_agreement SET point = 'quote'": "entry",
    "DELETE FROM consent_agreement": "agreement is gone",
    "DELETE FROM consent_choice": "its choices",
    "UPDATE consent_agreement SET receipt = wording": "commits to",
    "UPDATE consent_wording SET body = CAST(replace(body, 'dpv', 'dqv') AS BLOB)": "commits to",
    "UPDATE consent_wording SET body = CAST('{}' AS BLOB)": "wording",
    "UPDATE vault_sealed SET sealed = randomblob(60)": "sealed value",
    "DELETE FROM vault_sealed": "before its time",
    "UPDATE consent_wish SET given = NOT given": "What stands for",
    "DELETE FROM consent_wish": "row is gone",
    "UPDATE consent_wish SET follows = 0": "What stands for",
    "UPDATE use_token SET expires = '2099-01-01 00:00:00'": "What stands for",
    "DELETE FROM use_token WHERE ended": "row is gone",
    "UPDATE control_request SET due = '2099-01-01'": "What stands for",
    "UPDATE control_request SET person = 'somebody else'": "What stands for",
    "UPDATE control_answer SET outcome = 'refused'": "What stands for",
    "DELETE FROM control_request": "row is gone",
    "DELETE FROM control_answer": "row is gone",
    'INSERT INTO control_answer (request, step, due, outcome, reason, "by", at, leaf)'
    " SELECT request, 'extended', due, '', 'many', \"by\", at, randomblob(32) FROM control_answer": "tells of others",
    "UPDATE cookies_choice SET choices = replace(choices, 'true', 'false')": "What stands for",
    "UPDATE cookies_choice SET follows = ref": "What stands for",
    "UPDATE cookies_choice SET gpc = NOT gpc": "What stands for",
    "UPDATE cookies_choice SET at = '2020-01-01 00:00:00'": "What stands for",
    "DELETE FROM cookies_choice": "row is gone",
    "UPDATE cookies_keeping SET person = 'somebody else'": "What stands for",
    "UPDATE cookies_keeping SET choice = 'another'": "What stands for",
    "DELETE FROM cookies_signal": "row is gone",
    "UPDATE statement_version SET source = CAST(replace(source, 'P2Y', 'P9Y') AS BLOB)": "version 1",
    "UPDATE statement_version SET effective = '2030-01-01'": "version 1",
    "UPDATE statement_version SET tell = 'notice' WHERE number = 2": "version 2",
    "UPDATE statement_version SET correction = TRUE WHERE number = 2": "version 2",
    "DELETE FROM statement_turn WHERE kind = 'retracted'": "row is gone",
    "DELETE FROM statement_turn WHERE kind = 'announced'": "row is gone",
    "UPDATE statement_turn SET kind = 'begun' WHERE kind = 'retracted'": "What stands for",
    "UPDATE statement_turn SET effective = '2026-01-01 00:00:00'": "What stands for",
    "UPDATE statement_turn SET version = 1": "What stands for",
    "UPDATE statement_turn SET service = 'another'": "What stands for",
    "UPDATE statement_turn SET told = told + 1": "What stands for",
    "UPDATE statement_turn SET at = '2026-01-01 00:00:00'": "What stands for",
    "UPDATE statement_turn SET leaf = randomblob(32)": "row is gone",
    "INSERT INTO statement_turn (service, version, kind, effective, told, at, leaf)"
    " SELECT service, 9, kind, effective, told, at, randomblob(32) FROM statement_turn": "tells of others",
}


@pytest.fixture
def sqlite() -> None:
    """The test changes the files of an embedded store."""


def kept_by_somebody(client: httpx.Client, site: Running) -> None:
    """Somebody whose browser sends its signal keeps what they chose in it."""
    with closing(Own(client, site, "newsletter", optional=False)) as own:
        ref = choices.made(own.client, site, "remember-settings")["reference"][: choices.REF]
        form = own.page("/me/choices/").hidden["csrfmiddlewaretoken"]
        own.post("/me/choices/browser/", csrfmiddlewaretoken=form, choice=ref, keep="yes")
        own.client.get(f"{site.url}/", headers={"Sec-GPC": "1"})


@pytest.mark.promise("P44")
@pytest.mark.usefixtures("sqlite")
def test_a_changed_row_of_any_room_is_found(new_site, client, tmp_path) -> None:
    """Choices, wishes, agreements, receipts, wordings, values, tokens and statements cannot be changed unnoticed."""
    site = new_site("infortrend")
    taken = points.taken(points.give(client, site, "newsletter"))
    wishes(site, taken["person"], "agree", "newsletter")
    troth("token", "end", Asking.new(client, site, "newsletter").ref, "--data", site.directory)
    asked = troth("requests", "new", "access", "--person", taken["person"], "--data", site.directory).split()[1]
    troth("requests", "close", asked, "--outcome", "done", "--data", site.directory)
    kept_by_somebody(client, site)
    publish(site, keep_longer, points.today() + NOTICE)
    troth("retract", 2, "--data", site.directory)
    site.stop()
    assert "Verified" in troth("verify", "--data", site.directory)
    for number, (change, named) in enumerate(CHANGES.items()):
        copy = tmp_path / f"copy-{number}"
        shutil.copytree(site.directory, copy)
        with tampering.asking(copy) as ask:
            ask(change)
        with pytest.raises(Failed, match=named):
            troth("verify", "--data", copy)
    site.start()
