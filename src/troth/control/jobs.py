"""What the room does by the clock: codes that were asked for are sent; what is over goes."""

from datetime import datetime

from troth.control import actions, answering, arrived, codes, limits, passkeys, sessions


def send_codes(at: datetime) -> int:
    """Puts the codes that were asked for into the outbox; answers how many were looked at."""
    return codes.send_asked(at=at)


def answer_mails(service: str, at: datetime) -> int:
    """Puts into the outbox what senders of mails are to be told; answers how many were told anything."""
    return answering.answer_due(service, at=at)


def tidy(at: datetime) -> None:
    """Removes every row whose time is over."""
    codes.drop_over(at=at)
    passkeys.drop_over(at=at)
    limits.drop_over(at=at)
    sessions.drop_over(at=at)
    arrived.drop_over(at=at)
    actions.end_cases(at=at)
    actions.forget_unknown()
