"""The HTTP server, set up once: one process, many threads, so that waiting submissions share a commit."""

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from troth.entry.logs import LINE

_THREADS = 48
_BACKLOG = 1024
_LOGGING = {
    "version": 1,
    "formatters": {"line": {"()": "troth.entry.logs.WithoutWords", "fmt": LINE}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {"_granian": {"handlers": ["stderr"], "level": "ERROR", "propagate": False}},
}


def run(application: str, host: str, port: int) -> None:
    """Serves the WSGI application named ``module:name`` until told to stop."""
    Granian(
        application,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=_THREADS,
        backlog=_BACKLOG,
        log_level=LogLevels.error,
        log_dictconfig=_LOGGING,
        respawn_failed_workers=True,
    ).serve()
