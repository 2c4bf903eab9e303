"""Why a site cannot be visited at all."""

from troth.errors import TrothError


class NoBrowser(TrothError):
    """There is nothing to visit a site with."""

    code, status = "crawl.no-browser", 500


class NoAddress(TrothError):
    """That is not the address of a site."""

    code, status = "crawl.no-address", 422
