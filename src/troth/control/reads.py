"""What a person is shown of how they sign in."""

from datetime import datetime
from typing import Final, NamedTuple

from troth.control import rules
from troth.control.models import Passkey, Password, Session, SignIn
from troth.control.rules import Device, SignedIn

_MOST: Final = 50


class Seen(NamedTuple):
    """A session, sign-in or passkey: on what device, by what means, since when and when last."""

    device: Device
    at: datetime
    means: str = ""
    ref: str = ""
    last: datetime | None = None
    here: bool = False


def sessions_of(me: SignedIn, *, at: datetime) -> list[Seen]:
    """Where the person is signed in, this browser first."""
    rows = Session.objects.filter(person=me.person, seen__gt=at - rules.IDLE, began__gt=at - rules.LONGEST)
    found = [
        Seen(Device(one.browser, one.system), one.began, one.means, one.ref, one.seen, one.ref == me.session)
        for one in rows.order_by("-seen")
    ]
    return sorted(found, key=lambda one: not one.here)


def sign_ins_of(person: str) -> list[Seen]:
    """The last times that the person signed in, the newest first."""
    rows = SignIn.objects.filter(person=person).order_by("-at", "-pk")[:_MOST]
    return [Seen(Device(one.browser, one.system), one.at, one.means) for one in rows]


def passkeys_of(person: str) -> list[Seen]:
    """The passkeys of the person, the oldest first."""
    rows = Passkey.objects.filter(person=person).order_by("ref")
    return [Seen(Device(one.browser, one.system), one.made, "passkey", one.ref, one.used) for one in rows]


def password_since(person: str) -> datetime | None:
    """Since when the person has their password, if they have one."""
    return Password.objects.filter(person=person).values_list("made", flat=True).first()
