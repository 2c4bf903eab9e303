"""Rows of the visits: what was seen, its counts by the day, and the words that both name by number."""

from typing import ClassVar

from django.db import models

REF, LONGEST_WORD = 35, 500


class Word(models.Model):
    """A page, a referrer, a country and so on, once: visits name it by its number. Number 0 is no word."""

    text = models.CharField(max_length=LONGEST_WORD, unique=True)


class Seen(models.Model):
    """A visit. On PostgreSQL its table is parted by the month (see ``stores/parted.py``)."""

    service = models.BigIntegerField()
    day = models.DateField()
    hour = models.SmallIntegerField()
    page = models.BigIntegerField()
    referrer = models.BigIntegerField()
    country = models.BigIntegerField()
    isp = models.BigIntegerField()
    prefix = models.BigIntegerField()
    browser = models.BigIntegerField()
    element = models.BigIntegerField()
    visitor = models.BinaryField(max_length=16)
    person = models.CharField(max_length=REF, blank=True, default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["day", "service"], name="visits_of_a_day"),
            models.Index(fields=["person"], name="visits_of_a_person", condition=~models.Q(person="")),
        ]


class Counted(models.Model):
    """How many visits of a day have one value in one dimension; all of them together have value 0 in none."""

    service = models.BigIntegerField()
    dimension = models.CharField(max_length=10, blank=True)
    day = models.DateField()
    value = models.BigIntegerField()
    visits = models.BigIntegerField()
    visitors = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["service", "dimension", "day", "value"], name="one_count_of_a_value"),
        ]


class Monthly(models.Model):
    """The same for a whole month, by its first day: the sum of its days."""

    service = models.BigIntegerField()
    dimension = models.CharField(max_length=10, blank=True)
    month = models.DateField()
    value = models.BigIntegerField()
    visits = models.BigIntegerField()
    visitors = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["service", "dimension", "month", "value"], name="one_sum_of_a_value"),
        ]


class Unsettled(models.Model):
    """A day of which visits came that are not counted yet, and how often some came."""

    service = models.BigIntegerField()
    day = models.DateField()
    times = models.BigIntegerField(default=1)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["service", "day"], name="a_day_once")]
