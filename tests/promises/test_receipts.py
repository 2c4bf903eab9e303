"""The ledger lets an outsider check: a receipt proves, without the site, what was agreed to."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support import documents, points
from tests.support.command import told
from tests.support.forked import run
from tests.support.site import Running


def kept(client: httpx.Client, site: Running, directory: Path) -> tuple[Path, dict[str, Any]]:
    """The receipt of a submission with choices, saved as a file, and what it says."""
    asked = points.described(client, site, "registration")
    given = points.answers(asked["shown"])
    given.choices = {name: number == 0 for number, name in enumerate(given.choices)}
    taken = points.taken(points.post(client, site, "registration", points.submission(asked, given), given.files))
    answer = points.receipt(client, taken["receipt"])
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    file = directory / "receipt.json"
    file.write_bytes(answer.content)
    return file, answer.json()


def verified(file: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """What `troth verify --receipt` says, run where no installation is."""
    return run("verify", "--receipt", file, *options)


def other(letter: str) -> str:
    """Another letter of the same kind."""
    if letter in "0123456789":
        return str((int(letter) + 1) % 10)
    return ("b" if letter == "a" else "a") if letter.islower() else ("B" if letter == "A" else "A")


@pytest.mark.promise("P11", "P44")
def test_a_receipt_is_checked_offline(client: httpx.Client, site: Running, tmp_path: Path) -> None:
    """A downloaded receipt verifies by itself, and against a key that was kept from elsewhere."""
    file, receipt = kept(client, site, tmp_path)
    done = verified(file)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Verified: ")
    key = client.get(f"{site.url}/log/vkey").text.strip()
    assert receipt["vkey"] == key
    assert verified(file, "--vkey", key).returncode == 0


@pytest.mark.promise("P11", "P44")
def test_it_needs_nothing_of_the_site(client: httpx.Client, new_site: Callable[[str], Running], tmp_path: Path) -> None:
    """With the server stopped and its directory gone, the receipt still proves what was agreed to."""
    own = new_site("infortrend")
    file, _ = kept(client, own, tmp_path)
    own.stop()
    away = own.directory.rename(own.directory.with_name("elsewhere"))
    assert verified(file).returncode == 0
    away.rename(own.directory)


@pytest.mark.promise("P11", "P44")
def test_another_sites_key_does_not_verify_it(client: httpx.Client, infortrend: Running, synology: Running,
                                              tmp_path: Path) -> None:  # fmt: skip
    """A receipt is of one ledger: another site's key says no."""
    file, _ = kept(client, infortrend, tmp_path)
    assert verified(file, "--vkey", client.get(f"{synology.url}/log/vkey").text.strip()).returncode == 1


@pytest.mark.promise("P11", "P44")
def test_a_receipt_that_was_changed_is_found_out(client: httpx.Client, infortrend: Running, tmp_path: Path) -> None:
    """One other letter in the entry, the proof, the opening, the key or a choice, and it is no receipt any more."""
    file, receipt = kept(client, infortrend, tmp_path)
    whole = json.dumps(receipt)
    changed = {
        name: [{**receipt, name: receipt[name][:at] + other(receipt[name][at]) + receipt[name][at + 1 :]}
               for at in _letters(receipt[name])]
        for name in ("entry", "proof", "vkey")
    }  # fmt: skip
    opening = receipt["opening"]
    record = opening["record"]
    somebody_else = other(record["person"][0]) + record["person"][1:]
    changed["opening"] = [
        {**receipt, "opening": {**opening, "salt": other(opening["salt"][0]) + opening["salt"][1:]}},
        {**receipt, "opening": {**opening, "record": {**record, "person": somebody_else}}},
        {**receipt, "opening": {**opening, "record": {**record, "values": dict(list(record["values"].items())[1:])}}},
        {key: value for key, value in receipt.items() if key != "opening"},
    ]
    for one, other_state in (("dpv:ConsentGiven", "dpv:ConsentRefused"), ("dpv:ConsentRefused", "dpv:ConsentGiven")):
        changed[one] = [json.loads(whole.replace(one, other_state, 1))]
    changed["language"] = [json.loads(whole.replace('"dct:language": "en"', '"dct:language": "zh-Hant"'))]
    for name, copies in changed.items():
        for copy in copies:
            assert json.dumps(copy) != whole
            file.write_text(json.dumps(copy))
            done = told("verify", "--receipt", file)
            assert done.returncode == 1, f"{name}: {done.stdout}{done.stderr}"
            assert "NOT verified" in done.stdout


@pytest.mark.promise("P11")
def test_a_receipt_holds_nothing_that_was_typed(client: httpx.Client, site: Running) -> None:
    """What a person typed does not stand in their receipt, on its page or in its file."""
    address = points.address()
    taken = points.taken(points.give(client, site, "information", email=address, message="the-otter-sleeps"))
    for answer in (client.get(taken["receipt"]), points.receipt(client, taken["receipt"])):
        assert answer.status_code == 200
        assert address not in answer.text
        assert "the-otter-sleeps" not in answer.text


@pytest.mark.promise("P11")
@pytest.mark.parametrize("language", ["en", "zh-Hant"])
def test_the_receipt_page_says_what_was_agreed(client: httpx.Client, site: Running, language: str) -> None:
    """The receipt's page says in the person's language what they chose, under which version, and how to check it."""
    asked = points.described(client, site, "newsletter", language)
    given = points.answers(asked["shown"])
    page = documents.opened(client, documents.address_of(site, "newsletter", language))
    answer = documents.send(client, page, documents.typed(given))
    receipt = documents.opened(client, site.url + answer.headers["location"])
    for choice in asked["shown"]["choices"]:
        assert choice["question"] in receipt.text
    assert "troth verify --receipt" in receipt.text
    assert any(link.endswith("/privacy/versions/1/") for link in receipt.links())


@pytest.mark.promise("P11")
@pytest.mark.parametrize("record", ["a" * 26, "a", "a" * 200, "nothing-here"])
def test_receipts_cannot_be_guessed(client: httpx.Client, site: Running, record: str) -> None:
    """An address that is nobody's receipt says so, and nothing else."""
    for suffix in ("/", ".json"):
        answer = client.get(f"{site.url}/receipts/{record}{suffix}")
        assert answer.status_code == 404
        assert "consent.no-such-receipt" in documents.Document(answer).text


def _letters(text: str) -> list[int]:
    """Places of letters and digits at the beginning, middle and end of `text`."""
    places = [at for at, letter in enumerate(text) if letter.isascii() and letter.isalnum()]
    return [places[0], places[len(places) // 2], places[-1]]
