"""The database server is killed under a site that goes on: named errors meanwhile, then all as before."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial

import pytest

from tests.support import disk, tampering
from tests.support.crowd import FILE, IN_WORDS, Crowd, chance, code_of
from tests.support.databases import Databases
from tests.support.kept import kept
from tests.support.postgresql import Server, own_server
from tests.support.site import Running, http, troth
from tests.support.told import Told
from tests.support.waiting import until

# Of what the ledger or the store says when it cannot be reached.
AWAY = {"ledger.not-stored", "entry.not-ready", IN_WORDS}
# Of so many rounds in which a site is killed, its database is killed in one.
EACH, FEWEST = 20, 3
_BREAKING_OFF = (
    """CREATE FUNCTION break_off() RETURNS trigger LANGUAGE plpgsql AS
       'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END'""",
    """CREATE CONSTRAINT TRIGGER break_off AFTER INSERT ON consent_agreement
       DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION break_off()""",
)
PATHS = ("/", "/healthz", "/privacy/", "/collect/", "/collect/information/", "/log/checkpoint")

pytestmark = [pytest.mark.timeout(1800), pytest.mark.usefixtures("postgresql", "store")]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A PostgreSQL of the test's own."""
    with own_server() as own:
        yield own


@pytest.fixture(scope="module")
def databases(server: Server) -> Databases:
    """Where the site of the test keeps its rows and keys."""
    return server.fresh()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, databases: Databases) -> Iterator[Running]:
    """A site on that server; it must verify in the end."""
    running = Running.new("infortrend", tmp_path_factory.mktemp("own") / "site", databases)
    yield running
    running.close()


def survives(rounds: int, site: Running, broken: Callable[[], AbstractContextManager[None]]) -> None:
    """The database breaks for a while as many send, again and again; the site is never started anew."""
    started = site.processes()
    crowd, told = Crowd(site), Told(site, refused_is_certain=False)
    for _ in range(max(FEWEST, rounds // EACH)):
        crowd.start()
        time.sleep(chance.uniform(0.1, 0.5))
        with broken():
            time.sleep(chance.uniform(0.0, 0.5))
        until(crowd.gets_through, "a submission that is taken again")
        new = told.note(crowd.stop(), crowd.checkpoint)
        assert {code for _, code in crowd.pages} | told.refused.keys() <= AWAY
        told.hold(new)
        assert troth("verify", "--data", site.directory).startswith("Verified: ")
    assert site.processes() == started


@pytest.mark.promise("P44")
def test_what_is_said_meanwhile(site: Running, server: Server) -> None:
    """While the database is away, every page and every submission is answered with a named error, and at once after."""
    crowd, told = Crowd(site), Told(site)
    sent = crowd.made(FILE)
    with server.away():
        with ThreadPoolExecutor() as threads, http() as client:
            pages = threads.map(partial(_answered, site), PATHS)
            sent.send(client, site)
        assert {path: said for path, said in pages if said not in AWAY} == {}
        assert (sent.status, sent.code in AWAY) == (503, True)
        assert not disk.files(site)
    until(crowd.gets_through, "a submission that is taken again")
    told.hold(told.note(crowd.stop()))
    assert {said for _, said in map(partial(_answered, site), PATHS)} == {"200"}


def _answered(site: Running, path: str) -> tuple[str, str]:
    with http() as client:
        answer = client.get(site.url + path)
    return path, code_of(answer) if answer.status_code == 503 else str(answer.status_code)


@pytest.mark.promise("P44")
def test_a_process_of_the_database_is_killed(rounds: int, site: Running, server: Server, databases: Databases) -> None:
    """One process of the database is killed, so that all its connections break and it recovers from its log."""

    def broken() -> AbstractContextManager[None]:
        server.kill_backend(databases)
        return nullcontext()

    survives(rounds, site, broken)


@pytest.mark.promise("P44")
def test_the_database_is_shut_down_at_once(rounds: int, site: Running, server: Server) -> None:
    """The database is shut down without finishing anything, and started again a little later."""
    survives(rounds, site, server.away)


@pytest.mark.promise("P44")
def test_the_word_of_a_commit_is_lost(site: Running) -> None:
    """A file stays while nobody knows whether its submission was kept; once it shows that it was not, it is swept."""
    crowd, told = Crowd(site), Told(site, refused_is_certain=False)
    sent = crowd.made(FILE)
    with _broken_off_at_commit(site), http() as client:
        sent.send(client, site)
    assert (sent.status, sent.code) == (503, "ledger.not-stored")
    assert kept(site.directory).of_nobody()
    site.kill()
    site.start()
    until(lambda: not kept(site.directory).of_nobody(), "that files which nobody names are swept")
    told.hold(told.note([sent]))


@contextmanager
def _broken_off_at_commit(site: Running) -> Iterator[None]:
    """Whoever commits a submission loses the connection before the answer."""
    for question in _BREAKING_OFF:
        tampering.ask_politely(site, question)
    try:
        yield
    finally:
        tampering.ask_politely(site, "DROP FUNCTION break_off CASCADE")
