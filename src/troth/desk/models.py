"""Rows of the desk: announcements, and who had a letter."""

from typing import ClassVar

from django.db import models

REF = 35


class Announcement(models.Model):
    """Telling people by letter of a version: that it comes, or that it was retracted (`kind`).

    `points` are those at which whoever gave something is told; null for everybody. `after` is how far it came: behind
    which person, or behind which letter. `told` counts letters, `without` those whose address may not be used for it.
    `gone`: up to which letter all were handed over. `all_told`: no letter is to be written any more.
    """

    version = models.PositiveIntegerField()
    kind = models.CharField(max_length=10)
    points = models.JSONField(null=True)
    after = models.CharField(max_length=REF, blank=True, default="")
    told = models.PositiveIntegerField(default=0)
    without = models.PositiveIntegerField(default=0)
    gone = models.BigIntegerField(default=0)
    all_told = models.BooleanField(default=False)
    done = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "kind"], name="one_announcement_of_a_kind"),
        ]


class Told(models.Model):
    """A letter of an announcement: whom it is for, and where it stands in the outbox until it was sent."""

    version = models.PositiveIntegerField()
    kind = models.CharField(max_length=10)
    person = models.CharField(max_length=REF)
    mail = models.CharField(max_length=REF)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "kind", "person"], name="told_once"),
        ]
