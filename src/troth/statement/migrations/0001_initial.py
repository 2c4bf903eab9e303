from django.db import migrations, models

from troth.ledger.append_only import put_up
from troth.statement.evidence import APPEND_ONLY


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Version",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("service", models.CharField(max_length=60)),
                ("number", models.PositiveIntegerField()),
                ("digest", models.CharField(max_length=64)),
                ("source", models.BinaryField()),
                ("published", models.DateTimeField()),
                ("effective", models.DateTimeField()),
                ("tell", models.CharField(blank=True, default="", max_length=10)),
                ("correction", models.PositiveSmallIntegerField(default=0)),
                ("leaf", models.BinaryField(max_length=32)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("service", "number"), name="one_version_per_number"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Turn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("service", models.CharField(max_length=60)),
                ("version", models.PositiveIntegerField()),
                ("kind", models.CharField(max_length=10)),
                ("effective", models.DateTimeField()),
                ("told", models.PositiveIntegerField(default=0)),
                ("at", models.DateTimeField()),
                ("leaf", models.BinaryField(max_length=32)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("service", "version", "kind"), name="one_turn_of_a_kind"),
                ],
            },
        ),
        put_up(*APPEND_ONLY),
    ]
