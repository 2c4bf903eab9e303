"""Every term is one that the vocabulary has today, and of the kind that its place needs."""

from collections.abc import Iterator

from troth.statement.checks.fault import Check, Declared, Fault
from troth.statement.finding import Place
from troth.statement.model import Statement
from troth.statement.terms import is_a, is_known, retired

PURPOSE = "dpv:Purpose"
PERSONAL_DATA = "dpv:PersonalData"
MEASURE = "dpv:TechnicalOrganisationalMeasure"


def unknown_terms(declared: Declared) -> Iterator[Fault]:
    """A term is in the vocabulary."""
    for term, _, place in _named_terms(declared.statement):
        if not is_known(term) and term not in retired():
            yield Fault(
                "term-unknown", f"`{term}` is not a term of DPV 2.3. Look it up at https://w3id.org/dpv.", place
            )


def retired_terms(declared: Declared) -> Iterator[Fault]:
    """A term is still in the vocabulary."""
    for term, _, place in _named_terms(declared.statement):
        if not is_known(term) and (gone := retired().get(term)):
            instead = f"Write `{gone.replaced_by}`." if gone.replaced_by else "Choose another."
            yield Fault("term-retired", f"`{term}` was retired in DPV {gone.since}. {instead}", place)


def unfit_terms(declared: Declared) -> Iterator[Fault]:
    """A purpose is a purpose, a kind of information a kind of information, a measure a measure."""
    for term, family, place in _named_terms(declared.statement):
        if is_known(term) and not is_a(term, family) and not (family == PERSONAL_DATA and term.startswith("pd:")):
            yield Fault("term-unfit", f"`{term}` is not a kind of {family}. Choose one that is.", place)


CHECKS: tuple[Check, ...] = (unknown_terms, retired_terms, unfit_terms)


def _named_terms(statement: Statement) -> Iterator[tuple[str, str, Place]]:
    for name, datum in statement.data.items():
        yield datum.term, PERSONAL_DATA, ("data", name, "term")
    for name, purpose in statement.purposes.items():
        yield purpose.term, PURPOSE, ("purposes", name, "term")
    for index, measure in enumerate(statement.security):
        yield measure.term, MEASURE, ("security", index, "term")
