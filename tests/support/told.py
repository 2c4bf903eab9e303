"""What a site has told people over time, held against what it keeps."""

from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import httpx

from tests.support.crowd import Sent
from tests.support.kept import Kept, kept
from tests.support.site import Running, http
from tests.support.waiting import until
from troth.ledger.receipt import verify_receipt
from troth.ledger.verify import verify_site

_AT_ONCE = 4


class Told:
    """Everything that was acknowledged, and how many submissions nobody can say of whether they came in.

    Whether `refused_is_certain`: of what was refused nothing is kept. A database that goes away while it commits may
    have done it before.
    """

    def __init__(self, site: Running, *, refused_is_certain: bool = True) -> None:
        self.site = site
        self.records: set[str] = set()
        self.refused: Counter[str] = Counter()
        self.checkpoint = ""
        self._refused_is_certain = refused_is_certain
        self._before = kept(site.directory).agreements.keys()
        with http() as client:
            self._key = client.get(f"{site.url}/log/vkey").text.strip()
        # Forms that, sent again, were told to have been taken; and what cannot be sent again, having no key.
        self._taken_before = 0
        self._unknown = 0

    def note(self, sent: Iterable[Sent], checkpoint: str = "") -> list[str]:
        """Notes what was answered, and sends again whatever was not taken and can be. Answers the new records.

        `checkpoint` is the newest that anybody saw meanwhile.
        """
        self.checkpoint = checkpoint or self.checkpoint
        with http() as client:
            new = [record for one in sent if (record := self._noted(client, one))]
        assert not self.records & set(new), "two submissions were given the same receipt"
        self.records |= set(new)
        return new

    def _noted(self, client: httpx.Client, one: Sent) -> str:
        if one.code:
            self.refused[one.code] += 1
        if one.status in (0, 503):
            if one.key or one.form:
                until(partial(self._answered_again, client, one), "an answer to what is sent again")
                self._taken_before += one.code == "collection.replayed"
            elif not one.answer or not self._refused_is_certain:
                self._unknown += 1
        return one.record

    def hold(self, new: Iterable[str] = ()) -> Kept:
        """Everything acknowledged is there and nothing by halves; the log extends itself; `new` receipts prove it."""
        with http() as client:
            found = verify_site(partial(self._fetched, client), key=self._key, remembered=self.checkpoint)
            assert not found.findings, "\n".join(map(str, found.findings))
            with ThreadPoolExecutor(_AT_ONCE) as threads:
                list(threads.map(partial(self._prove, client), new))
        standing = kept(self.site.directory)
        self.hold_kept(standing)
        return standing

    def hold_kept(self, standing: Kept) -> None:
        """The same of the rows and files alone, without a server."""
        assert not (halves := standing.halves()), "\n".join(halves)
        lost = self.records - standing.agreements.keys()
        assert not lost, f"acknowledged, and not there: {len(lost)} of {len(self.records)}"
        beyond = len(standing.agreements.keys() - self._before - self.records)
        assert self._taken_before <= beyond <= self._taken_before + self._unknown, (
            f"{beyond} more submissions than were acknowledged; {self._taken_before} sent again were told to be taken, "
            f"of {self._unknown} nobody knows"
        )
        twice = Counter(one.person for one in standing.agreements.values()).most_common(1)
        assert not twice or twice[0][1] == 1, "somebody who sent once is there twice"

    def _answered_again(self, client: httpx.Client, one: Sent) -> bool:
        one.send(client, self.site)
        return one.status in (201, 303) or (one.code == "collection.replayed" and one.form is not None)

    def _prove(self, client: httpx.Client, record: str) -> None:
        answer = until(partial(self._receipt, client, record), "a receipt")
        assert answer
        found = verify_receipt(answer.content, self._key)
        assert not found.findings, "\n".join(map(str, found.findings))
        assert answer.json()["opening"]["record"]["record"] == record

    def _receipt(self, client: httpx.Client, record: str) -> httpx.Response | None:
        answer = client.get(f"{self.site.url}/receipts/{record}.json")
        assert answer.status_code in (200, 503), answer.text
        return answer if answer.status_code == 200 else None

    def _fetched(self, client: httpx.Client, path: str) -> bytes:
        answer = client.get(f"{self.site.url}/log/{path}")
        if answer.is_error:
            raise OSError(answer.status_code, path)
        return answer.content
