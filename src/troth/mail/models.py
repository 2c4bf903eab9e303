"""The outbox, issues, and what is kept about mail. Nobody's address stands here in clear."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

REF = 35


class Mail(models.Model):
    """A letter to one person, sealed under their key: whom it goes to, its subject and words. It goes once it is sent.

    Or, with an `issue`, that this goes to them: without words, which are the issue's, and it stays for a month with
    what became of it, so that nobody is sent it twice.
    """

    ref = models.CharField(max_length=REF, primary_key=True)
    person = models.CharField(max_length=REF, db_index=True)
    sealed = models.BinaryField()
    made = models.DateTimeField()
    until = models.DateTimeField()
    due = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    issue = models.CharField(max_length=REF, blank=True, default="")
    state = models.CharField(max_length=12, default="waiting")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["issue", "person"], condition=~Q(issue=""), name="an_issue_goes_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["issue", "state", "due"], name="mail_to_send"),
            models.Index(fields=["issue", "until"], name="mail_over"),
        ]


class Issue(models.Model):
    """Words that go to many: which mail of the statement it is, its file, how far it has gone, and whom it left out."""

    ref = models.CharField(max_length=REF, primary_key=True)
    service = models.CharField(max_length=60)
    mail = models.CharField(max_length=60)
    source = models.TextField()
    state = models.CharField(max_length=12, default="draft", db_index=True)
    made = models.DateTimeField()
    begun = models.DateTimeField(null=True)
    ended = models.DateTimeField(null=True)
    reached = models.CharField(max_length=REF, blank=True, default="")
    total = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    left_out = models.JSONField(default=dict)
    followed = models.JSONField(default=dict)


class Asked(models.Model):
    """That somebody was asked by mail whether their yes was theirs; a row goes after a day."""

    person = models.CharField(max_length=REF)
    about = models.CharField(max_length=60)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "about"], name="asked_once")]


class Looked(models.Model):
    """Up to which choice it was looked who is to be asked."""

    name = models.CharField(max_length=20, primary_key=True)
    number = models.BigIntegerField()
