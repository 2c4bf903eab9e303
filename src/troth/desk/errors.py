"""Why nothing can be announced, and why somebody is not let in to the desk."""

from troth.errors import TrothError


class NoLetter(TrothError):
    """The statement promises letters about changes, and declares no mail of the class `change` for them."""

    code, status = "desk.no-letter", 409


class Stale(TrothError):
    """What was to be published is not what was shown."""

    code, status = "desk.stale", 409


class NoDay(TrothError):
    """No day was chosen on which the version is to begin."""

    code, status = "desk.no-day", 422


class NoDesk(TrothError):
    """The statement does not declare the cookie of the desk, so nobody can stay signed in there."""

    code, status = "desk.not-declared", 409


class NotAPost(TrothError):
    """A post cannot be made so."""

    code, status = "desk.not-a-post", 422


class NoSuchPost(TrothError):
    """There is no post of this name."""

    code, status = "desk.no-such-post", 404


class NotInvited(TrothError):
    """The invitation is not one, was used, or is over."""

    code, status = "desk.not-invited", 403


class NotLetIn(TrothError):
    """Post, password and code do not belong together."""

    code, status = "desk.not-let-in", 403


class NotYours(TrothError):
    """The post at the desk has not this duty."""

    code, status = "desk.not-yours", 403
