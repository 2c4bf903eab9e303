"""The outbox. A row is a letter that was not sent yet; none stays behind."""

from django.db import models

REF = 35


class Mail(models.Model):
    """A letter to one person, sealed under their key: whom it goes to, its subject and its words."""

    ref = models.CharField(max_length=REF, primary_key=True)
    person = models.CharField(max_length=REF, db_index=True)
    sealed = models.BinaryField()
    made = models.DateTimeField()
    until = models.DateTimeField(db_index=True)
    due = models.DateTimeField(db_index=True)
    tries = models.PositiveIntegerField(default=0)
