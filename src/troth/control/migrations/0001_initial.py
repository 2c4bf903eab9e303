from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
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
    ]
