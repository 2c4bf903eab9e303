from django.db import migrations, models

from troth.control.evidence_requests import APPEND_ONLY
from troth.ledger.append_only import put_up


class Migration(migrations.Migration):
    dependencies = [
        ("control", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Export",
            fields=[
                ("ref", models.CharField(max_length=35, primary_key=True, serialize=False)),
                ("person", models.CharField(db_index=True, max_length=35)),
                ("language", models.CharField(max_length=10)),
                ("state", models.CharField(max_length=10)),
                ("file", models.CharField(blank=True, default="", max_length=35)),
                ("key", models.BinaryField(default=b"")),
                ("size", models.BigIntegerField(default=0)),
                ("done", models.PositiveIntegerField(default=0)),
                ("total", models.PositiveIntegerField(default=0)),
                ("at", models.DateTimeField()),
                ("expires", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Request",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(max_length=35, unique=True)),
                ("person", models.CharField(blank=True, db_index=True, default="", max_length=35)),
                ("service", models.CharField(max_length=60)),
                ("asked", models.CharField(max_length=20)),
                ("door", models.CharField(max_length=10)),
                ("by", models.CharField(max_length=60)),
                ("law", models.CharField(max_length=20)),
                ("due", models.DateField()),
                ("longest", models.DateField()),
                ("at", models.DateTimeField()),
                ("leaf", models.BinaryField(max_length=32, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="Words",
            fields=[
                ("request", models.CharField(max_length=35, primary_key=True, serialize=False)),
                ("person", models.CharField(db_index=True, max_length=35)),
                ("sealed", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="Answer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("request", models.CharField(max_length=35)),
                ("step", models.CharField(max_length=10)),
                ("due", models.DateField()),
                ("outcome", models.CharField(blank=True, default="", max_length=20)),
                ("reason", models.CharField(blank=True, default="", max_length=20)),
                ("by", models.CharField(max_length=60)),
                ("at", models.DateTimeField()),
                ("leaf", models.BinaryField(max_length=32, unique=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("request", "step"), name="answered_once")],
            },
        ),
        put_up(*APPEND_ONLY),
    ]
