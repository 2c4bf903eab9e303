"""An installation is a directory that says what it is, and nothing in it has a secret as a default."""

from pathlib import Path

import pytest

from troth.entry.errors import Occupied
from troth.entry.founding import found
from troth.entry.installation import Installation, NotInstalled


def made(directory: Path, url: str = "https://www.example.com") -> Installation:
    """A new installation in `directory`."""
    found(directory, example=None, url=url, country=None, database="sqlite", keys_database="sqlite")
    return Installation(directory)


def test_a_new_installation(tmp_path: Path) -> None:
    """`troth init` makes a statement, settings and keys; every secret is new and closed to others."""
    one, other = made(tmp_path / "one"), made(tmp_path / "other")
    assert (one.host, one.secure) == ("www.example.com", True)
    assert (one.directory / "statement.yaml").exists()
    secrets = [{file.name: file.read_text() for file in site.keys.iterdir()} for site in (one, other)]
    assert secrets[0].keys() == secrets[1].keys()
    assert all(secrets[0][name] != secrets[1][name] for name in secrets[0])
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in one.keys.iterdir())
    assert all(directory.stat().st_mode & 0o777 == 0o700 for directory in (one.keys, one.files))


def test_an_installation_is_not_made_over(tmp_path: Path) -> None:
    """A directory that holds an installation is left as it is."""
    before = made(tmp_path).keys.joinpath("ledger.key").read_text()
    with pytest.raises(Occupied):
        made(tmp_path)
    assert (tmp_path / "keys" / "ledger.key").read_text() == before


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("https://www.example.com", "ftp://www.example.com", "site.url"),
        ("https://www.example.com", "https://www.example.com/path", "site.url"),
        ('country = "', 'land = "', "store.country"),
        ('country = "', 'country = "x', "store.country"),
        ("[site]", "[site", "is not TOML"),
        ("[site]", "[sight]", "site"),
        ("[site]", "debug = true\n\n[site]", "debug"),
        ('database = "sqlite"', 'database = "mysql://db/rows"', "store.database"),
        ("[store]", '[metrics]\nlisten = "9464"\n\n[store]', "metrics.listen"),
        ("[store]", '[metrics]\nlisten = "127.0.0.1:99999"\n\n[store]', "metrics.listen"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, old: str, new: str, named: str) -> None:
    """A line of the settings file that is not right is told by name, with the file."""
    made(tmp_path)
    file = tmp_path / "troth.toml"
    file.write_text(file.read_text().replace(old, new, 1))
    with pytest.raises(NotInstalled, match=r"troth\.toml") as refused:
        Installation(tmp_path)
    assert named in refused.value.message


def test_where_figures_are_shown(tmp_path: Path) -> None:
    """Figures are shown nowhere unless the settings say where; IPv6 is written in brackets."""
    installation = made(tmp_path)
    assert installation.configuration.metrics is None
    with (tmp_path / "troth.toml").open("a") as file:
        file.write('\n[metrics]\nlisten = "[::1]:9464"\n')
    metrics = Installation(tmp_path).configuration.metrics
    assert metrics
    assert metrics.address == ("::1", 9464)
    assert not metrics.outside


def test_no_installation_is_told(tmp_path: Path) -> None:
    """A directory without an installation says what to run."""
    with pytest.raises(NotInstalled, match=r"Run `troth init"):
        Installation(tmp_path)
