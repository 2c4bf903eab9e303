"""Rows of the consent room. Nothing here is ever updated."""

from django.db import models

REF, DIGEST = 35, 64


class Wording(models.Model):
    """Words that many submissions have in common, once: what people were shown, and the pattern of their receipts."""

    digest = models.CharField(max_length=DIGEST, primary_key=True)
    body = models.BinaryField()


class Agreement(models.Model):
    """A submission, bound to the statement, the language and the wording that were shown."""

    record = models.CharField(max_length=REF, primary_key=True)
    person = models.CharField(max_length=REF, db_index=True)
    service = models.CharField(max_length=60)
    point = models.CharField(max_length=60)
    statement = models.CharField(max_length=DIGEST)
    version = models.PositiveIntegerField()
    language = models.CharField(max_length=10)
    wording = models.CharField(max_length=DIGEST)
    at = models.DateTimeField()
    digests = models.JSONField()
    receipt = models.CharField(max_length=DIGEST)
    leaf = models.BinaryField(max_length=32)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("at", "leaf"), name="one_agreement_per_entry"),)


class Choice(models.Model):
    """One purpose, given or refused, at one time. What a person said last of a service and purpose holds."""

    record = models.CharField(max_length=REF, db_index=True)
    person = models.CharField(max_length=REF)
    service = models.CharField(max_length=60)
    purpose = models.CharField(max_length=60)
    recipient = models.CharField(max_length=60, blank=True, default="")
    given = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["person", "service", "purpose", "recipient", "at"], name="latest_choice"),)


class Supplement(models.Model):
    """What was added from elsewhere to complete one submission: a value of its own, that ends with it (P08).

    `ref` is the record under which the vault holds it, `record` the submission that it is for.
    """

    ref = models.CharField(max_length=REF, unique=True)
    record = models.CharField(max_length=REF)
    person = models.CharField(max_length=REF, db_index=True)
    service = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    name = models.CharField(max_length=60)
    field = models.CharField(max_length=60)
    digest = models.CharField(max_length=DIGEST)
    until = models.DateTimeField()
    at = models.DateTimeField()
    leaf = models.BinaryField(max_length=32, unique=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("record", "name"), name="one_supplement_of_a_name"),)


class Wish(models.Model):
    """What a person said apart from any submission: a yes or no, an objection, a restriction, what they accept.

    `follows` is the number of the last choice before it: the two together are in the order in which they were said,
    whatever a clock was set to.
    """

    ref = models.CharField(max_length=REF, unique=True)
    person = models.CharField(max_length=REF, db_index=True)
    service = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    kind = models.CharField(max_length=20)
    about = models.CharField(max_length=121, blank=True, default="")
    given = models.BooleanField()
    number = models.PositiveIntegerField(default=0)
    by = models.CharField(max_length=20)
    follows = models.BigIntegerField()
    at = models.DateTimeField()
    leaf = models.BinaryField(max_length=32, unique=True)
