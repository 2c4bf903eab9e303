"""Rows of the collection room: which submissions already came in."""

from django.db import models


class Sent(models.Model):
    """A submission by its key: the form's one-time token, or the client's idempotency key. Kept for two days."""

    key = models.BinaryField(primary_key=True, max_length=32)
    body = models.BinaryField(max_length=32)
    record = models.CharField(max_length=35)
    person = models.CharField(max_length=35)
    leaf = models.BinaryField(max_length=32)
    not_kept = models.JSONField()
    at = models.DateTimeField(db_index=True)
