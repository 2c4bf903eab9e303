from django.db import migrations, models

from troth.cookies.evidence import APPEND_ONLY
from troth.ledger.append_only import put_up


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Choice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(max_length=35, unique=True)),
                ("service", models.CharField(max_length=60)),
                ("version", models.PositiveIntegerField()),
                ("asked", models.CharField(max_length=16)),
                ("language", models.CharField(max_length=10)),
                ("choices", models.JSONField()),
                ("gpc", models.BooleanField()),
                ("follows", models.CharField(blank=True, db_index=True, default="", max_length=35)),
                ("at", models.DateTimeField()),
                ("leaf", models.BinaryField(max_length=32)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("at", "leaf"), name="one_choice_per_entry")],
            },
        ),
        migrations.CreateModel(
            name="Keeping",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(max_length=35, unique=True)),
                ("person", models.CharField(db_index=True, max_length=35)),
                ("choice", models.CharField(max_length=35)),
                ("service", models.CharField(max_length=60)),
                ("given", models.BooleanField()),
                ("at", models.DateTimeField()),
                ("leaf", models.BinaryField(max_length=32, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="Signal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(max_length=35, unique=True)),
                ("person", models.CharField(max_length=35)),
                ("service", models.CharField(max_length=60)),
                ("at", models.DateTimeField()),
                ("leaf", models.BinaryField(max_length=32, unique=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("person", "service"), name="first_signal")],
            },
        ),
        migrations.CreateModel(
            name="Unregistered",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                ("kind", models.CharField(max_length=20)),
                ("times", models.PositiveBigIntegerField(default=0)),
                ("last", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("name", "kind"), name="one_count")],
            },
        ),
        put_up(*APPEND_ONLY),
    ]
