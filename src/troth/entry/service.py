"""Running an installation: preparing its databases, publishing into it, serving it."""

import ipaddress
import os
import socket
from pathlib import Path

import typer
from django.conf import settings
from django.db import connections

from troth import clock
from troth.entry import erasing, lock, rotation, server, site, starting
from troth.entry.errors import PortTaken, Unsafe
from troth.statement import actions, reads


def prepare() -> None:
    """Makes both databases ready for this release, unless anything is wrong with them or with the keys.

    Tables change only while nobody else works on the directory.
    """
    starting.insist()
    with starting.store_readable():
        if starting.outdated():
            with lock.held(settings.TROTH_DIR, since=_now()):
                starting.migrate()
        starting.note_keys()


def serve(directory: Path, host: str, port: int) -> None:
    """Serves until it is told to stop: one server to a directory, and beyond loopback only behind TLS (P43)."""
    _insist_on_tls(host)
    _insist_on_apart(port)
    _insist_on_listener()
    _take(host, port)
    with lock.held(directory, since=_now(), listens=f"{host}:{port}"):
        _open()
        _let_go()
        typer.echo(f"{settings.TROTH_SERVICE} from {directory}: open {settings.TROTH_URL}/")
        os.chdir("/")  # the server looks for modules where it stands, and is to find none
        server.run("troth.entry.wsgi:application", host, port)


def _open() -> None:
    """Opens the store, unless anything is wrong with it or the statement in force is not for here (P24)."""
    site.site()
    rotation.finish()
    starting.insist()
    with starting.store_readable(*starting.ILLEGIBLE):
        starting.insist_on_begun()
        if starting.outdated():
            starting.migrate()
        starting.note_keys()
        erasing.finish(clock.now())
        actions.fits_here(reads.in_force(settings.TROTH_SERVICE, clock.now()).statement)


def _insist_on_tls(host: str) -> None:
    if settings.INSTALLATION.secure and not settings.INSTALLATION.configuration.site.behind_proxy:
        message = "The site is https, so a proxy must end TLS in front of it. Set `behind_proxy = true` once it does."
        raise Unsafe(message)
    if not settings.INSTALLATION.secure and not _is_loopback(host):
        message = f"{settings.TROTH_URL} is not https, and {host} can be reached from outside. Put TLS in front."
        raise Unsafe(message)


def _insist_on_apart(port: int) -> None:
    """Figures are read at an address of their own, and by others only where the settings say so."""
    metrics = settings.INSTALLATION.configuration.metrics
    if metrics is None:
        return
    host, own = metrics.address
    if not metrics.outside and not _is_loopback(host):
        message = f"Metrics on {host} can be read from outside. Listen on 127.0.0.1, or set `outside = true`."
        raise Unsafe(message)
    if own == port:
        message = f"Metrics and pages cannot both listen on port {port}. Give `[metrics] listen` another one."
        raise PortTaken(message)
    _take(host, own)


def _insist_on_listener() -> None:
    """Refuses a place to listen for mail at that somebody else has."""
    inbound = settings.TROTH_INBOUND
    if inbound.listen and not inbound.socket:
        _take(*inbound.address)


def _is_loopback(host: str) -> bool:
    return all(ipaddress.ip_address(address).is_loopback for _, address in _addresses(host))


def _addresses(host: str) -> list[tuple[socket.AddressFamily, str]]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        message = f"{host} is no address to listen on ({error.strerror}). Name one of this machine's."
        raise Unsafe(message) from error
    return [(family, str(address[0])) for family, *_, address in found]


def _take(host: str, port: int) -> None:
    """Refuses a port that somebody listens on: two servers would share its visitors between them."""
    for family, address in _addresses(host):
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except OSError as error:
                message = f"Port {port} of {host} cannot be taken ({error.strerror}). Choose another."
                raise PortTaken(message) from error


def _let_go() -> None:
    """Closes every connection and pool: the server process is a fork, and must not share them."""
    for connection in connections.all(initialized_only=True):
        connection.close()
        if hasattr(connection, "close_pool"):
            connection.close_pool()


def _now() -> str:
    return clock.rfc3339(clock.now())
