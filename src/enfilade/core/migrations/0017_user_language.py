from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0016_upload_keys"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="language",
            field=models.CharField(blank=True, db_default="", default="", help_text="Empty: the language of the company.", max_length=8),
        ),
    ]
