from django.db import migrations, models


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
    ]
