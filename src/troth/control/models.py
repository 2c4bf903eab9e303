"""Rows of the room."""

from typing import ClassVar

from django.db import models

REF = 35


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
    """What a person wrote with a request, sealed under their key."""

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
