"""Bills that were made void after a day are found without reading every bill."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payables", "0002_guards")]

    operations = [
        migrations.AddIndex(
            model_name="bill",
            index=models.Index(condition=models.Q(("voided_on__isnull", False)), fields=["company", "voided_on"], name="bill_voided"),
        ),
    ]
