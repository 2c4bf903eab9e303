"""The table of the room; what left stays in it."""

from typing import ClassVar

from django.db import migrations, models

from troth.ledger.append_only import put_up
from troth.sharing.evidence import APPEND_ONLY


class Migration(migrations.Migration):
    initial = True
    dependencies: ClassVar = []
    operations: ClassVar = [
        migrations.CreateModel(
            name="Release",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(max_length=35, unique=True)),
                ("service", models.CharField(max_length=60)),
                ("first", models.DateField()),
                ("last", models.DateField()),
                ("by", models.JSONField()),
                ("epsilon", models.PositiveIntegerField()),
                ("recipient", models.CharField(max_length=60)),
                ("body", models.BinaryField()),
                ("digest", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                ("leaf", models.BinaryField(max_length=32, unique=True)),
            ],
            options={
                "indexes": [models.Index(fields=["service", "first"], name="releases_of_days")],
            },
        ),
        put_up(*APPEND_ONLY),
    ]
