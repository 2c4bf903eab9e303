"""Why a statement is not published or not found."""

from troth.errors import TrothError


class NotPublished(TrothError):
    """No statement is in force, so nothing may be asked for."""

    code, status = "statement.not-published", 503


class NoSuchVersion(TrothError):
    """There is no published version with this number or digest."""

    code, status = "statement.no-such-version", 404


class Altered(TrothError):
    """A published version was changed in the store."""

    code, status = "statement.altered", 500


class NotWhole(TrothError):
    """The statement has findings that are errors; it cannot be published."""

    code, status = "statement.not-whole", 422


class Unchanged(TrothError):
    """The statement says what the last published version says."""

    code, status = "statement.unchanged", 409


class TooEarly(TrothError):
    """The day is nearer than the notice that the statement promises."""

    code, status = "statement.too-early", 409


class Scheduled(TrothError):
    """Another version is to come; there is one change at a time."""

    code, status = "statement.scheduled", 409


class Begun(TrothError):
    """The version is not to come any more: it holds, is over, or was retracted."""

    code, status = "statement.begun", 409


class NotATypo(TrothError):
    """What was to be put right as a typo says something else."""

    code, status = "statement.not-a-typo", 409


class OtherService(TrothError):
    """The statement is about another service than this installation serves."""

    code, status = "statement.other-service", 409


class StoreElsewhere(TrothError):
    """The store stands in a country that the statement does not declare."""

    code, status = "statement.store-elsewhere", 409
