from django.db import migrations, models

from troth.consent.evidence import APPEND_ONLY
from troth.ledger.append_only import put_up


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Agreement",
            fields=[
                ("record", models.CharField(max_length=35, primary_key=True, serialize=False)),
                ("person", models.CharField(db_index=True, max_length=35)),
                ("service", models.CharField(max_length=60)),
                ("point", models.CharField(max_length=60)),
                ("statement", models.CharField(max_length=64)),
                ("version", models.PositiveIntegerField()),
                ("language", models.CharField(max_length=10)),
                ("wording", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                ("digests", models.JSONField()),
                ("receipt", models.CharField(max_length=64)),
                ("leaf", models.BinaryField(max_length=32)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("at", "leaf"), name="one_agreement_per_entry")],
            },
        ),
        migrations.CreateModel(
            name="Wording",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("body", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="Choice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("record", models.CharField(db_index=True, max_length=35)),
                ("person", models.CharField(max_length=35)),
                ("service", models.CharField(max_length=60)),
                ("purpose", models.CharField(max_length=60)),
                ("recipient", models.CharField(blank=True, default="", max_length=60)),
                ("given", models.BooleanField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["person", "service", "purpose", "recipient", "at"], name="latest_choice")
                ],
            },
        ),
        migrations.CreateModel(
            name="Wish",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(max_length=35, unique=True)),
                ("person", models.CharField(db_index=True, max_length=35)),
                ("service", models.CharField(max_length=60)),
                ("version", models.PositiveIntegerField()),
                ("kind", models.CharField(max_length=20)),
                ("about", models.CharField(blank=True, default="", max_length=121)),
                ("given", models.BooleanField()),
                ("number", models.PositiveIntegerField(default=0)),
                ("by", models.CharField(max_length=20)),
                ("follows", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("leaf", models.BinaryField(max_length=32, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="Supplement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(max_length=35, unique=True)),
                ("record", models.CharField(max_length=35)),
                ("person", models.CharField(db_index=True, max_length=35)),
                ("service", models.CharField(max_length=60)),
                ("version", models.PositiveIntegerField()),
                ("name", models.CharField(max_length=60)),
                ("field", models.CharField(max_length=60)),
                ("digest", models.CharField(max_length=64)),
                ("until", models.DateTimeField()),
                ("at", models.DateTimeField()),
                ("leaf", models.BinaryField(max_length=32, unique=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("record", "name"), name="one_supplement_of_a_name")],
            },
        ),
        put_up(*APPEND_ONLY),
    ]
