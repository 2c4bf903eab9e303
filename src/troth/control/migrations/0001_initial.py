from django.db import migrations, models

from troth.control.evidence_requests import APPEND_ONLY
from troth.ledger.append_only import put_up


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Arrived",
            fields=[
                ("digest", models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ("until", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="Mailed",
            fields=[
                ("request", models.CharField(max_length=35, primary_key=True, serialize=False)),
                ("person", models.CharField(db_index=True, max_length=35)),
                ("case", models.BooleanField()),
                ("sealed", models.BinaryField(default=b"")),
                ("language", models.CharField(max_length=10)),
                ("state", models.CharField(max_length=10)),
                ("at", models.DateTimeField()),
                ("due", models.DateTimeField(db_index=True, null=True)),
                ("until", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="Enclosed",
            fields=[
                ("ref", models.CharField(max_length=35, primary_key=True, serialize=False)),
                ("request", models.CharField(db_index=True, max_length=35)),
                ("person", models.CharField(db_index=True, max_length=35)),
                ("sealed", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="Challenge",
            fields=[
                ("digest", models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ("person", models.CharField(blank=True, db_index=True, default="", max_length=35)),
                ("until", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="Code",
            fields=[
                ("ref", models.CharField(max_length=35, primary_key=True, serialize=False)),
                ("digest", models.BinaryField(max_length=32)),
                ("sealed", models.BinaryField()),
                ("person", models.CharField(blank=True, db_index=True, default="", max_length=35)),
                ("waiting", models.BooleanField(default=True)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("made", models.DateTimeField()),
                ("until", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="Passkey",
            fields=[
                ("ref", models.CharField(max_length=35, primary_key=True, serialize=False)),
                ("person", models.CharField(db_index=True, max_length=35)),
                ("credential", models.BinaryField(max_length=1023, unique=True)),
                ("key", models.BinaryField()),
                ("count", models.BigIntegerField()),
                ("address", models.BinaryField()),
                ("browser", models.CharField(blank=True, default="", max_length=20)),
                ("system", models.CharField(blank=True, default="", max_length=20)),
                ("made", models.DateTimeField()),
                ("used", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Password",
            fields=[
                ("person", models.CharField(max_length=35, primary_key=True, serialize=False)),
                ("hashed", models.CharField(max_length=200)),
                ("made", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                ("ref", models.CharField(max_length=35, primary_key=True, serialize=False)),
                ("person", models.CharField(db_index=True, max_length=35)),
                ("token", models.BinaryField(max_length=32, unique=True)),
                ("means", models.CharField(max_length=10)),
                ("browser", models.CharField(blank=True, default="", max_length=20)),
                ("system", models.CharField(blank=True, default="", max_length=20)),
                ("address", models.BinaryField()),
                ("began", models.DateTimeField()),
                ("proved", models.DateTimeField()),
                ("seen", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="SignIn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("person", models.CharField(db_index=True, max_length=35)),
                ("at", models.DateTimeField(db_index=True)),
                ("means", models.CharField(max_length=10)),
                ("browser", models.CharField(blank=True, default="", max_length=20)),
                ("system", models.CharField(blank=True, default="", max_length=20)),
            ],
        ),
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("digest", models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ("count", models.PositiveIntegerField()),
                ("over", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="ToTell",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("person", models.CharField(db_index=True, max_length=35)),
                ("record", models.CharField(max_length=35)),
                ("field", models.CharField(max_length=60)),
                ("recipient", models.CharField(max_length=60)),
                ("state", models.CharField(default="waiting", max_length=10)),
                ("at", models.DateTimeField()),
            ],
        ),
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
