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
                ("leaf", models.BinaryField(max_length=32)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("service", "number"), name="one_version_per_number"),
                    models.UniqueConstraint(fields=("service", "digest"), name="one_version_per_digest"),
                ],
            },
        ),
        put_up(*APPEND_ONLY),
    ]
