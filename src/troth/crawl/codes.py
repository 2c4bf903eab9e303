"""Every code that a crawl's finding can have, once: how grave it is and what it says in one line.

Each has its line in ``docs/crawling.md``.
"""

from typing import NamedTuple

from troth.statement.finding import Severity


class Code(NamedTuple):
    """How grave a finding is, and what it says in one line."""

    severity: Severity
    line: str


def _error(line: str) -> Code:
    return Code("error", line)


def _warning(line: str) -> Code:
    return Code("warning", line)


CODES: dict[str, Code] = {
    # the device
    "cookie-unregistered": _error("A cookie is set that the statement does not register for its host."),
    "storage-unregistered": _error("Something is stored in the browser that the statement does not register."),
    "stored-before-choice": _error("What needs a yes is stored before anybody was asked."),
    "stored-despite-gpc": _error("What needs a yes is stored although the browser sends Sec-GPC."),
    "stored-after-decline": _error("What needs a yes is stored after it was declined."),
    "stored-after-withdrawal": _error("What needs a yes is still there after the yes was taken back."),
    "cookie-outlives": _error("A cookie stays for longer than the statement says."),
    # others
    "third-party-undeclared": _error("A page asks a host that is neither the site's own nor in the register."),
    "third-party-before-choice": _error("A page asks others before anybody was asked."),
    "third-party-despite-gpc": _error("A page asks others although the browser sends Sec-GPC."),
    "third-party-after-decline": _error("A page asks others after it was declined."),
    "third-party-after-withdrawal": _error("A page asks others after the yes was taken back."),
    "gpc-undeclared": _warning("The site does not say at /.well-known/gpc.json that it heeds the signal."),
    # forms
    "form-field-undeclared": _error("A form asks for what its collection point does not declare, or no point does."),
    "form-field-required": _error("A form demands what its collection point declares optional."),
    "form-elsewhere": _error("A form sends what is typed to another site."),
    "form-by-address": _error("A form puts what is typed into an address."),
    "choice-ticked": _error("A choice is ticked before anybody made it."),
    # the banner
    "banner-missing": _error("Something needs a yes, and no page asks for it."),
    "decline-missing": _error("Where one can accept, one cannot decline."),
    "decline-longer": _error("Declining takes more steps than accepting."),
    "decline-unequal": _error("Accept and decline are not equal in size, kind or weight."),
    "banner-contrast": _error("Accept or decline can hardly be read."),
    "banner-focus": _error("The focus lies on accept before anybody put it there."),
    "asked-again": _error("Who has answered is asked again."),
    "reopen-missing": _error("A page has no control with which a choice can be changed."),
    # pages
    "page-unreachable": _error("A page cannot be reached."),
    "page-redirects": _error("A page leads round in circles."),
    "page-certificate": _error("The certificate of a site does not hold."),
    "page-slow": _error("A page was not whole when its time was over."),
    "page-busy": _error("A page keeps its browser so busy that it does not answer."),
    "page-crashed": _error("A page ended the browser's process."),
    "page-untold": _error("What a page says of itself cannot be understood."),
    "page-not-html": _error("The address to begin with is no page."),
    "page-elsewhere": _warning("An address of the site leads to another site."),
    "page-broken": _warning("A page answers with an error."),
    "page-dialogs": _warning("A page opens dialogs by itself."),
    "page-popups": _warning("A page opens windows by itself."),
    "page-downloads": _warning("A page starts a download by itself."),
}
