from django.db import migrations, models

from troth.desk.evidence import APPEND_ONLY
from troth.ledger.append_only import put_up


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Announcement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField()),
                ("kind", models.CharField(max_length=10)),
                ("points", models.JSONField(null=True)),
                ("after", models.CharField(blank=True, default="", max_length=35)),
                ("told", models.PositiveIntegerField(default=0)),
                ("without", models.PositiveIntegerField(default=0)),
                ("gone", models.BigIntegerField(default=0)),
                ("all_told", models.BooleanField(default=False)),
                ("done", models.BooleanField(default=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("version", "kind"), name="one_announcement_of_a_kind"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Told",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField()),
                ("kind", models.CharField(max_length=10)),
                ("person", models.CharField(max_length=35)),
                ("mail", models.CharField(max_length=35)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("version", "kind", "person"), name="told_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Post",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(max_length=35)),
                ("ended", models.BooleanField()),
                ("name", models.CharField(max_length=40)),
                ("may", models.JSONField()),
                ("at", models.DateTimeField()),
                ("leaf", models.BinaryField(max_length=32, unique=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("ref", "ended"), name="appointed_and_ended_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Means",
            fields=[
                ("post", models.CharField(max_length=35, primary_key=True, serialize=False)),
                ("invitation", models.BinaryField(default=b"", max_length=32)),
                ("until", models.DateTimeField()),
                ("hashed", models.CharField(blank=True, default="", max_length=200)),
                ("secret", models.BinaryField(default=b"")),
                ("step", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                ("token", models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ("post", models.CharField(db_index=True, max_length=35)),
                ("began", models.DateTimeField()),
                ("seen", models.DateTimeField()),
            ],
        ),
        put_up(*APPEND_ONLY),
    ]
