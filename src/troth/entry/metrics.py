"""Figures for Prometheus, at an address of their own. No label tells of a person, an address or a typed word."""

import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import cache
from time import perf_counter
from typing import Final

from django.conf import settings
from django.db import connections
from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch
from prometheus_client import REGISTRY, Counter, Histogram, Info, disable_created_metrics, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from troth import __version__, clock
from troth.cookies.actions import reports
from troth.cookies.middleware import counted as counted_cookies
from troth.entry.installation import Metrics
from troth.entry.keeper import rounds
from troth.entry.starting import store_readable
from troth.entry.submissions import BEGUN
from troth.errors import TrothError
from troth.ledger import reads as ledger
from troth.statement import reads as statement
from troth.vault import reads as vault
from troth.visits.intake import intake

# Longer than any page takes, shorter than any visitor waits.
_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
_POINTS: Final = frozenset({"collect", "embed", "api:describe"})
_TAKEN: Final = frozenset({200, 201, 303})

_answers = Counter("troth_answers", "Requests answered.", ["method", "route", "status"])
_seconds = Histogram("troth_answer_seconds", "From a request to its answer.", ["route"], buckets=_SECONDS)
_submissions = Counter(
    "troth_submissions", "Submissions, by point: taken, or the code of why not.", ["point", "outcome"]
)

log = logging.getLogger("troth.entry")


class Measured:
    """Counts every answer, and how long it took, by the name of its route: never by its address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begun = request.META.get(BEGUN) or perf_counter()
        response = self.get_response(request)
        refused = getattr(request, "refused", "")
        counted(request.method or "", request.resolver_match, response.status_code, begun, refused)
        return response


def counted(method: str, door: ResolverMatch | None, status: int, begun: float, refused: str = "") -> None:
    """Counts one answer of the request that `begun` then; `refused` is the code of why it was."""
    route = door.view_name if door else "none"
    count, time = _of(method if method in _METHODS else "other", route, status)
    count()
    time(perf_counter() - begun)
    if door and method == "POST" and route in _POINTS:
        _submitted(door.kwargs["point"], refused, status)


@cache
def _of(method: str, route: str, status: int) -> tuple[Callable[[], None], Callable[[float], None]]:
    return _answers.labels(method, route, str(status)).inc, _seconds.labels(route).observe


def _submitted(point: str, refused: str, status: int) -> None:
    if refused:
        _outcome(point if point in _declared() else "", refused)()
    elif status in _TAKEN:
        _outcome(point, "taken")()


@cache
def _outcome(point: str, code: str) -> Callable[[], None]:
    return _submissions.labels(point, code).inc


def _declared() -> frozenset[str]:
    """The points that are declared now. What else stands in an address may be anything."""
    try:
        with store_readable():
            return frozenset(statement.in_force(settings.TROTH_SERVICE, clock.now()).statement.collection)
    except TrothError:
        return frozenset()


class Figures(Collector):
    """What is read from the store when it is asked for."""

    def collect(self) -> Iterator[Metric]:
        yield _count("troth_retention_rounds", "Rounds of retention that finished.", rounds.finished)
        yield _count("troth_retention_failures", "Rounds of retention that did not finish.", rounds.failed)
        yield _count("troth_retention_ended", "Values and persons whose time was over.", rounds.ended)
        yield _unset()
        yield _outcomes("troth_visits", "Visits, by what became of them.", intake.outcomes)
        yield _outcomes("troth_cookies_reports", "Reports of what is not declared, by what became of them.", reports)
        try:
            with store_readable():
                figures = list(_stored())
        except TrothError:
            figures = []
        finally:
            connections.close_all()
        yield _gauge("troth_store_up", "1 when the databases answer.", int(bool(figures)))
        yield from figures


def _stored() -> Iterator[Metric]:
    now, figures = clock.now(), ledger.figures()
    since, due = ledger.waiting_since(), vault.next_due()
    yield _gauge("troth_ledger_entries", "Entries that have their place.", figures.entries)
    yield _gauge("troth_ledger_waiting", "Entries that wait for their place.", figures.waiting)
    yield _gauge("troth_ledger_waiting_seconds", "For how long the oldest of them waits.", _age(since, now))
    yield _gauge("troth_ledger_checkpoint_seconds", "How old the newest checkpoint is.", _age(figures.signed, now))
    yield _gauge("troth_retention_overdue_seconds", "For how long a value is held beyond its time.", _age(due, now))


def _unset() -> Metric:
    """Cookies that were taken out of answers; names are ours or plain, and there is an end to them."""
    told = CounterMetricFamily("troth_cookies_unset", "Cookies that were not set.", labels=["cookie", "why"])
    for (name, why), times in counted_cookies.copy().items():
        told.add_metric([name, why], times)
    return told


def _outcomes(name: str, what: str, counts: Mapping[str, int]) -> Metric:
    """What became of something: taken, or dropped for one of the reasons that have names."""
    told = CounterMetricFamily(name, what, labels=["outcome"])
    for outcome, times in dict(counts).items():
        told.add_metric([outcome], times)
    return told


def _age(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0


def _count(name: str, told: str, value: int) -> Metric:
    return CounterMetricFamily(name, told, value)


def _gauge(name: str, told: str, value: float) -> Metric:
    return GaugeMetricFamily(name, told, value)


def start(metrics: Metrics) -> None:
    """Begins to answer where the settings say. Pages are served even when that address is taken."""
    disable_created_metrics()  # type: ignore[no-untyped-call] # the library says nothing of it
    REGISTRY.register(Figures())
    Info("troth", "The release that runs.").info({"version": __version__})
    host, port = metrics.address
    try:
        start_http_server(port, host)
    except OSError:
        log.exception("metrics cannot be served")
