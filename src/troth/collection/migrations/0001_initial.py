from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Sent",
            fields=[
                ("key", models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ("body", models.BinaryField(max_length=32)),
                ("record", models.CharField(max_length=35)),
                ("person", models.CharField(max_length=35)),
                ("leaf", models.BinaryField(max_length=32)),
                ("not_kept", models.JSONField()),
                ("at", models.DateTimeField(db_index=True)),
            ],
        ),
    ]
