"""The tables of the ledger, and triggers so that what stands in them stays."""

from typing import ClassVar

from django.db import migrations, models

from troth.ledger.append_only import LEDGER, put_up


class Migration(migrations.Migration):
    initial = True
    dependencies: ClassVar = []
    operations: ClassVar = [
        migrations.CreateModel(
            name="Pending",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("data", models.BinaryField()),
                ("leaf", models.BinaryField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.Func("data", 8, 24, function="substr"), models.F("leaf"), name="waits_once_per_entry"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("index", models.BigIntegerField(primary_key=True, serialize=False)),
                ("data", models.BinaryField()),
                ("leaf", models.BinaryField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.Func("data", 8, 24, function="substr"), models.F("leaf"), name="one_place_per_entry"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Tile",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("level", models.SmallIntegerField()),
                ("number", models.BigIntegerField()),
                ("hashes", models.BinaryField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("level", "number"), name="one_tile_per_place")],
            },
        ),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("size", models.BigIntegerField(primary_key=True, serialize=False)),
                ("note", models.TextField()),
                ("at", models.DateTimeField()),
            ],
        ),
        put_up(*LEDGER),
    ]
