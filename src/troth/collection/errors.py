"""Why a submission is refused. None of these keeps anything of it."""

from troth.errors import TrothError


class NoSuchPoint(TrothError):
    """The statement declares no such collection point."""

    code, status = "collection.no-such-point", 404


class NotDeclared(TrothError):
    """The submission holds something that the statement does not declare at this point."""

    code, status = "collection.not-declared", 422


class Missing(TrothError):
    """A required field is empty."""

    code, status = "collection.missing", 422


class Mistyped(TrothError):
    """A value is not of its field's kind."""

    code, status = "collection.mistyped", 422


class TooLong(TrothError):
    """A value is longer than its field allows."""

    code, status = "collection.too-long", 422


class CardNumber(TrothError):
    """A payment card number was typed in; it is not kept."""

    code, status = "collection.card-number", 422


class UnderAge(TrothError):
    """The person is younger than this point accepts."""

    code, status = "collection.under-age", 422


class Malformed(TrothError):
    """The request is not one this door understands."""

    code, status = "collection.malformed", 400


class OtherMediaType(TrothError):
    """The body is neither JSON nor multipart/form-data."""

    code, status = "collection.other-media-type", 415


class NotShown(TrothError):
    """What the person was shown is not what is in force now."""

    code, status = "collection.not-shown", 409


class Forged(TrothError):
    """The form was not sent from the page it was shown on."""

    code, status = "collection.forged", 403


class Replayed(TrothError):
    """This form was already sent."""

    code, status = "collection.replayed", 409


class KeyReused(TrothError):
    """An idempotency key came with two different submissions."""

    code, status = "collection.key-reused", 409


class TooLarge(TrothError):
    """The request is larger than any submission can be."""

    code, status = "collection.too-large", 413
