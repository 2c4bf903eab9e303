"""Rows of the room. Those about signing in, packages and what somebody wrote go when the person is erased.

What was asked and answered stays, and is never updated: it names nobody but a reference that leads nowhere then.
"""

from typing import ClassVar

from django.db import models

REF = 35
DIGEST = 32
MEANS = 10
DEVICE = 20


class Code(models.Model):
    """A one-time code that was asked for, whether or not anybody is held under the address that was typed.

    Address, code and language are sealed until the keeper has looked whom it is for.
    """

    ref = models.CharField(max_length=REF, primary_key=True)
    digest = models.BinaryField(max_length=DIGEST)
    sealed = models.BinaryField()
    person = models.CharField(max_length=REF, db_index=True, blank=True, default="")
    waiting = models.BooleanField(default=True)
    tries = models.PositiveSmallIntegerField(default=0)
    made = models.DateTimeField()
    until = models.DateTimeField(db_index=True)


class Session(models.Model):
    """A browser in which a person is signed in. Its token is kept by the browser alone."""

    ref = models.CharField(max_length=REF, primary_key=True)
    person = models.CharField(max_length=REF, db_index=True)
    token = models.BinaryField(max_length=DIGEST, unique=True)
    means = models.CharField(max_length=MEANS)
    browser = models.CharField(max_length=DEVICE, blank=True, default="")
    system = models.CharField(max_length=DEVICE, blank=True, default="")
    address = models.BinaryField()
    began = models.DateTimeField()
    proved = models.DateTimeField()
    seen = models.DateTimeField()


class SignIn(models.Model):
    """That a person signed in: when, how, and on what kind of device."""

    person = models.CharField(max_length=REF, db_index=True)
    at = models.DateTimeField(db_index=True)
    means = models.CharField(max_length=MEANS)
    browser = models.CharField(max_length=DEVICE, blank=True, default="")
    system = models.CharField(max_length=DEVICE, blank=True, default="")


class Passkey(models.Model):
    """A passkey of a person: what verifies it, and their address, sealed, to tell them when it is used."""

    ref = models.CharField(max_length=REF, primary_key=True)
    person = models.CharField(max_length=REF, db_index=True)
    credential = models.BinaryField(max_length=1023, unique=True)
    key = models.BinaryField()
    count = models.BigIntegerField()
    address = models.BinaryField()
    browser = models.CharField(max_length=DEVICE, blank=True, default="")
    system = models.CharField(max_length=DEVICE, blank=True, default="")
    made = models.DateTimeField()
    used = models.DateTimeField(null=True)


class Challenge(models.Model):
    """What a passkey is to sign, once: to be added to a person, or to sign in."""

    digest = models.BinaryField(max_length=DIGEST, primary_key=True)
    person = models.CharField(max_length=REF, db_index=True, blank=True, default="")
    until = models.DateTimeField(db_index=True)


class Password(models.Model):
    """The password of a person, as argon2id leaves it."""

    person = models.CharField(max_length=REF, primary_key=True)
    hashed = models.CharField(max_length=200)
    made = models.DateTimeField()


class Tally(models.Model):
    """How often something was tried for one address or from one prefix, by a keyed digest of it."""

    digest = models.BinaryField(max_length=DIGEST, primary_key=True)
    count = models.PositiveIntegerField()
    over = models.DateTimeField(db_index=True)


class ToTell(models.Model):
    """A recipient that had a value and is to be told that it was put right. It waits until somebody can be sent it."""

    person = models.CharField(max_length=REF, db_index=True)
    record = models.CharField(max_length=REF)
    field = models.CharField(max_length=60)
    recipient = models.CharField(max_length=60)
    state = models.CharField(max_length=MEANS, default="waiting")
    at = models.DateTimeField()


class Request(models.Model):
    """Somebody asks for something, through whichever door; what became of it stands in :class:`Answer`.

    `due` is the day by which `law` wants it answered, `longest` the one if the answer is extended.
    """

    ref = models.CharField(max_length=REF, unique=True)
    person = models.CharField(max_length=REF, db_index=True, blank=True, default="")
    service = models.CharField(max_length=60)
    asked = models.CharField(max_length=20)
    door = models.CharField(max_length=10)
    by = models.CharField(max_length=60)
    law = models.CharField(max_length=20)
    due = models.DateField()
    longest = models.DateField()
    at = models.DateTimeField()
    leaf = models.BinaryField(max_length=32, unique=True)


class Answer(models.Model):
    """An answer takes longer, or is given. Nothing here is ever updated."""

    request = models.CharField(max_length=REF)
    step = models.CharField(max_length=10)
    due = models.DateField()
    outcome = models.CharField(max_length=20, blank=True, default="")
    reason = models.CharField(max_length=20, blank=True, default="")
    by = models.CharField(max_length=60)
    at = models.DateTimeField()
    leaf = models.BinaryField(max_length=32, unique=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["request", "step"], name="answered_once")]


class Words(models.Model):
    """What was written with a request, sealed under the key of the person, or of the case if nobody knows who it is."""

    request = models.CharField(max_length=REF, primary_key=True)
    person = models.CharField(max_length=REF, db_index=True)
    sealed = models.BinaryField()


class Export(models.Model):
    """A package of everything that is held of a person, by the request that it answers.

    `file` is there once one is being written, its `key`, sealed under the person's, once it is whole.
    """

    ref = models.CharField(max_length=REF, primary_key=True)
    person = models.CharField(max_length=REF, db_index=True)
    language = models.CharField(max_length=10)
    state = models.CharField(max_length=10)
    file = models.CharField(max_length=REF, blank=True, default="")
    key = models.BinaryField(default=b"")
    size = models.BigIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    at = models.DateTimeField()
    expires = models.DateTimeField()


class Arrived(models.Model):
    """That a mail came, by a keyed digest of it: handed over again, it is the same."""

    digest = models.BinaryField(max_length=DIGEST, primary_key=True)
    until = models.DateTimeField(db_index=True)


class Mailed(models.Model):
    """That a request came by mail, and how far it is with what its sender is told.

    `person` is who is known by the address that the mail says it is from; where `case`, it is the key of the case,
    under which that address is sealed. `due` is there as long as something is to be sent.
    """

    request = models.CharField(max_length=REF, primary_key=True)
    person = models.CharField(max_length=REF, db_index=True)
    case = models.BooleanField()
    sealed = models.BinaryField(default=b"")
    language = models.CharField(max_length=10)
    state = models.CharField(max_length=10)
    at = models.DateTimeField()
    due = models.DateTimeField(null=True, db_index=True)
    until = models.DateTimeField(db_index=True)


class Enclosed(models.Model):
    """A file that came with a request by mail, with what it calls itself, sealed as its words are."""

    ref = models.CharField(max_length=REF, primary_key=True)
    request = models.CharField(max_length=REF, db_index=True)
    person = models.CharField(max_length=REF, db_index=True)
    sealed = models.BinaryField()
