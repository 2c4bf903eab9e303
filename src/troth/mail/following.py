"""Links in mails of people who agreed that they tell: counted, and led on to where the issue says (P40)."""

from datetime import datetime

from troth.ledger.work import unit_of_work
from troth.mail import composing, issues, tokens
from troth.mail.errors import NotDeclared, TokenRefused
from troth.mail.models import Issue
from troth.statement import reads as statements


def follow(token: str, *, service: str, at: datetime) -> str:
    """Where a link of an issue leads. It is counted if its person still lets it be; of whom it was is not kept."""
    ref, language, number, person = tokens.opened("follow", token, 4)
    issue = Issue.objects.filter(ref=ref).first()
    links = _links(issue, language) if issue else []
    if issue is None or int(number) >= len(links):
        message = "This address is not one of ours, or was cut short on the way. Use it as it stands in the mail."
        raise TokenRefused(message)
    if _counts(issue.mail, person, service, at):
        _count(ref, links[int(number)])
    return links[int(number)]


def _counts(mail: str, person: str, service: str, at: datetime) -> bool:
    try:
        declared = issues.declared(statements.in_force(service, at).statement, mail)
    except NotDeclared:  # there is no such mail any more
        return False
    return bool(issues.tracked([person], declared, service, at))


def _links(issue: Issue, language: str) -> list[str]:
    parts = issues.composed_of(issue.source).parts
    return composing.Words(parts[language]).links if language in parts else []


@unit_of_work
def _count(ref: str, link: str) -> None:
    issue = Issue.objects.select_for_update().get(ref=ref)
    issue.followed = {**issue.followed, link: issue.followed.get(link, 0) + 1}
    issue.save(update_fields=["followed"])
