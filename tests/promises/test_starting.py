"""Starting: what is not whole, not its own or not safe is not served, and says what to do about it."""

import base64
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.support import points, tampering
from tests.support.command import told
from tests.support.databases import Databases
from tests.support.forked import run
from tests.support.refusing import refused
from tests.support.site import EXAMPLES, ROOT, Running, free_port
from tests.support.waiting import until

KEYS = {
    "key-encryption.key": "vault.key-missing",
    "look-up.key": "vault.key-missing",
    "ledger.key": "ledger.key-unusable",
    "pages.key": "entry.not-installed",
}
FOREIGN = {**dict.fromkeys(KEYS, "vault.foreign-key"), "ledger.key": "ledger.key-unusable"}
PUBLISH = ("publish", EXAMPLES / "infortrend" / "statement.yaml", "--effective", "today")
SERVE = ("serve", "--port", str(free_port()))
OPENING = {"serve": SERVE, "publish": PUBLISH}
NEWER = "INSERT INTO django_migrations (app, name, applied) VALUES ('vault', '0099_tomorrow', CURRENT_TIMESTAMP)"

Founded = Callable[..., Path]


@pytest.fixture
def founded(tmp_path: Path, store: Callable[[], Databases]) -> Founded:
    """Makes installations, published unless told otherwise, that nobody serves."""

    def make(name: str = "site", *, url: str = "http://127.0.0.1:8000", published: bool = True) -> Path:
        rows, keys = store()
        stores = ("--database", rows, "--keys-database", keys)
        made = told("init", tmp_path / name, "--from", EXAMPLES / "infortrend", "--url", url, *stores)
        assert made.returncode == 0, made.stderr
        if published:
            done = run(*PUBLISH, "--data", tmp_path / name)
            assert done.returncode == 0, done.stderr
        return tmp_path / name

    return make


def changed(site: Path, old: str, new: str) -> None:
    """The settings of `site` say `new` where they said `old`."""
    file = site / "troth.toml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def laid_down(site: Running) -> None:
    """The site is stopped, and all that SQLite holds stands in the database files themselves."""
    site.stop()
    done = run("verify", "--data", site.directory)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.promise("P24")
@pytest.mark.parametrize("opening", OPENING)
def test_a_store_that_stands_elsewhere_is_not_opened(founded: Founded, opening: str) -> None:
    """A store in a country that the statement does not declare is neither served nor published to."""
    site = founded()
    changed(site, 'country = "TW"', 'country = "US"')
    said = refused(site, "statement.store-elsewhere", *OPENING[opening])
    assert "The store stands in US; the statement says TW" in said
    assert "(clause stored-in)" in said


@pytest.mark.promise("P24")
def test_nothing_is_begun_for_a_store_that_stands_elsewhere(founded: Founded) -> None:
    """What is refused at the very beginning leaves no database behind."""
    site = founded(published=False)
    changed(site, 'country = "TW"', 'country = "US"')
    refused(site, "statement.store-elsewhere", *PUBLISH)
    refused(site, "statement.not-published", *SERVE)
    refused(site, "statement.not-published", "verify")


@pytest.mark.promise("P44")
@pytest.mark.parametrize("opening", OPENING)
@pytest.mark.parametrize("key", KEYS)
def test_a_key_that_is_missing_is_named(founded: Founded, key: str, opening: str) -> None:
    """Without one of its keys a site is not opened, and no other key is made in its place."""
    site = founded(published=opening == "serve")
    (site / "keys" / key).unlink()
    assert str(site / "keys" / key) in refused(site, KEYS[key], *OPENING[opening])


@pytest.mark.promise("P44")
@pytest.mark.parametrize("key", KEYS)
def test_a_key_that_others_can_read_is_not_used(founded: Founded, key: str) -> None:
    """A key that others may have read is refused, with what to do about it."""
    site = founded(published=False)
    (site / "keys" / key).chmod(0o640)
    assert f"chmod 600 {site / 'keys' / key}" in refused(site, KEYS[key], *PUBLISH)


@pytest.mark.promise("P44")
@pytest.mark.parametrize("key", KEYS)
def test_a_key_that_holds_something_else_is_not_used(founded: Founded, key: str) -> None:
    """A key file with something else in it is refused by name."""
    site = founded(published=False)
    (site / "keys" / key).write_text("not a key\n")
    said = refused(site, KEYS[key], *PUBLISH)
    assert "not a key" not in said
    assert key in said or "The key" in said


@pytest.mark.promise("P44")
@pytest.mark.parametrize("key", KEYS)
def test_a_key_of_another_installation_is_noticed(founded: Founded, key: str) -> None:
    """A key of another installation of the same site is refused before anybody has sent anything, and named."""
    site, other = founded(), founded("other", published=False)
    own = site / "keys" / key
    kept = own.read_bytes()
    shutil.copyfile(other / "keys" / key, own)
    for opening in OPENING.values():
        assert str(own) in refused(site, FOREIGN[key], *opening)
    looked = run("status", "--data", site)
    assert looked.returncode == 1
    assert f"{FOREIGN[key]}: {own}" in looked.stdout
    own.write_bytes(kept)
    refused(site, "statement.unchanged", *PUBLISH)


@pytest.mark.promise("P44")
def test_a_foreign_key_in_the_environment_is_noticed(founded: Founded) -> None:
    """A key that comes from the environment is held against the store like one from its file."""
    site = founded()
    own = site / "keys" / "key-encryption.key"
    given = own.read_text().strip()
    own.unlink()
    foreign = base64.b64encode(secrets.token_bytes(32)).decode()
    said = refused(site, "vault.foreign-key", *SERVE, TROTH_KEY_ENCRYPTION_KEY=foreign)
    assert said.startswith("troth: vault.foreign-key: TROTH_KEY_ENCRYPTION_KEY ")
    assert foreign not in said
    refused(site, "statement.unchanged", *PUBLISH, TROTH_KEY_ENCRYPTION_KEY=given)


@pytest.mark.promise("P44")
@pytest.mark.usefixtures("sqlite")
def test_databases_that_do_not_belong_together_are_noticed(
    client: httpx.Client, new_site: Callable[[str], Running], tmp_path: Path
) -> None:
    """An older copy of the persons' keys, those of another site, or none at all: the site does not start on them."""
    site, other = new_site("infortrend"), new_site("infortrend")
    for one in (site, other):
        points.taken(points.give(client, one, "information"))
        laid_down(one)
    keys, kept = site.directory / "keys.sqlite3", tmp_path / "kept"
    shutil.copyfile(keys, kept)
    site.start()
    points.taken(points.give(client, site, "information"))
    laid_down(site)
    newest = tmp_path / "newest"
    shutil.move(keys, newest)

    assert "Put back the one" in refused(site.directory, "vault.not-together", *SERVE)
    for foreign in (kept, other.directory / "keys.sqlite3"):
        shutil.copyfile(foreign, keys)
        assert "Restore the keys database" in refused(site.directory, "vault.not-together", *SERVE)
        keys.unlink()
    shutil.copyfile(newest, keys)
    site.start()


@pytest.mark.promise("P44")
@pytest.mark.usefixtures("sqlite")
def test_rows_that_are_lost_are_not_begun_again(client: httpx.Client, new_site: Callable[[str], Running]) -> None:
    """Where persons' keys are and the rows are gone, no empty site is made in their place."""
    site = new_site("infortrend")
    points.taken(points.give(client, site, "information"))
    laid_down(site)
    rows = site.directory / "troth.sqlite3"
    kept = rows.rename(rows.with_suffix(".kept"))
    for opening in OPENING.values():
        refused(site.directory, "vault.not-together", *opening)
    kept.rename(rows)


@pytest.mark.promise("P44")
def test_a_store_of_a_newer_release_is_left_alone(founded: Founded) -> None:
    """A database that a newer release has changed is neither served, published to nor verified."""
    site = founded()
    tampering.ask_politely(Running(site, 0), NEWER)
    for opening in (*OPENING.values(), ("verify",)):
        assert "vault.0099_tomorrow" in refused(site, "entry.newer-store", *opening)
    looked = run("status", "--data", site, "--json")
    assert looked.returncode == 1
    assert [one["code"] for one in json.loads(looked.stdout)["problems"]] == ["entry.newer-store"]


@pytest.mark.promise("P44")
def test_tables_are_made_whole_or_not_at_all(founded: Founded) -> None:
    """What stops them from being made half-way leaves none behind: once it is gone, they are made as ever."""
    site = founded(published=False)
    tampering.ask_politely(Running(site, 0), "CREATE TABLE vault_sealed (in_the_way INTEGER)")
    assert "troth: entry.unreadable: " in run(*PUBLISH, "--data", site).stderr
    with pytest.raises(Exception, match="ledger_entry"):
        tampering.ask_politely(Running(site, 0), "SELECT 1 FROM ledger_entry")
    tampering.ask_politely(Running(site, 0), "DROP TABLE vault_sealed")
    assert run(*PUBLISH, "--data", site).returncode == 0
    assert run("verify", "--data", site).stdout.startswith("Verified: 1 of 1 ")


@pytest.mark.parametrize("place", ["[site]", "[store]", "retention_every"])
@pytest.mark.usefixtures("sqlite")
def test_an_unknown_setting_is_refused(founded: Founded, place: str) -> None:
    """No setting is passed over: one that nobody knows, such as `debug`, is named."""
    site = founded(published=False)
    file = site / "troth.toml"
    text = file.read_text("utf-8")
    file.write_text(text.replace(place, f"{place}\ndebug = true") if place in text else f"debug = true\n{text}")
    said = refused(site, "entry.not-installed", *PUBLISH)
    assert "debug`" in said
    assert "docs/configuration.md" in said


@pytest.mark.parametrize(
    ("setting", "named"),
    [
        ("mysql://user:topsecret@db/rows", "store.database"),
        ("postgresql://user:topsecret@db:none:1/rows?x", "store.database"),
        ("rows.sqlite3", "store.database"),
    ],
)
@pytest.mark.usefixtures("sqlite")
def test_a_database_that_cannot_be_meant_is_refused(founded: Founded, setting: str, named: str) -> None:
    """An address that is none of a database is named, without the password in it."""
    site = founded(published=False)
    changed(site, 'database = "sqlite"', f'database = "{setting}"')
    said = refused(site, "entry.not-installed", *PUBLISH)
    assert named in said
    assert "topsecret" not in said


@pytest.mark.promise("P44")
@pytest.mark.usefixtures("sqlite")
def test_keys_and_rows_are_kept_apart(founded: Founded) -> None:
    """Rows and persons' keys in one database are refused: a copy of it would hold both."""
    site = founded(published=False)
    changed(site, 'database = "sqlite"', 'database = "postgresql://one@db/rows"')
    changed(site, 'keys_database = "sqlite"', 'keys_database = "postgresql://other@db/rows"')
    assert "are the same" in refused(site, "entry.not-installed", *PUBLISH)


@pytest.mark.usefixtures("sqlite")
def test_a_database_server_that_is_not_there_is_told(founded: Founded) -> None:
    """A database that does not answer is told in a line."""
    site = founded(published=False)
    changed(site, 'database = "sqlite"', f'database = "postgresql://nobody@127.0.0.1:{free_port()}/rows"')
    for opening in (*OPENING.values(), ("verify",)):
        refused(site, "entry.unreadable", *opening)


@pytest.mark.promise("P43")
@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ('[metrics]\nlisten = "0.0.0.0:9464"', "entry.unsafe"),
        ('[metrics]\nlisten = "127.0.0.1"', "entry.not-installed"),
        ('[metrics]\nlisten = "127.0.0.1:99999"', "entry.not-installed"),
        ('[metrics]\nlisten = "127.0.0.1:PORT"', "entry.port-taken"),
    ],
)
@pytest.mark.usefixtures("sqlite")
def test_figures_are_not_shown_to_others_by_mistake(founded: Founded, settings: str, code: str) -> None:
    """Figures at an address that others can reach, at none or at that of the pages are refused."""
    site = founded(published=False)
    with (site / "troth.toml").open("a") as file:
        file.write(f"\n{settings.replace('PORT', SERVE[-1])}\n")
    refused(site, code, *SERVE)


@pytest.mark.promise("P43")
@pytest.mark.usefixtures("sqlite")
def test_https_needs_somebody_who_ends_tls(founded: Founded) -> None:
    """A site whose address is https is not served unless the settings say that a proxy ends TLS in front of it."""
    site = founded(url="https://www.example.com", published=False)
    assert "behind_proxy" in refused(site, "entry.unsafe", *SERVE)


@pytest.mark.promise("P43")
@pytest.mark.usefixtures("sqlite")
def test_an_address_of_another_machine_is_refused(founded: Founded) -> None:
    """An address that this machine does not have, or that is taken, is told."""
    site = founded()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        refused(site, "entry.port-taken", "serve", "--port", listening.getsockname()[1])
    refused(site, "entry.unsafe", *SERVE, "--host", "no address")


@pytest.mark.promise("P44")
def test_another_server_asks_the_same(founded: Founded) -> None:
    """A WSGI server that loads the site by itself is refused a foreign key as well."""
    site, other = founded(), founded("other", published=False)
    load = [sys.executable, "-c", "import troth.entry.wsgi"]
    environment = {**os.environ, "TROTH_DATA": str(site)}
    assert subprocess.run(load, env=environment, capture_output=True, check=False).returncode == 0
    shutil.copyfile(other / "keys" / "pages.key", site / "keys" / "pages.key")
    done = subprocess.run(load, env=environment, capture_output=True, check=False, text=True)
    assert done.returncode == 1
    assert "ForeignKey" in done.stderr


@pytest.mark.promise("P43")
def test_nothing_in_the_environment_weakens_a_site(
    client: httpx.Client, new_site: Callable[[str], Running], tmp_path: Path
) -> None:
    """No variable turns debugging on, changes the settings or points at another installation."""
    (tmp_path / "weak.py").write_text("DEBUG = True\nSECRET_KEY = 'weak'\nALLOWED_HOSTS = ['*']\n")
    site = new_site("infortrend")
    site.stop()
    hostile = {"DEBUG": "1", "DJANGO_DEBUG": "1", "TROTH_DEBUG": "1", "DJANGO_SETTINGS_MODULE": "weak",
               "DJANGO_CONFIGURATION": "Weak", "ALLOWED_HOSTS": "*", "DJANGO_ALLOWED_HOSTS": "*", "SECRET_KEY": "weak",
               "TROTH_DATA": str(tmp_path), "PYTHONPATH": str(tmp_path), "PYTHONOPTIMIZE": "2"}  # fmt: skip
    site.how = {"env": {**os.environ, **hostile}}
    site.start()
    for path in ("/nowhere/", "/privacy/versions/99/", "/api/v1/nowhere"):
        answer = client.get(site.url + path)
        assert answer.status_code == 404
        assert not any(word in answer.text for word in ("DEBUG", "Traceback", "urlpatterns", "Request URL"))
    assert client.get(site.url, headers={"Host": "elsewhere.example"}).is_client_error
    points.taken(points.give(client, site, "information"))


@pytest.mark.promise("P44")
def test_acknowledged_before_it_is_stored_is_refused(founded: Founded, store: Callable[[], Databases]) -> None:
    """A PostgreSQL that is told by the environment to acknowledge what it has not stored is refused."""
    site, options = founded(), "-c synchronous_commit=off"
    code = "statement.unchanged" if store() == Databases() else "entry.not-durable"
    refused(site, code, *PUBLISH, PGOPTIONS=options)


@pytest.mark.promise("P44")
def test_one_server_to_a_directory(client: httpx.Client, new_site: Callable[[str], Running]) -> None:
    """A second server on one directory is refused, even at another port; publishing goes on beside the first."""
    site = new_site("infortrend")
    said = refused(site.directory, "entry.taken", "serve", "--port", free_port())
    assert f"process {site.processes()[0]}" in said
    assert "publish it" not in said
    refused(site.directory, "statement.unchanged", *PUBLISH)
    points.taken(points.give(client, site, "information"))


@pytest.mark.promise("P44")
def test_the_lock_ends_with_its_holder(client: httpx.Client, new_site: Callable[[str], Running]) -> None:
    """After SIGKILL a site starts again at once; when only its first process is killed, the other one ends too."""
    site = new_site("infortrend")
    site.kill()
    site.start()
    first, second = site.processes()
    os.kill(first, signal.SIGKILL)
    until(lambda: not Path(f"/proc/{second}").exists(), "the server process ends with the one that began it")
    site.kill()
    site.start()
    points.taken(points.give(client, site, "information"))


@pytest.mark.parametrize("place", ["src/troth", "src/troth/entry", "."])
@pytest.mark.usefixtures("sqlite")
def test_it_starts_wherever_it_is_called(new_site: Callable[[str], Running], tmp_path: Path, place: str) -> None:
    """A site starts in any working directory, and no file that lies there is taken for a part of it."""
    for name in ("json", "logging", "secrets", "site", "django", "__init__"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('taken from the working directory')\n")
    site = new_site("infortrend")
    site.stop()
    site.how = {"cwd": tmp_path if place == "." else ROOT / place}
    site.start()


@pytest.mark.promise("P44")
def test_tables_change_only_while_nobody_serves(new_site: Callable[[str], Running]) -> None:
    """Tables of an older release are brought up to date once its server has stopped, and not under it."""
    site = new_site("infortrend")
    site.looked_after(1)
    tampering.ask_politely(site, "DROP TABLE collection_sent")
    tampering.ask_politely(site, "DELETE FROM django_migrations WHERE app = 'collection'")
    refused(site.directory, "entry.taken", *PUBLISH)
    looked = run("status", "--data", site.directory)
    assert (looked.returncode, "tables of an older release" in looked.stdout) == (0, True), looked.stdout
    site.restart()
    assert "older release" not in run("status", "--data", site.directory).stdout
    site.looked_after(2)
    refused(site.directory, "statement.unchanged", *PUBLISH)
