"""Rows of the room: each use with those it was of, and the tokens of programs. Nothing here is ever updated."""

from typing import ClassVar

from django.db import models

REF = 35
# Up to so many persons of a use have a row each; beyond, so many share one.
FEW = 100
CROWD = 256


class Use(models.Model):
    """Values were opened: for what, by whom, how many."""

    ref = models.CharField(max_length=REF, unique=True)
    service = models.CharField(max_length=60)
    purpose = models.CharField(max_length=70)
    recipient = models.CharField(max_length=60, blank=True, default="")
    country = models.CharField(max_length=2, blank=True, default="")
    fields = models.JSONField()
    persons = models.PositiveIntegerField()
    by = models.CharField(max_length=60)
    at = models.DateTimeField()
    leaf = models.BinaryField(max_length=32, unique=True)


class Used(models.Model):
    """A person whose values a use of few opened, by the number of the use."""

    use = models.BigIntegerField(db_index=True)
    person = models.CharField(max_length=REF, db_index=True)


class Crowd(models.Model):
    """Some of those whose values a use of many opened, in order and one behind the other, from `first` on.

    A row for each would take longer than opening their values.
    """

    use = models.BigIntegerField()
    first = models.CharField(max_length=REF)
    refs = models.TextField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["use", "first"], name="one_crowd_from_each")]


class Token(models.Model):
    """What a program may ask; the token itself is kept by nobody here. That it was ended is a row of its own."""

    ref = models.CharField(max_length=REF)
    ended = models.BooleanField()
    digest = models.BinaryField(max_length=32)
    purposes = models.JSONField()
    recipient = models.CharField(max_length=60, blank=True, default="")
    expires = models.DateTimeField()
    at = models.DateTimeField()
    leaf = models.BinaryField(max_length=32, unique=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["ref", "ended"], name="made_and_ended_once")]
        indexes: ClassVar = [models.Index(fields=["digest"], name="token_by_digest")]
