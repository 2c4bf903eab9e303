"""Whether the published versions are the ones that the ledger says were published."""

import json
from collections.abc import Iterator

from troth.ledger import reads as ledger
from troth.ledger.rebuild import Finding
from troth.statement.errors import Altered, NoSuchVersion
from troth.statement.models import Version
from troth.statement.reads import version


def altered() -> Iterator[Finding]:
    """Every version whose text, number or day is not what its entry says."""
    for row in Version.objects.order_by("service", "number"):
        subject = f"version {row.number} of {row.service}"
        try:
            version.__wrapped__(row.service, row.number)
        except (Altered, NoSuchVersion) as error:
            yield Finding(subject, error.message)
        placed = ledger.placed(bytes(row.leaf))
        if placed is None:
            yield Finding(subject, "No entry of the ledger tells of its publication.")
            continue
        entry = json.loads(placed.data)
        said = [entry["service"], entry["version"], entry["statement"], entry["effective"]]
        stands = [row.service, row.number, row.digest, str(row.effective.date())]
        if said != stands:
            yield Finding(subject, "Its row is not what its entry says.", str(said), str(stands))
