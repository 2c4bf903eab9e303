"""Rows of the cookies room. Choices, what people keep of them, and signals are never updated."""

from django.db import models

from troth.cookies.rules import DIGEST, REF

PERSON, LEAF = 35, 32


class Choice(models.Model):
    """What was chosen in one browser at one time. No address, and nobody's until somebody keeps it.

    `follows` is the reference of the choice that it takes the place of, in the same browser.
    """

    ref = models.CharField(max_length=REF, unique=True)
    service = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    asked = models.CharField(max_length=DIGEST)
    language = models.CharField(max_length=10)
    choices = models.JSONField()
    gpc = models.BooleanField()
    follows = models.CharField(max_length=REF, blank=True, default="", db_index=True)
    at = models.DateTimeField()
    leaf = models.BinaryField(max_length=LEAF)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("at", "leaf"), name="one_choice_per_entry"),)


class Keeping(models.Model):
    """A person keeps a choice with what is held of them, or keeps it no more: what they said last holds."""

    ref = models.CharField(max_length=PERSON, unique=True)
    person = models.CharField(max_length=PERSON, db_index=True)
    choice = models.CharField(max_length=REF)
    service = models.CharField(max_length=60)
    given = models.BooleanField()
    at = models.DateTimeField()
    leaf = models.BinaryField(max_length=LEAF, unique=True)


class Signal(models.Model):
    """A person's browser first told us by Global Privacy Control not to sell or share what is theirs."""

    ref = models.CharField(max_length=PERSON, unique=True)
    person = models.CharField(max_length=PERSON)
    service = models.CharField(max_length=60)
    at = models.DateTimeField()
    leaf = models.BinaryField(max_length=LEAF, unique=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("person", "service"), name="first_signal"),)


class Unregistered(models.Model):
    """Something that pages found in browsers and that the statement does not declare."""

    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=20)
    times = models.PositiveBigIntegerField(default=0)
    last = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("name", "kind"), name="one_count"),)
