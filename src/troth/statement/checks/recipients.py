"""Nobody is given anything without an agreement that stands today, nor for something in return: GDPR Art. 26, 28."""

from collections.abc import Iterator

from troth.statement.checks.fault import Check, Declared, Fault
from troth.statement.model import Agreement, Recipient
from troth.statement.terms import is_a

# Clauses (EU) 2021/914 satisfy Art. 28(3) for a processor as well.
FITTING = {
    "processor": ("processing", "confidentiality", "scc"),
    "affiliate": ("processing", "confidentiality", "scc", "bcr", "joint"),
    "partner": ("partner", "confidentiality", "scc", "joint"),
}
MARKETING = "dpv:Marketing"


def missing_agreements(declared: Declared) -> Iterator[Fault]:
    """Whoever is not an authority has an agreement."""
    for name, recipient in declared.statement.recipients.items():
        if recipient.kind != "authority" and recipient.agreement is None:
            yield Fault(
                "agreement-missing",
                f"The recipient `{name}` has no agreement. Sign one and declare it, or remove the recipient.",
                ("recipients", name),
            )


def unsigned_agreements(declared: Declared) -> Iterator[Fault]:
    """An agreement holds from the day on which it is signed."""
    for name, _, agreement in _agreements(declared):
        if agreement.signed > declared.today:
            yield Fault(
                "agreement-unsigned",
                f"The agreement with `{name}` is signed on {agreement.signed} only. Share nothing before that day.",
                ("recipients", name, "agreement", "signed"),
            )


def expired_agreements(declared: Declared) -> Iterator[Fault]:
    """An agreement holds up to and including the day on which it expires."""
    for name, _, agreement in _agreements(declared):
        if agreement.expires and agreement.expires < declared.today:
            yield Fault(
                "agreement-expired",
                f"The agreement with `{name}` expired on {agreement.expires}. Renew it or remove the recipient.",
                ("recipients", name, "agreement", "expires"),
            )


def unfit_agreements(declared: Declared) -> Iterator[Fault]:
    """An agreement is of a kind that can bind this kind of recipient."""
    for name, recipient, agreement in _agreements(declared):
        fitting = FITTING[recipient.kind]
        if agreement.kind not in fitting:
            yield Fault(
                "agreement-unfit",
                f"The agreement with `{name}` is `{agreement.kind}`, which does not bind a {recipient.kind}. "
                f"Have one of these: {', '.join(fitting)}.",
                ("recipients", name, "agreement", "kind"),
            )


def agreements_not_confidential(declared: Declared) -> Iterator[Fault]:
    """GDPR Art. 28(3)(b): processors, and partners as well, are held to confidence."""
    for name, recipient, agreement in _agreements(declared):
        if recipient.kind in ("processor", "partner") and not agreement.confidential:
            yield Fault(
                "agreement-not-confidential",
                f"The agreement with `{name}` does not promise confidence. Agree on it and set `confidential: true`.",
                ("recipients", name, "agreement"),
            )


def considerations(declared: Declared) -> Iterator[Fault]:
    """Nothing is taken in return for information."""
    for name, recipient in declared.statement.recipients.items():
        if recipient.consideration is not None:
            yield Fault(
                "consideration-set",
                f"The recipient `{name}` gives something in return for information. That is a sale: end it.",
                ("recipients", name, "consideration"),
            )


def marketing_without_consent(declared: Declared) -> Iterator[Fault]:
    """Affiliates and partners advertise only to those who agreed to that recipient."""
    purposes = declared.statement.purposes
    for name, recipient in declared.statement.recipients.items():
        for purpose in recipient.purposes.keys() & purposes.keys():
            asked = purposes[purpose].basis == "consent" and purposes[purpose].per_recipient
            if recipient.kind in ("affiliate", "partner") and is_a(purposes[purpose].term, MARKETING) and not asked:
                yield Fault(
                    "sharing-without-consent",
                    f"The {recipient.kind} `{name}` gets information for `{purpose}`, which is marketing. "
                    f"Let `{purpose}` rest on consent with `per_recipient: true`.",
                    ("recipients", name, "purposes", purpose),
                )


CHECKS: tuple[Check, ...] = (
    missing_agreements,
    unsigned_agreements,
    expired_agreements,
    unfit_agreements,
    agreements_not_confidential,
    considerations,
    marketing_without_consent,
)


def _agreements(declared: Declared) -> Iterator[tuple[str, Recipient, Agreement]]:
    for name, recipient in declared.statement.recipients.items():
        if recipient.kind != "authority" and recipient.agreement:
            yield name, recipient, recipient.agreement
