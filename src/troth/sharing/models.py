"""Rows of the room: each table that was released, to whom, with its bytes. Nothing here is ever updated."""

from typing import ClassVar

from django.db import models

REF, DIGEST = 35, 64


class Release(models.Model):
    """A table of the days from `first` to `last`, as it left. `epsilon` is in thousandths; without noise it is 0."""

    ref = models.CharField(max_length=REF, unique=True)
    service = models.CharField(max_length=60)
    first = models.DateField()
    last = models.DateField()
    by = models.JSONField()
    epsilon = models.PositiveIntegerField()
    recipient = models.CharField(max_length=60)
    body = models.BinaryField()
    digest = models.CharField(max_length=DIGEST)
    at = models.DateTimeField()
    leaf = models.BinaryField(max_length=32, unique=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["service", "first"], name="releases_of_days")]
