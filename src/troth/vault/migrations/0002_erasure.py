from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("vault", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Suppression",
            fields=[("digest", models.BinaryField(max_length=32, primary_key=True, serialize=False))],
        ),
        migrations.CreateModel(
            name="Erasure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("person", models.CharField(max_length=35, unique=True)),
                ("at", models.DateTimeField()),
                ("leaf", models.BinaryField(max_length=32)),
                ("recipients", models.JSONField()),
                ("swept", models.BooleanField(default=False)),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("swept", False)), fields=["at"], name="erasure_unswept"),
                ],
            },
        ),
    ]
