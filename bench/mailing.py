"""Sends an issue to many subscribers of the installation that ``TROTH_DATA`` names, and prints how fast.

Each is decided, opened, composed for, signed and handed to the sink at the port that its settings name.
"""

import gc
import json
import os
import resource
import smtplib
import sys
import time
from statistics import median

import django

django.setup()

from django.conf import settings  # noqa: E402 - after the installation is known

from troth import clock  # noqa: E402
from troth.collection.reads import asking  # noqa: E402
from troth.consent.actions import agree, wish  # noqa: E402
from troth.consent.rules import Agreeing  # noqa: E402
from troth.consent.wishes import Wish  # noqa: E402
from troth.entry.service import prepare  # noqa: E402
from troth.ledger.actions import sequence  # noqa: E402
from troth.ledger.work import unit_of_work  # noqa: E402
from troth.mail import issues, many, sheets  # noqa: E402
from troth.mail.sending import server  # noqa: E402
from troth.mail.sheets import For  # noqa: E402
from troth.mail.signing import signer  # noqa: E402
from troth.statement import reads as statements  # noqa: E402
from troth.vault.actions import Holding, Value, hold  # noqa: E402
from troth.vault.rules import new_ref  # noqa: E402

_AT_ONCE, _ROUNDS = 1000, 3
_PARAGRAPH = "Dear {name|reader}, what is new this winter: " + "more room, less noise, and longer lives of disks. " * 8
ISSUE = "mail: newsletter\n" + "".join(
    f"\n--- {language}\nsubject: News of winter\n\n# News\n\n"
    + f"{_PARAGRAPH}\n\n[More](https://example.com/more)\n\n" * 3
    for language in ("en", "zh-Hant")
)


@unit_of_work
def _subscribe(start: int, stop: int) -> None:
    now = clock.now()
    shown = asking(settings.TROTH_SERVICE, "newsletter", "en", now)
    compiled = shown.version.compiled
    until = compiled.keep_until(compiled.purposes.mask(["newsletter", "handle-subscription"]), now)
    holdings = []
    for number in range(start, stop):
        email = f"person{number}@example.com"
        values = [Value("email", email.encode(), until), Value("name", b"Lin Mei-hua", until)]
        holdings.append(Holding(new_ref(now), values, email))
    held = hold(holdings, at=now)
    agree(
        [
            Agreeing(one.record, it.person, shown.shown, {"newsletter": True}, it.digests, it.salt)
            for one, it in zip(holdings, held, strict=True)
        ],
        at=now,
    )
    for it in held:
        wish(it.person, settings.TROTH_SERVICE, Wish("consent", given=True, about="newsletter"), by="person", at=now)


def _ready(count: int) -> list[bytes]:
    """Mails that were made before: what remains is to hand them over."""
    now, ref = clock.now(), new_ref(clock.now())
    statement = statements.in_force(settings.TROTH_SERVICE, now).statement
    sheet = sheets.sheets(ref, issues.composed_of(ISSUE), statement)["en"]
    signs = signer()
    assert signs
    ready = sheet.ready(For(ref, ref, "person@example.com", "Lin Mei-hua"), now)
    return [signs.header(ready.headers, ready.body) + b"\r\n" + sheets.plain(ready.headers, ready.body)] * count


def _bare(mails: list[bytes]) -> float:
    begun = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", server().port) as smtp:
        for one in mails:
            smtp.sendmail("news@example.org", ["person@example.com"], one)
    return len(mails) / (time.perf_counter() - begun)


def _ours(count: int) -> tuple[float, float]:
    """Mails in a second, and in a second of this process's processor time."""
    now = clock.now()
    ref = issues.new(ISSUE, service=settings.TROTH_SERVICE, at=now)
    issues.begin(ref, at=now)
    issues.gather(ref, now)
    sender = many.Sender()
    begun, worked = time.perf_counter(), time.process_time()
    while issues.told(ref).state != "done":
        sender.send_some(ref)
    taken, busy = time.perf_counter() - begun, time.process_time() - worked
    sender.close()
    assert issues.told(ref).counts == {"sent": count}
    return count / taken, count / busy


def main() -> None:
    count = int(sys.argv[1])
    prepare()
    for start in range(0, count, _AT_ONCE):
        _subscribe(start, min(count, start + _AT_ONCE))
        sequence()
    gc.collect()
    gc.freeze()
    mails = _ready(count)
    _ours(count)
    rest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    rounds = [(_bare(mails), *_ours(count)) for _ in range(_ROUNDS)]
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - rest) / 1024
    json.dump(
        {
            "bytes": len(mails[0]),
            "bare": median(bare for bare, _, _ in rounds),
            "ours": median(ours for _, ours, _ in rounds),
            "core": median(core for _, _, core in rounds),
            "ratio": median(ours / bare for bare, ours, _ in rounds),
            "grown": grown,
        },
        sys.stdout,
    )
    sys.stdout.flush()
    # The committer is a thread that never ends; nothing is left to be written.
    os._exit(0)


main()
