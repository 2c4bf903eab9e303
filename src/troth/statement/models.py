"""Rows of the statement room: what was published, when, and since when it holds."""

from typing import ClassVar

from django.db import models


class Version(models.Model):
    """A published version of a service's statement. It is never changed."""

    service = models.CharField(max_length=60)
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    source = models.BinaryField()
    published = models.DateTimeField()
    effective = models.DateTimeField()
    leaf = models.BinaryField(max_length=32)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["service", "number"], name="one_version_per_number"),
            models.UniqueConstraint(fields=["service", "digest"], name="one_version_per_digest"),
        ]
