"""Rows of the statement room: what was published, when, since when it holds, and what became of it."""

from typing import ClassVar

from django.db import models


class Version(models.Model):
    """A published version of a service's statement. It is never changed.

    `effective` is its day; one whose `tell` is ``mail`` does not hold before a :class:`Turn` says that it was
    announced, and then from the day that is said there. `correction`: it puts a typo right, nothing else.
    """

    service = models.CharField(max_length=60)
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    source = models.BinaryField()
    published = models.DateTimeField()
    effective = models.DateTimeField()
    tell = models.CharField(max_length=10, blank=True, default="")
    # No boolean: SQLite hands any number but 1 over as no.
    correction = models.PositiveSmallIntegerField(default=0)
    leaf = models.BinaryField(max_length=32)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["service", "number"], name="one_version_per_number"),
        ]


class Turn(models.Model):
    """What became of a version: ``announced`` to everybody, ``begun``, or ``retracted``. It is never changed.

    `effective` is the day from which it holds by that; `told` how many had a letter.
    """

    service = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    kind = models.CharField(max_length=10)
    effective = models.DateTimeField()
    told = models.PositiveIntegerField(default=0)
    at = models.DateTimeField()
    leaf = models.BinaryField(max_length=32)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["service", "version", "kind"], name="one_turn_of_a_kind"),
        ]
