"""Rows of the vault. Keys are apart: :class:`PersonKey` lives in the database ``keys``."""

from typing import ClassVar

from django.db import models

REF = 35


class Person(models.Model):
    """Someone whose information is held, known by a reference alone."""

    ref = models.CharField(max_length=REF, primary_key=True)
    since = models.DateTimeField()


class PersonKey(models.Model):
    """A person's key, wrapped under the key-encryption key; empty when the person was erased.

    What stays says that the key was destroyed, and not lost: what stopped half-way can be finished.
    """

    person = models.CharField(max_length=REF, primary_key=True)
    wrapped = models.BinaryField()


class KnownKey(models.Model):
    """What tells a key from others, noted when the store was begun with it. The key itself is in no database."""

    name = models.CharField(max_length=40, primary_key=True)
    key_id = models.CharField(max_length=8)


class LookUp(models.Model):
    """Finds a person by a keyed index of their address."""

    index = models.BinaryField(primary_key=True, max_length=32)
    person = models.CharField(max_length=REF, db_index=True)


class Sealed(models.Model):
    """One value of one person, readable with that person's key in this very place."""

    person = models.CharField(max_length=REF, db_index=True)
    record = models.CharField(max_length=REF)
    field = models.CharField(max_length=60)
    sealed = models.BinaryField()
    file = models.CharField(max_length=REF, blank=True, default="")
    since = models.DateTimeField()
    keep_until = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["record", "field"], name="one_value_per_field")]


class Correction(models.Model):
    """That a person put another value in the place of what they gave: the digest of what was sealed then, never it."""

    ref = models.CharField(max_length=REF, unique=True)
    person = models.CharField(max_length=REF, db_index=True)
    record = models.CharField(max_length=REF, db_index=True)
    field = models.CharField(max_length=60)
    digest = models.CharField(max_length=64)
    by = models.CharField(max_length=20)
    at = models.DateTimeField()
    leaf = models.BinaryField(max_length=32, unique=True)


class Erasure(models.Model):
    """That a person was erased, when, and the leaf of the entry that tells so. Their sealed values go after it.

    `recipients` had used what was held of them, and are to be told.
    """

    person = models.CharField(max_length=REF, unique=True)
    at = models.DateTimeField()
    leaf = models.BinaryField(max_length=32)
    recipients = models.JSONField()
    swept = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["at"], name="erasure_unswept", condition=models.Q(swept=False))]


class Suppression(models.Model):
    """That whoever has this address asked to be erased: a keyed hash that finds nobody, and nothing else of them."""

    digest = models.BinaryField(primary_key=True, max_length=32)


class Unwanted(models.Model):
    """What became of mail to the address with this reference: a keyed hash, which outlives whoever is erased.

    `why` is ``bounced`` or ``complained``, and empty as long as mail only came back for the time being, so often.
    """

    address_ref = models.CharField(max_length=REF, primary_key=True)
    why = models.CharField(max_length=10, blank=True, default="")
    soft = models.PositiveSmallIntegerField(default=0)
    since = models.DateTimeField()
    last = models.DateTimeField()
