"""Coming in to the desk: always by two things, a password and a code that a telephone makes (RFC 6238)."""

from datetime import datetime, timedelta
from typing import Final

from troth.control import limits, passwords
from troth.control import rules as people
from troth.control.errors import WrongCode
from troth.control.rules import token_digest
from troth.desk import posts, rules
from troth.desk.errors import NotInvited, NotLetIn
from troth.desk.models import Means, Session
from troth.desk.rules import Post
from troth.ledger.work import unit_of_work
from troth.vault.keys import look_up_key

# A session that is used is written at most so often.
_NOTED_EVERY: Final = timedelta(minutes=1)


def insist_on_invitation(code: str, sender: str, *, at: datetime) -> Post:
    """Whose invitation this is; it stays good until something was chosen."""
    limits.insist((people.TRIES_FROM_A_PREFIX, people.prefix(sender).encode()), at=at)
    return _invited(code, at)


def choose(code: str, password: str, secret: bytes, typed: str, *, at: datetime) -> Post:
    """Makes these the means of whose invitation it is, which is over then. `typed` shows that codes are made of it."""
    post = _invited(code, at)
    passwords.insist_on_strength(password, post.name)
    step = rules.code_step(secret, typed, at, 0)
    if step is None:
        message = "This is not the code of now. Look whether the clock of your telephone is right, and type the next."
        raise WrongCode(message, field="code")
    sealed = rules.envelope(look_up_key(), post.ref).seal(secret, "secret")
    if not _chosen(post.ref, token_digest(code), passwords.hashed(password), sealed, step):
        raise _not_invited()
    return post


@unit_of_work
def _chosen(ref: str, invitation: bytes, hashed: str, sealed: bytes, step: int) -> bool:
    rows = Means.objects.filter(post=ref, invitation=invitation)
    return bool(rows.update(invitation=b"", hashed=hashed, secret=sealed, step=step))


def prove(name: str, password: str, typed: str, sender: str, *, at: datetime) -> Post:
    """Which post this is: the one of this name whose password and code both fit. Which did not is not told."""
    known_as = name.encode("utf-8", "replace")[:80]
    limits.insist(
        (people.TRIES_FROM_A_PREFIX, people.prefix(sender).encode()), seen=[(rules.FAILURES, known_as)], at=at
    )
    post = next((one for one in posts.posts() if one.name == name), None)
    row = Means.objects.filter(post=post.ref).exclude(hashed="").first() if post else None
    fits = passwords.verified(row.hashed if row else None, password)
    if post and row and fits and _taken(row, typed, at):
        limits.clear(rules.FAILURES, known_as)
        return post
    limits.count(rules.FAILURES, known_as, at=at)
    raise NotLetIn("Post, password and code do not belong together. Try again with the next code.")


def _taken(row: Means, typed: str, at: datetime) -> bool:
    secret = rules.envelope(look_up_key(), row.post).open(bytes(row.secret), "secret")
    step = rules.code_step(secret, typed, at, row.step)
    return step is not None and _noted(row.post, step)


@unit_of_work
def _noted(ref: str, step: int) -> bool:
    return bool(Means.objects.filter(post=ref, step__lt=step).update(step=step))


@unit_of_work
def begin(post: Post, old: str, *, at: datetime) -> str:
    """Begins a session in place of the one with the token `old`; answers its token."""
    token = people.new_token()
    Session.objects.filter(token=token_digest(old)).delete()
    Session.objects.create(token=token_digest(token), post=post.ref, began=at, seen=at)
    return token


def there(token: str, *, at: datetime) -> Post | None:
    """Which post is at the desk with this token; none when the session is over, or the post is ended."""
    found = Session.objects.filter(token=token_digest(token)).first() if token else None
    if found is None or rules.is_over(found.began, found.seen, at):
        return None
    if at - found.seen >= _NOTED_EVERY:
        _note(token, at)
    return next((one for one in posts.posts() if one.ref == found.post), None)


@unit_of_work
def _note(token: str, at: datetime) -> None:
    Session.objects.filter(token=token_digest(token)).update(seen=at)


@unit_of_work
def leave(token: str) -> None:
    """Ends the session."""
    Session.objects.filter(token=token_digest(token)).delete()


def insist_on_few_trials(post: Post, *, at: datetime) -> None:
    """Refuses to try a letter out once more on the same day than anybody needs to look at it."""
    limits.insist((rules.TRIALS, post.ref.encode()), at=at)


@unit_of_work
def tidy(*, at: datetime) -> None:
    """What is over by itself goes: sessions, and invitations that nobody took up."""
    Session.objects.filter(seen__lte=at - rules.IDLE).delete()
    Session.objects.filter(began__lte=at - rules.LONGEST).delete()
    Means.objects.filter(hashed="", until__lte=at).delete()


def _invited(code: str, at: datetime) -> Post:
    row = Means.objects.filter(invitation=token_digest(code), until__gt=at).first() if code else None
    post = next((one for one in posts.posts() if row and one.ref == row.post), None)
    if post is None:
        raise _not_invited()
    return post


def _not_invited() -> NotInvited:
    message = "This invitation was used already, or its day is over. Ask for another one: `troth desk invite`."
    return NotInvited(message, field="invitation")
