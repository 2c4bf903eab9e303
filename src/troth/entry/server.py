"""The HTTP server, set up once: one process, many threads, so that waiting submissions share a commit."""

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

# More than there may be bodies arriving at once (entry.bodies).
_THREADS = 48
_BUFFER = 64 * 1024
_BACKLOG = 1024
# In seconds: longer than any request that was begun takes, and shorter than those who supervise wait. The worker can be
# stuck for good when told twice in the wrong moment (granian sets an event in its handler of signals), as it is by
# Ctrl-C or systemd, which tell every process, and then by the one that watches it. What was acknowledged is safe.
_ENDS_WITHIN = 10
_LOGGING = {
    "version": 1,
    "formatters": {"line": {"()": "troth.entry.logs.WithoutWords"}},
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
        http=HTTPModes.http1,
        # What a connection may hold of a body that nobody has read yet.
        http1_settings=HTTP1Settings(max_buffer_size=_BUFFER),
        websockets=False,
        workers=1,
        blocking_threads=_THREADS,
        backlog=_BACKLOG,
        log_level=LogLevels.error,
        log_dictconfig=_LOGGING,
        respawn_failed_workers=True,
        workers_kill_timeout=_ENDS_WITHIN,
    ).serve()
