from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Issue",
            fields=[
                ("ref", models.CharField(max_length=35, primary_key=True, serialize=False)),
                ("service", models.CharField(max_length=60)),
                ("mail", models.CharField(max_length=60)),
                ("source", models.TextField()),
                ("state", models.CharField(db_index=True, default="draft", max_length=12)),
                ("made", models.DateTimeField()),
                ("begun", models.DateTimeField(null=True)),
                ("ended", models.DateTimeField(null=True)),
                ("reached", models.CharField(blank=True, default="", max_length=35)),
                ("total", models.PositiveIntegerField(default=0)),
                ("counts", models.JSONField(default=dict)),
                ("left_out", models.JSONField(default=dict)),
                ("followed", models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name="Looked",
            fields=[
                ("name", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("number", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Asked",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("person", models.CharField(max_length=35)),
                ("about", models.CharField(max_length=60)),
                ("at", models.DateTimeField(db_index=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("person", "about"), name="asked_once")],
            },
        ),
        migrations.CreateModel(
            name="Mail",
            fields=[
                ("ref", models.CharField(max_length=35, primary_key=True, serialize=False)),
                ("person", models.CharField(db_index=True, max_length=35)),
                ("sealed", models.BinaryField()),
                ("made", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("due", models.DateTimeField()),
                ("tries", models.PositiveIntegerField(default=0)),
                ("issue", models.CharField(blank=True, default="", max_length=35)),
                ("state", models.CharField(default="waiting", max_length=12)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["issue", "state", "due"], name="mail_to_send"),
                    models.Index(fields=["issue", "until"], name="mail_over"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("issue", ""), _negated=True),
                        fields=("issue", "person"),
                        name="an_issue_goes_once",
                    )
                ],
            },
        ),
    ]
