"""Passkeys (WebAuthn Level 2): a challenge is made here, signed once by what only the person holds, and then over.

The library is loaded where it is first used: it takes as much memory as a fifth of the whole server.
"""

import hmac
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings

from troth.control import limits, rules, sessions
from troth.control.codes import Proved
from troth.control.errors import NothingThere, PasskeyRefused
from troth.control.models import Challenge, Passkey
from troth.control.rules import Device, SignedIn
from troth.ledger.work import unit_of_work
from troth.vault import reads as vault
from troth.vault.keys import look_up_key
from troth.vault.rules import context, new_ref

_CHALLENGE: Final = 32
_MOST: Final = 20
# What a credential that was made up or cut short can break in the library that reads it, beside its own errors.
_UNREADABLE: Final = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)


def begin_adding(me: SignedIn, *, at: datetime) -> str:
    """What a browser needs to make a passkey for who is signed in, as JSON."""
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers import structs

    held = Passkey.objects.filter(person=me.person).values_list("credential", flat=True)
    options = generate_registration_options(
        rp_id=_host(),
        rp_name=_host(),
        user_name=sessions.address_of(me),
        user_id=hmac.digest(look_up_key(), context("troth.v1", "sign-in", "handle", me.person), "sha256"),
        challenge=_challenge(me.person, at=at),
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=bytes(one)) for one in held],
    )
    return options_to_json(options)


def add(me: SignedIn, credential: str, device: Device, *, at: datetime) -> None:
    """Adds the passkey that a browser made, and tells the person."""
    from webauthn import verify_registration_response

    made, challenge = _read(credential, me.person, at=at)
    with _legible():
        verified = verify_registration_response(
            credential=made,
            expected_challenge=challenge,
            expected_rp_id=_host(),
            expected_origin=settings.TROTH_URL,
            require_user_verification=True,
        )
    _keep(me, verified.credential_id, verified.credential_public_key, verified.sign_count, device, at=at)


@unit_of_work
def _keep(me: SignedIn, credential: bytes, key: bytes, count: int, device: Device, *, at: datetime) -> None:
    if (
        Passkey.objects.filter(credential=credential).exists()
        or Passkey.objects.filter(person=me.person).count() >= _MOST
    ):
        raise _refused()
    ref, address = new_ref(at), sessions.address_of(me)
    Passkey.objects.create(
        ref=ref, person=me.person, credential=credential, key=key, count=count, browser=device.browser,
        system=device.system, address=sessions.sealed_address(me.person, ref, address), made=at,
    )  # fmt: skip
    sessions.tell(me.person, address, "passkey-added", device, at=at)


def begin_proving(sender: str, *, at: datetime) -> str:
    """What a browser needs to sign in with whichever passkey it holds, as JSON."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers.structs import UserVerificationRequirement

    limits.insist((rules.TRIES_FROM_A_PREFIX, rules.prefix(sender).encode()), at=at)
    options = generate_authentication_options(
        rp_id=_host(), challenge=_challenge("", at=at), user_verification=UserVerificationRequirement.REQUIRED
    )
    return options_to_json(options)


def prove(credential: str, *, at: datetime) -> Proved:
    """Whose passkey has signed the challenge."""
    from webauthn import base64url_to_bytes, verify_authentication_response

    given, challenge = _read(credential, "", at=at)
    with _legible():
        held = Passkey.objects.filter(credential=base64url_to_bytes(given["rawId"])).first()
    if held is None or not vault.known([held.person]):
        raise _refused()
    with _legible():
        verified = verify_authentication_response(
            credential=given,
            expected_challenge=challenge,
            expected_rp_id=_host(),
            expected_origin=settings.TROTH_URL,
            credential_public_key=bytes(held.key),
            credential_current_sign_count=held.count,
            require_user_verification=True,
        )
    _used(held.ref, verified.new_sign_count, at=at)
    return Proved(held.person, sessions.opened_address(held.person, held.ref, bytes(held.address)))


@unit_of_work
def _used(ref: str, count: int, *, at: datetime) -> None:
    Passkey.objects.filter(ref=ref).update(count=count, used=at)


@unit_of_work
def remove(me: SignedIn, ref: str, device: Device, *, at: datetime) -> None:
    """Removes a passkey of who is signed in, and tells them."""
    if not Passkey.objects.filter(person=me.person, ref=ref).delete()[0]:
        message = "There is no such thing any more. Load the page again."
        raise NothingThere(message)
    sessions.tell(me.person, sessions.address_of(me), "passkey-removed", device, at=at)


@unit_of_work
def _challenge(person: str, *, at: datetime) -> bytes:
    challenge = secrets.token_bytes(_CHALLENGE)
    Challenge.objects.create(digest=sha256(challenge).digest(), person=person, until=at + rules.CHALLENGE_FOR)
    return challenge


def _read(credential: str, person: str, *, at: datetime) -> tuple[dict[str, Any], bytes]:
    """What a browser answered, and the challenge in it, which is over by that whatever becomes of it."""
    from webauthn import base64url_to_bytes
    from webauthn.helpers import parse_client_data_json

    with _legible():
        given = json.loads(credential)
        challenge = parse_client_data_json(base64url_to_bytes(given["response"]["clientDataJSON"])).challenge
    if not _took(sha256(challenge).digest(), person, at=at):
        raise _refused()
    return given, challenge


@unit_of_work
def _took(digest: bytes, person: str, *, at: datetime) -> bool:
    gone, _ = Challenge.objects.filter(digest=digest, person=person, until__gt=at).delete()
    return bool(gone)


@unit_of_work
def drop_over(*, at: datetime) -> None:
    """Challenges go whose time is over."""
    Challenge.objects.filter(until__lte=at).delete()


@contextmanager
def _legible() -> Iterator[None]:
    """Refuses what cannot be read, or does not hold."""
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        yield
    except (WebAuthnException, *_UNREADABLE) as error:
        raise _refused() from error


def _refused() -> PasskeyRefused:
    return PasskeyRefused("The passkey could not be verified. Try again, or have a code sent to you.")


def _host() -> str:
    return urlsplit(settings.TROTH_URL).hostname or ""
