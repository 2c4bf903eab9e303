"""The tables of the visits; that of the visits themselves is parted by the month on PostgreSQL."""

from typing import ClassVar

from django.db import migrations, models

from troth.visits.stores.parted import by_month


class Migration(migrations.Migration):
    initial = True
    dependencies: ClassVar = []
    operations: ClassVar = [
        migrations.CreateModel(
            name="Word",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=500, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="Counted",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("service", models.BigIntegerField()),
                ("dimension", models.CharField(blank=True, max_length=10)),
                ("day", models.DateField()),
                ("value", models.BigIntegerField()),
                ("visits", models.BigIntegerField()),
                ("visitors", models.BigIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("service", "dimension", "day", "value"), name="one_count_of_a_value"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Monthly",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("service", models.BigIntegerField()),
                ("dimension", models.CharField(blank=True, max_length=10)),
                ("month", models.DateField()),
                ("value", models.BigIntegerField()),
                ("visits", models.BigIntegerField()),
                ("visitors", models.BigIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("service", "dimension", "month", "value"), name="one_sum_of_a_value"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Seen",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("service", models.BigIntegerField()),
                ("day", models.DateField()),
                ("hour", models.SmallIntegerField()),
                ("page", models.BigIntegerField()),
                ("referrer", models.BigIntegerField()),
                ("country", models.BigIntegerField()),
                ("isp", models.BigIntegerField()),
                ("prefix", models.BigIntegerField()),
                ("browser", models.BigIntegerField()),
                ("element", models.BigIntegerField()),
                ("visitor", models.BinaryField(max_length=16)),
                ("person", models.CharField(blank=True, default="", max_length=35)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["day", "service"], name="visits_of_a_day"),
                    models.Index(
                        condition=models.Q(("person", ""), _negated=True), fields=["person"], name="visits_of_a_person"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Unsettled",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("service", models.BigIntegerField()),
                ("day", models.DateField()),
                ("times", models.BigIntegerField(default=1)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("service", "day"), name="a_day_once")],
            },
        ),
        by_month(),
    ]
