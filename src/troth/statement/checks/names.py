"""Everything that is named is declared, and everything that is declared is used."""

from collections.abc import Iterator

from troth.statement.checks.fault import Check, Declared, Fault
from troth.statement.countries import country_codes
from troth.statement.finding import Place
from troth.statement.model import Statement

Named = Iterator[tuple[str, Place]]


def undeclared_fields(declared: Declared) -> Iterator[Fault]:
    """A field at a point, for a recipient or in a supplement is one of `data`."""
    for name, place in _named_fields(declared.statement):
        if name not in declared.statement.data:
            yield Fault(
                "field-undeclared", f"The field `{name}` is not declared. Add it to `data` or remove it here.", place
            )


def undeclared_purposes(declared: Declared) -> Iterator[Fault]:
    """A purpose, wherever it is named, is one of `purposes`."""
    for name, place in _named_purposes(declared.statement):
        if name not in declared.statement.purposes:
            yield Fault(
                "purpose-undeclared",
                f"The purpose `{name}` is not declared. Add it to `purposes` or remove it here.",
                place,
            )


def undeclared_points(declared: Declared) -> Iterator[Fault]:
    """The point of a supplement is one of `collection`."""
    for name, supplement in declared.statement.supplements.items():
        if supplement.point not in declared.statement.collection:
            yield Fault(
                "point-undeclared",
                f"The collection point `{supplement.point}` is not declared. Add it to `collection` or name "
                "the point whose transaction is completed.",
                ("supplements", name, "point"),
            )


def purposeless_fields(declared: Declared) -> Iterator[Fault]:
    """A field is asked for because it serves a purpose: GDPR Art. 5(1)(b) and (c)."""
    for point, field, serves, place in _asked(declared.statement):
        if not serves:
            yield Fault(
                "field-without-purpose",
                f"The point `{point}` asks for `{field}` and names no purpose. Name one or do not ask.",
                place,
            )


def fields_asked_twice(declared: Declared) -> Iterator[Fault]:
    """A field is required or optional at a point, not both."""
    for name, point in declared.statement.collection.items():
        for field in point.required.keys() & point.optional.keys():
            yield Fault(
                "field-required-and-optional",
                f"The point `{name}` has `{field}` both as required and as optional. Keep one.",
                ("collection", name, "optional", field),
            )


def choices_not_consent(declared: Declared) -> Iterator[Fault]:
    """A choice is offered only where no is an answer."""
    purposes = declared.statement.purposes
    for name, point in declared.statement.collection.items():
        for index, choice in enumerate(point.choices):
            if choice in purposes and purposes[choice].basis != "consent":
                yield Fault(
                    "choice-not-consent",
                    f"The point `{name}` offers `{choice}` as a choice, but its basis is not consent. "
                    "Make the basis consent or do not offer it.",
                    ("collection", name, "choices", index),
                )


def joins_not_consent(declared: Declared) -> Iterator[Fault]:
    """Visits are joined to people only with their approval."""
    visits, purposes = declared.statement.visits, declared.statement.purposes
    if visits and visits.join in purposes and purposes[visits.join].basis != "consent":
        yield Fault(
            "join-not-consent",
            f"Visits are joined to people for `{visits.join}`, whose basis is not consent. "
            "Make the basis consent or leave out `join`.",
            ("visits", "join"),
        )


def fields_not_collected(declared: Declared) -> Iterator[Fault]:
    """A recipient gets a field for a purpose only if the field is collected for that purpose."""
    statement = declared.statement
    collected = {(field, purpose) for _, field, serves, _ in _asked(statement) for purpose in serves}
    collected |= {(one.field, one.purpose) for one in statement.supplements.values()}
    for name, recipient in statement.recipients.items():
        for purpose, fields in recipient.purposes.items():
            for index, field in enumerate(fields):
                known = field in statement.data and purpose in statement.purposes
                if known and (field, purpose) not in collected:
                    yield Fault(
                        "recipient-field-not-collected",
                        f"The recipient `{name}` gets `{field}` for `{purpose}`, but no point collects it for "
                        "that. Name the purpose at the point or take the field away.",
                        ("recipients", name, "purposes", purpose, index),
                    )


def unfillable_data(declared: Declared) -> Iterator[Fault]:
    """What is asked for can be given."""
    for name, datum in declared.statement.data.items():
        missing = {"choice": "" if datum.options else "options", "file": "" if datum.accept else "accept"}
        if part := missing.get(datum.input):
            yield Fault(
                "datum-unfillable",
                f"`{name}` is a {datum.input} without `{part}`, so nobody can give it. Add `{part}`.",
                ("data", name),
            )


def unused_data(declared: Declared) -> Iterator[Fault]:
    """What is declared is asked for somewhere."""
    used = {name for name, _ in _named_fields(declared.statement)}
    for name in declared.statement.data.keys() - used:
        yield Fault("data-unused", f"No point asks for `{name}`. Use it or remove it.", ("data", name))


def unused_purposes(declared: Declared) -> Iterator[Fault]:
    """What is declared serves something."""
    used = {name for name, _ in _named_purposes(declared.statement)}
    for name in declared.statement.purposes.keys() - used:
        yield Fault("purpose-unused", f"Nothing is used for `{name}`. Use it or remove it.", ("purposes", name))


def unknown_countries(declared: Declared) -> Iterator[Fault]:
    """A country is one of ISO 3166-1."""
    for code, place in _named_countries(declared.statement):
        if code not in country_codes():
            yield Fault(
                "country-unknown",
                f"`{code}` is no country code of ISO 3166-1, such as `TW` or `DE`. Correct it.",
                place,
            )


def undeclared_transfers(declared: Declared) -> Iterator[Fault]:
    """A recipient elsewhere than where the data are stored needs an entry in `transfers`: GDPR Art. 13(1)(f)."""
    statement = declared.statement
    for name, recipient in statement.recipients.items():
        if recipient.country not in statement.stored_in and recipient.country not in statement.transfers:
            yield Fault(
                "transfer-undeclared",
                f"The recipient `{name}` is in {recipient.country}, which is neither in `stored_in` nor in "
                "`transfers`. Add the country to `transfers` with its safeguard.",
                ("recipients", name, "country"),
            )


def unused_transfers(declared: Declared) -> Iterator[Fault]:
    """A country is listed because somebody there receives something."""
    reached = {recipient.country for recipient in declared.statement.recipients.values()}
    for country in declared.statement.transfers.keys() - reached:
        yield Fault(
            "transfer-unused",
            f"No recipient is in {country}. Name the recipient or remove the transfer.",
            ("transfers", country),
        )


CHECKS: tuple[Check, ...] = (
    undeclared_fields,
    undeclared_purposes,
    undeclared_points,
    purposeless_fields,
    fields_asked_twice,
    choices_not_consent,
    joins_not_consent,
    fields_not_collected,
    unfillable_data,
    unused_data,
    unused_purposes,
    unknown_countries,
    undeclared_transfers,
    unused_transfers,
)


def _asked(statement: Statement) -> Iterator[tuple[str, str, tuple[str, ...], Place]]:
    for name, point in statement.collection.items():
        for part, fields in (("required", point.required), ("optional", point.optional)):
            for field, serves in fields.items():
                yield name, field, serves, ("collection", name, part, field)


def _named_fields(statement: Statement) -> Named:
    for _, field, _, place in _asked(statement):
        yield field, place
    for name, recipient in statement.recipients.items():
        for purpose, fields in recipient.purposes.items():
            for index, field in enumerate(fields):
                yield field, ("recipients", name, "purposes", purpose, index)
    for name, supplement in statement.supplements.items():
        yield supplement.field, ("supplements", name, "field")


def _named_purposes(statement: Statement) -> Named:
    yield from _purposes_at_points(statement)
    for name, recipient in statement.recipients.items():
        for purpose in recipient.purposes:
            yield purpose, ("recipients", name, "purposes", purpose)
    for name, supplement in statement.supplements.items():
        yield supplement.purpose, ("supplements", name, "purpose")
    for name, mail in statement.mail.items():
        yield mail.purpose, ("mail", name, "purpose")
    yield from _purposes_of_visits(statement)


def _purposes_at_points(statement: Statement) -> Named:
    for _, _, serves, place in _asked(statement):
        for index, purpose in enumerate(serves):
            yield purpose, (*place, index)
    for name, point in statement.collection.items():
        for index, choice in enumerate(point.choices):
            yield choice, ("collection", name, "choices", index)


def _purposes_of_visits(statement: Statement) -> Named:
    for name, cookie in statement.cookies.items():
        for part, purpose in (("purpose", cookie.purpose), ("consent", cookie.consent)):
            if purpose:
                yield purpose, ("cookies", name, part)
    if statement.visits:
        for index, purpose in enumerate(statement.visits.purposes):
            yield purpose, ("visits", "purposes", index)
        if statement.visits.join:
            yield statement.visits.join, ("visits", "join")


def _named_countries(statement: Statement) -> Named:
    yield statement.controller.country, ("controller", "country")
    for index, country in enumerate(statement.stored_in):
        yield country, ("stored_in", index)
    for name, recipient in statement.recipients.items():
        yield recipient.country, ("recipients", name, "country")
    for country in statement.transfers:
        yield country, ("transfers", country)
    if statement.children:
        for country in statement.children.thresholds:
            yield country, ("children", "thresholds", country)
    if statement.complaints and statement.complaints.authority:
        yield statement.complaints.authority.country, ("complaints", "authority", "country")
