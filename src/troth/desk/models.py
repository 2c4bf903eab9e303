"""Rows of the desk: announcements, and who had a letter; posts, and how whoever holds one comes in."""

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


class Post(models.Model):
    """The name of a job at the desk, and what it may do. That it was ended is a row of its own."""

    ref = models.CharField(max_length=REF)
    ended = models.BooleanField()
    name = models.CharField(max_length=40)
    may = models.JSONField()
    at = models.DateTimeField()
    leaf = models.BinaryField(max_length=32, unique=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["ref", "ended"], name="appointed_and_ended_once")]


class Means(models.Model):
    """By what whoever holds a post comes in; before that, the invitation to choose it.

    `secret` is what their codes are made from, sealed; `step` the moment of the newest code that was taken, in
    half minutes: none before it is taken again.
    """

    post = models.CharField(max_length=REF, primary_key=True)
    invitation = models.BinaryField(max_length=32, default=b"")
    until = models.DateTimeField()
    hashed = models.CharField(max_length=200, blank=True, default="")
    secret = models.BinaryField(default=b"")
    step = models.BigIntegerField(default=0)


class Session(models.Model):
    """A browser in which somebody is at the desk. Its token is kept by the browser alone."""

    token = models.BinaryField(max_length=32, primary_key=True)
    post = models.CharField(max_length=REF, db_index=True)
    began = models.DateTimeField()
    seen = models.DateTimeField()
