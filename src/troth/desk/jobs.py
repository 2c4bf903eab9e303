"""What the desk does by the clock: it tells people of changes, and notes that a version has begun."""

from datetime import datetime

from django.conf import settings

from troth.desk import actions, entering
from troth.statement import actions as statement
from troth.statement import reads as statements


class Publishing:
    """Looks again and again whether anything of a change is to be done."""

    def __init__(self) -> None:
        self._noted = 0

    def go_on(self, at: datetime) -> None:
        """Tells everybody who is still to be told, as far as it goes, and notes a version that has begun."""
        while actions.go_on(at=at):
            pass
        number = statements.succession(settings.TROTH_SERVICE, at).in_force
        if number != self._noted:
            statement.begin(at=at)
            self._noted = number


def tidy(at: datetime) -> None:
    """Forgets who had a letter, once nobody needs to know, and who is at the desk no more."""
    actions.tidy(at=at)
    entering.tidy(at=at)
