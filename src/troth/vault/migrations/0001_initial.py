from django.db import migrations, models

from troth.ledger.append_only import put_up
from troth.vault.correcting import APPEND_ONLY


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="LookUp",
            fields=[
                ("index", models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ("person", models.CharField(db_index=True, max_length=35)),
            ],
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                ("ref", models.CharField(max_length=35, primary_key=True, serialize=False)),
                ("since", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="PersonKey",
            fields=[
                ("person", models.CharField(max_length=35, primary_key=True, serialize=False)),
                ("wrapped", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="Sealed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("person", models.CharField(db_index=True, max_length=35)),
                ("record", models.CharField(max_length=35)),
                ("field", models.CharField(max_length=60)),
                ("sealed", models.BinaryField()),
                ("file", models.CharField(blank=True, default="", max_length=35)),
                ("since", models.DateTimeField()),
                ("keep_until", models.DateTimeField(db_index=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("record", "field"), name="one_value_per_field")],
            },
        ),
        migrations.CreateModel(
            name="KnownKey",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("key_id", models.CharField(max_length=8)),
            ],
        ),
        migrations.CreateModel(
            name="Correction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(max_length=35, unique=True)),
                ("person", models.CharField(db_index=True, max_length=35)),
                ("record", models.CharField(db_index=True, max_length=35)),
                ("field", models.CharField(max_length=60)),
                ("digest", models.CharField(max_length=64)),
                ("by", models.CharField(max_length=20)),
                ("at", models.DateTimeField()),
                ("leaf", models.BinaryField(max_length=32, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="Suppression",
            fields=[("digest", models.BinaryField(max_length=32, primary_key=True, serialize=False))],
        ),
        migrations.CreateModel(
            name="Unwanted",
            fields=[
                ("address_ref", models.CharField(max_length=35, primary_key=True, serialize=False)),
                ("why", models.CharField(blank=True, default="", max_length=10)),
                ("soft", models.PositiveSmallIntegerField(default=0)),
                ("since", models.DateTimeField()),
                ("last", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Erasure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("person", models.CharField(max_length=35, unique=True)),
                ("at", models.DateTimeField()),
                ("leaf", models.BinaryField(max_length=32)),
                ("recipients", models.JSONField()),
                ("swept", models.BooleanField(default=False)),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("swept", False)), fields=["at"], name="erasure_unswept"),
                ],
            },
        ),
        put_up(*APPEND_ONLY),
    ]
