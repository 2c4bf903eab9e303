"""Posts: made, invited and ended at the command line. A post is the name of a job, so nothing of anybody is kept."""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from troth.control.rules import token_digest
from troth.desk import evidence, rules
from troth.desk.errors import NoDesk, NoSuchPost, NotAPost
from troth.desk.models import Means, Session
from troth.desk.models import Post as Row
from troth.desk.rules import Post
from troth.ledger.actions import append
from troth.ledger.evidence import Told
from troth.ledger.work import unit_of_work
from troth.statement import reads as statements
from troth.vault.rules import new_ref

COOKIE: Final = "desk"


@unit_of_work
def add(name: str, may: Collection[str], *, service: str, at: datetime) -> str:
    """Makes a post that may do this; answers the code of its invitation, which is shown this once."""
    _insist_on_cookie(service, at)
    if not rules.is_name(name) or not may or not set(may) <= set(rules.DUTIES):
        message = (
            "Name the job in small letters, digits and hyphens, such as privacy-officer, and what it may do: {duties}."
        )
        raise NotAPost(message, duties=", ".join(rules.DUTIES))
    if any(one.name == name for one in posts()):
        raise NotAPost("There is a post of this name. `troth desk invite` lets somebody else have it.")
    post = Row(ref=new_ref(at), ended=False, name=name, may=sorted(set(may)))
    _keep(post, at=at)
    return _invite(post.ref, at)


@unit_of_work
def invite(name: str, *, service: str, at: datetime) -> str:
    """Lets somebody choose anew how they come in as this post; whoever had it is out. Answers the invitation's code."""
    _insist_on_cookie(service, at)
    return _invite(_named(name).ref, at)


@unit_of_work
def end(name: str, *, at: datetime) -> None:
    """Nobody comes in as this post any more; whoever is there is out."""
    post = _named(name)
    _keep(Row(ref=post.ref, ended=True, name=post.name, may=sorted(post.may)), at=at)
    _let_out(post.ref)


def posts() -> Sequence[Post]:
    """The posts there are, the oldest first."""
    over = set(Row.objects.filter(ended=True).values_list("ref", flat=True))
    rows = Row.objects.filter(ended=False).exclude(ref__in=over).order_by("pk")
    return [Post(row.ref, row.name, frozenset(row.may)) for row in rows]


@unit_of_work
def begin_anew() -> None:
    """Nobody is at the desk any more, and whoever holds a post is to be invited: after an older store was put back.

    A password that was changed since would let in again.
    """
    Means.objects.all().delete()
    Session.objects.all().delete()


@unit_of_work
def again(told: Sequence[Told]) -> int:
    """Makes and ends again the posts that these entries tell of: after an older store was put back.

    Answers how many were not made or ended there yet.
    """
    there = {(one.ref, one.ended) for one in Row.objects.all()}
    found = [_row(one) for one in told if (one.said["reference"], one.said["ended"]) not in there]
    Row.objects.bulk_create(found)
    return len(found)


def _row(told: Told) -> Row:
    said = told.said
    return Row(
        ref=said["reference"], ended=said["ended"], name=said["name"], may=said["may"],
        at=datetime.fromisoformat(said["at"]), leaf=told.leaf,
    )  # fmt: skip


def _keep(post: Row, *, at: datetime) -> None:
    post.at = at
    post.leaf = append("post", evidence.facts(post), at=at)
    post.save(force_insert=True)


def _named(name: str) -> Post:
    for one in posts():
        if one.name == name:
            return one
    raise NoSuchPost("There is no post of this name. `troth desk list` names those there are.")


def _invite(ref: str, at: datetime) -> str:
    _let_out(ref)
    code = secrets.token_urlsafe(18)
    Means.objects.create(post=ref, invitation=token_digest(code), until=at + rules.INVITED_FOR)
    return code


def _let_out(ref: str) -> None:
    Means.objects.filter(post=ref).delete()
    Session.objects.filter(post=ref).delete()


def _insist_on_cookie(service: str, at: datetime) -> None:
    cookie = statements.in_force(service, at).statement.cookies.get(COOKIE)
    if cookie is None or cookie.consent:
        message = "At the desk a cookie `desk` says who is there. Declare it in the statement as exempt, and publish."
        raise NoDesk(message, clause="cookies")
