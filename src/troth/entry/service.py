"""Running an installation: preparing its databases, publishing into it, serving it."""

import ipaddress
import socket
from datetime import date
from pathlib import Path

import typer
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from troth import clock
from troth.entry import server, site
from troth.entry.errors import PortTaken, Unsafe
from troth.ledger.actions import sequence
from troth.statement import actions, reads
from troth.vault.keys import key_encryption, look_up_key


def prepare() -> None:
    """Brings both databases to this release and makes sure that the keys are here."""
    key_encryption()
    look_up_key()
    for alias in settings.DATABASES:
        call_command("migrate", database=alias, verbosity=0, interactive=False)


def publish(source: bytes, *, effective: date) -> tuple[int, date]:
    """Publishes `source`; answers the version's number and its day."""
    prepare()
    number = actions.publish(source, effective=effective, at=clock.now())
    sequence()
    return number, reads.version(settings.TROTH_SERVICE, number).effective.date()


def serve(directory: Path, host: str, port: int) -> None:
    """Serves until it is told to stop. Beyond loopback only behind TLS (P43)."""
    if settings.INSTALLATION.secure and not settings.INSTALLATION.configuration.site.behind_proxy:
        message = "The site is https, so a proxy must end TLS in front of it. Set `behind_proxy = true` once it does."
        raise Unsafe(message)
    if not settings.INSTALLATION.secure and not _is_loopback(host):
        message = f"{settings.TROTH_URL} is not https, and {host} can be reached from outside. Put TLS in front."
        raise Unsafe(message)
    prepare()
    actions.fits_here(reads.in_force(settings.TROTH_SERVICE, clock.now()).statement)
    site.site()
    _take(host, port)
    _let_go()
    typer.echo(f"{settings.TROTH_SERVICE} from {directory}: open {settings.TROTH_URL}/")
    server.run("troth.entry.wsgi:application", host, port)


def _is_loopback(host: str) -> bool:
    try:
        found = socket.getaddrinfo(host, None)
    except socket.gaierror as error:
        message = f"{host} is no address to listen on ({error.strerror}). Name one of this machine's."
        raise Unsafe(message) from error
    return all(ipaddress.ip_address(address[0]).is_loopback for *_, address in found)


def _take(host: str, port: int) -> None:
    """Refuses a port that somebody listens on: two servers would share its visitors between them."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            message = f"Port {port} of {host} cannot be taken ({error.strerror}). Choose another with --port."
            raise PortTaken(message) from error


def _let_go() -> None:
    """Closes every connection and pool: the server process is a fork, and must not share them."""
    for connection in connections.all(initialized_only=True):
        connection.close()
        if hasattr(connection, "close_pool"):
            connection.close_pool()
