"""Rows about signing in. They are the person's own: none outlives its use, and all go when the person is erased."""

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
