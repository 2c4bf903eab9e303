"""Every purpose stands on a basis and ends; consent is asked apart and is never a condition: GDPR Art. 5 to 7."""

from collections.abc import Iterator

from troth.statement.checks.fault import Check, Declared, Fault
from troth.statement.model import Statement

BASES = "consent, contract, legal-obligation, vital-interest, public-task or legitimate-interest"


def purposes_without_basis(declared: Declared) -> Iterator[Fault]:
    """GDPR Art. 6(1), 13(1)(c)."""
    for name, purpose in declared.statement.purposes.items():
        if purpose.basis is None:
            yield Fault(
                "purpose-without-basis", f"The purpose `{name}` has no basis. Name one: {BASES}.", ("purposes", name)
            )


def purposes_without_retention(declared: Declared) -> Iterator[Fault]:
    """GDPR Art. 5(1)(e), 13(2)(a)."""
    for name, purpose in declared.statement.purposes.items():
        if purpose.retention is None:
            yield Fault(
                "purpose-without-retention",
                f"The purpose `{name}` does not say for how long. Give a `retention` such as `P2Y`.",
                ("purposes", name),
            )


def interests_missing(declared: Declared) -> Iterator[Fault]:
    """GDPR Art. 13(1)(d)."""
    for name, purpose in declared.statement.purposes.items():
        if purpose.basis == "legitimate-interest" and not purpose.interest:
            yield Fault(
                "interest-missing",
                f"The purpose `{name}` rests on a legitimate interest. Say which in `interest`.",
                ("purposes", name, "basis"),
            )


def obligations_missing(declared: Declared) -> Iterator[Fault]:
    """GDPR Art. 6(1)(c), 6(3)."""
    for name, purpose in declared.statement.purposes.items():
        if purpose.basis == "legal-obligation" and not purpose.obligation:
            yield Fault(
                "obligation-missing",
                f"The purpose `{name}` rests on a legal obligation. Name the law in `obligation`.",
                ("purposes", name, "basis"),
            )


def questions_missing(declared: Declared) -> Iterator[Fault]:
    """GDPR Art. 4(11), 7(2)."""
    for name, purpose in declared.statement.purposes.items():
        if purpose.basis == "consent" and not purpose.question:
            yield Fault(
                "question-missing",
                f"The purpose `{name}` rests on consent. Write the `question` that a person agrees to.",
                ("purposes", name, "basis"),
            )


def questions_without_consent(declared: Declared) -> Iterator[Fault]:
    """A question that changes nothing is not asked."""
    for name, purpose in declared.statement.purposes.items():
        if purpose.question and purpose.basis not in (None, "consent"):
            yield Fault(
                "question-without-consent",
                f"The purpose `{name}` asks a question, but its basis is {purpose.basis}. Make the basis "
                "consent or remove the question.",
                ("purposes", name, "question"),
            )


def bundled_consents(declared: Declared) -> Iterator[Fault]:
    """GDPR Art. 7(2), recital 43."""
    for name in _consents(declared.statement):
        if not declared.statement.purposes[name].separate:
            yield Fault(
                "consent-bundled",
                f"Consent to `{name}` is not asked separately. Set `separate: true`.",
                ("purposes", name),
            )


def consents_not_offered(declared: Declared) -> Iterator[Fault]:
    """A field taken for a consent purpose is taken where that consent can be given."""
    consents = _consents(declared.statement)
    for name, point in declared.statement.collection.items():
        for part, fields in (("required", point.required), ("optional", point.optional)):
            for field, serves in fields.items():
                for purpose in sorted(consents.intersection(serves).difference(point.choices)):
                    yield Fault(
                        "consent-not-offered",
                        f"At `{name}`, `{field}` serves `{purpose}`, which needs consent, but the point does "
                        f"not offer that choice. Add `{purpose}` to its `choices`.",
                        ("collection", name, part, field),
                    )


def consents_for_required(declared: Declared) -> Iterator[Fault]:
    """GDPR Art. 7(4): consent to what is not needed is no condition."""
    consents = _consents(declared.statement)
    for name, point in declared.statement.collection.items():
        for field, serves in point.required.items():
            if serves and consents.issuperset(serves):
                yield Fault(
                    "consent-for-required",
                    f"At `{name}`, `{field}` is required although only consent purposes use it. Make it "
                    "optional, or name the purpose that cannot do without it.",
                    ("collection", name, "required", field),
                )


CHECKS: tuple[Check, ...] = (
    purposes_without_basis,
    purposes_without_retention,
    interests_missing,
    obligations_missing,
    questions_missing,
    questions_without_consent,
    bundled_consents,
    consents_not_offered,
    consents_for_required,
)


def _consents(statement: Statement) -> frozenset[str]:
    return frozenset(name for name, purpose in statement.purposes.items() if purpose.basis == "consent")
