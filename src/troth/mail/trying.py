"""An issue as staff look at it before it goes: on the screen, and in their own mailbox."""

from datetime import datetime

from troth.mail import issues, sending
from troth.mail.errors import LanguageMissing
from troth.mail.sheets import For, Sheet, sheets
from troth.statement import reads as statements
from troth.vault.rules import new_ref

_NOBODY = "nobody"


def preview(ref: str, language: str, *, service: str, at: datetime) -> tuple[str, str, str]:
    """Subject, text and HTML in one language, or the statement's first, for somebody whose name is not known."""
    made = _sheets(ref, service, at)
    if language and language not in made:
        message = "The issue has no words in this language."
        raise LanguageMissing(message, field="language")
    return (made[language] if language else next(iter(made.values()))).words(For(new_ref(at), _NOBODY, ""))


def send(ref: str, address: str, *, service: str, at: datetime) -> int:
    """Hands an issue over to `address`, once in each language; answers how often. What is in it is nobody's."""
    made, over = _sheets(ref, service, at), sending.connection()
    try:
        for sheet in made.values():
            sending.hand_over(sheet.ready(For(new_ref(at), _NOBODY, address), at), over)
    finally:
        over.close()
    return len(made)


def _sheets(ref: str, service: str, at: datetime) -> dict[str, Sheet]:
    issue = issues.told(ref)
    return sheets(ref, issues.checked(issue.source, service, at), statements.in_force(service, at).statement)
