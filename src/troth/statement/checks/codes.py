"""Every code that a finding can have, once: how grave it is and what it says in one line.

Each has its page ``docs/findings/CODE.md``.
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
    # file
    "file-unreadable": _error("The file cannot be read as a statement."),
    "file-misshapen": _error("A part is missing, misspelt or not well-formed."),
    "file-duplicate-key": _error("The same name stands twice in one place."),
    "text-hidden": _error("A text or name holds a character that nobody sees."),
    # blanks
    "blank": _error("A blank was left open."),
    # names
    "field-undeclared": _error("A field is named that `data` does not declare."),
    "field-without-purpose": _error("A field is asked for and serves no purpose."),
    "field-required-and-optional": _error("A field is required and optional at the same point."),
    "purpose-undeclared": _error("A purpose is named that `purposes` does not declare."),
    "point-undeclared": _error("A collection point is named that `collection` does not declare."),
    "choice-not-consent": _error("A choice is offered for a purpose that does not rest on consent."),
    "join-not-consent": _error("Visits are joined to people for a purpose that does not rest on consent."),
    "recipient-field-not-collected": _error("A recipient gets a field that is not collected for that purpose."),
    "datum-unfillable": _error("A choice has no options, or a file no type that is accepted."),
    "data-unused": _warning("A kind of information is declared and never used."),
    "purpose-unused": _warning("A purpose is declared and never used."),
    "country-unknown": _error("A country code is not in ISO 3166-1."),
    "transfer-undeclared": _error("A recipient is in a country that `transfers` does not list."),
    "transfer-unused": _warning("`transfers` lists a country where no recipient is."),
    # terms
    "term-unknown": _error("A term is not in the vocabulary DPV 2.3."),
    "term-retired": _error("A term was retired from the vocabulary."),
    "term-unfit": _error("A term is of another kind than this place needs."),
    # bases
    "purpose-without-basis": _error("A purpose has no legal basis."),
    "purpose-without-retention": _error("A purpose does not say for how long."),
    "interest-missing": _error("A purpose rests on a legitimate interest and does not say which."),
    "obligation-missing": _error("A purpose rests on a legal obligation and does not say which."),
    "question-missing": _error("A consent purpose has no question to agree to."),
    "question-without-consent": _error("A purpose asks a question although it does not rest on consent."),
    "consent-bundled": _error("A consent purpose is not asked separately."),
    "consent-not-offered": _error("A field serves a consent purpose whose choice the point does not offer."),
    "consent-for-required": _error("A required field is needed by nothing but consent purposes."),
    # recipients
    "agreement-missing": _error("A recipient has no agreement."),
    "agreement-unsigned": _error("A recipient's agreement is not signed yet."),
    "agreement-expired": _error("A recipient's agreement has expired."),
    "agreement-unfit": _error("A recipient's agreement is of the wrong kind."),
    "agreement-not-confidential": _error("A processor or partner is not held to confidence."),
    "consideration-set": _error("Something is given in return for information."),
    "sharing-without-consent": _error("Information is shared for marketing without consent per recipient."),
    "safeguard-lapsed": _error("A transfer relies on a framework that does not hold today."),
    "safeguard-unfit": _error("A safeguard does not reach this country, controller or recipient."),
    "transfer-out-of-date": _error("A transfer's own dates do not include today."),
    "transfer-without-reason": _error("An essential transfer does not say why."),
    # duties
    "duty-13-1a": _error("No representative in the EEA is named (GDPR Art. 13(1)(a), 27)."),
    "duty-13-1b": _error("No data protection officer is named (GDPR Art. 13(1)(b))."),
    "duty-13-2b": _error("A right is missing (GDPR Art. 13(2)(b))."),
    "duty-13-2c": _error("The right to withdraw consent is missing (GDPR Art. 13(2)(c))."),
    "duty-13-2d": _error("The way to a supervisory authority is missing (GDPR Art. 13(2)(d))."),
    "duty-13-2e": _error("A point does not say what happens without a required field (GDPR Art. 13(2)(e))."),
    "duty-13-2f": _error("Nothing is said about automated decisions (GDPR Art. 13(2)(f))."),
    "duty-tw-8-5": _error("A right is missing (Taiwan PDPA Art. 3 and 8(1)(5))."),
    "duty-tw-8-6": _error("A point does not say what happens without a required field (Taiwan PDPA Art. 8(1)(6))."),
    # never
    "never-contradicted": _error("Another section does what `never` excludes."),
    # cookies
    "cookie-without-purpose": _error("A cookie has no purpose."),
    "cookie-without-lifetime": _error("A cookie does not say how long it stays."),
    "cookie-too-long": _error("A cookie is to stay for more than 400 days."),
    "cookie-without-ground": _error("A cookie is neither exempt nor asked for."),
    "cookie-two-grounds": _error("A cookie is both exempt and asked for."),
    "cookie-consent-unfit": _error("A cookie asks for a purpose that does not rest on consent."),
    "cookie-choice-not-kept": _error("A cookie waits for a yes that nothing keeps."),
    # languages
    "text-untranslated": _error("A text is missing in a declared language."),
    "language-undeclared": _error("A text stands in a language that the statement does not declare."),
    # children
    "children-age-missing": _error("The minimum age or the section about children is missing."),
    "children-not-asked": _warning("Consent is asked of everyone and no point asks for the age."),
    "children-shut-out": _error("A service for children admits none."),
    "children-threshold-low": _error("A threshold is lower than the country's law."),
}
