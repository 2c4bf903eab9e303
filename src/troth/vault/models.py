"""Rows of the vault. Keys are apart: :class:`PersonKey` lives in the database ``keys``."""

from typing import ClassVar

from django.db import models

REF = 35


class Person(models.Model):
    """Someone whose information is held, known by a reference alone."""

    ref = models.CharField(max_length=REF, primary_key=True)
    since = models.DateTimeField()


class PersonKey(models.Model):
    """A person's key, wrapped under the key-encryption key. Deleting the row is erasing the person."""

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
