from django.db import migrations, models

from troth.ledger.append_only import put_up
from troth.use.evidence import APPEND_ONLY


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Use",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(max_length=35, unique=True)),
                ("service", models.CharField(max_length=60)),
                ("purpose", models.CharField(max_length=70)),
                ("recipient", models.CharField(blank=True, default="", max_length=60)),
                ("country", models.CharField(blank=True, default="", max_length=2)),
                ("fields", models.JSONField()),
                ("persons", models.PositiveIntegerField()),
                ("by", models.CharField(max_length=60)),
                ("at", models.DateTimeField()),
                ("leaf", models.BinaryField(max_length=32, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="Used",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("use", models.BigIntegerField(db_index=True)),
                ("person", models.CharField(db_index=True, max_length=35)),
            ],
        ),
        migrations.CreateModel(
            name="Crowd",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("use", models.BigIntegerField()),
                ("first", models.CharField(max_length=35)),
                ("refs", models.TextField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("use", "first"), name="one_crowd_from_each")],
            },
        ),
        migrations.CreateModel(
            name="Token",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(max_length=35)),
                ("ended", models.BooleanField()),
                ("digest", models.BinaryField(max_length=32)),
                ("purposes", models.JSONField()),
                ("recipient", models.CharField(blank=True, default="", max_length=60)),
                ("expires", models.DateTimeField()),
                ("at", models.DateTimeField()),
                ("leaf", models.BinaryField(max_length=32, unique=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("ref", "ended"), name="made_and_ended_once")],
                "indexes": [models.Index(fields=["digest"], name="token_by_digest")],
            },
        ),
        put_up(*APPEND_ONLY),
    ]
