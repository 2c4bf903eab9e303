"""Fills a ClickHouse in this process with visits of a year, and prints how long the report of a month takes."""

import json
import sys
import time
from datetime import date
from statistics import median

import clickhouse_connect

from troth.visits.stores import DIMENSIONS, Question
from troth.visits.stores.clickhouse import ClickHouse, Connected

_ASKED = Question("site", date(2026, 9, 1), date(2026, 9, 30))
_ROUNDS = 9
# The same variety as in `bench.seeing`: most visits are of few pages.
_FILL = """
    INSERT INTO visits SELECT 'site', toDate('2025-11-01') + intDiv(number * 365, {many:UInt64}), number % 24,
    concat('page ', toString(toUInt32(5000 * pow(rand(1) / 4294967296, 4)))),
    concat('referrer ', toString(toUInt32(2000 * pow(rand(2) / 4294967296, 4)))),
    concat('country ', toString(toUInt32(120 * pow(rand(3) / 4294967296, 4)))),
    concat('isp ', toString(toUInt32(3000 * pow(rand(4) / 4294967296, 4)))), '',
    concat('browser ', toString(toUInt32(8 * pow(rand(5) / 4294967296, 4)))),
    if(number % 25 = 0, concat('element ', toString(toUInt32(40 * pow(rand(6) / 4294967296, 4)))), ''),
    toUUID(concat('00000000-0000-0000-0000-', leftPad(toString(intDiv(number, 4)), 12, '0'))), ''
    FROM numbers({many:UInt64})
"""


def main() -> None:
    """Fills, settles, asks."""
    directory, many = sys.argv[1:]
    engine = Connected(clickhouse_connect.get_client(interface="chdb", path=directory))
    store = ClickHouse(engine)
    engine.tell(_FILL, many=int(many))
    begun = time.perf_counter()
    store.settle()
    settled = time.perf_counter() - begun
    sys.stdout.write(json.dumps({"report": 1000 * median(_report(store) for _ in range(_ROUNDS)), "settled": settled}))


def _report(store: ClickHouse) -> float:
    """Asks for everything that is counted of a month, and answers how long that took."""
    begun = time.perf_counter()
    counts = [store.counts(_ASKED._replace(by=(name,))) for name in DIMENSIONS]
    totals = [store.totals(_ASKED), store.totals(_ASKED._replace(by=("element",)))]
    took = time.perf_counter() - begun
    assert sum(one.visits for one in counts[1]) == totals[0].visits > 0
    return took


if __name__ == "__main__":
    main()
