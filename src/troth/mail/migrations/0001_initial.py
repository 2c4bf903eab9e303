from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Mail",
            fields=[
                ("ref", models.CharField(max_length=35, primary_key=True, serialize=False)),
                ("person", models.CharField(db_index=True, max_length=35)),
                ("sealed", models.BinaryField()),
                ("made", models.DateTimeField()),
                ("until", models.DateTimeField(db_index=True)),
                ("due", models.DateTimeField(db_index=True)),
                ("tries", models.PositiveIntegerField(default=0)),
            ],
        ),
    ]
