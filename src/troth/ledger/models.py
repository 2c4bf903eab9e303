"""Rows of the ledger. Triggers in the migration keep them append-only."""

from django.db import models


class Pending(models.Model):
    """An entry that is kept and waits for its place. It leaves only when it stands in :class:`Entry`.

    Both are found by time and leaf: what comes together stands together. By its leaf alone each new entry would go to
    another page of the index, and write all of that page again.
    """

    id = models.BigAutoField(primary_key=True)
    data = models.BinaryField()
    leaf = models.BinaryField()

    class Meta:
        constraints = (
            models.UniqueConstraint(models.Func("data", 8, 24, function="substr"), "leaf", name="waits_once_per_entry"),
        )


class Entry(models.Model):
    """An entry at its place, for good."""

    index = models.BigIntegerField(primary_key=True)
    data = models.BinaryField()
    leaf = models.BinaryField()

    class Meta:
        constraints = (
            models.UniqueConstraint(models.Func("data", 8, 24, function="substr"), "leaf", name="one_place_per_entry"),
        )


class Tile(models.Model):
    """Hashes of one level; the last tile of each level grows, the others are full."""

    id = models.BigAutoField(primary_key=True)
    level = models.SmallIntegerField()
    number = models.BigIntegerField()
    hashes = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("level", "number"), name="one_tile_per_place"),)


class Checkpoint(models.Model):
    """A size of the log that was signed and shown, for good."""

    size = models.BigIntegerField(primary_key=True)
    note = models.TextField()
    at = models.DateTimeField()
