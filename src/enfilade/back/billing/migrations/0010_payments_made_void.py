"""Payments that were made void after a day are found without reading every payment."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0009_open_items_and_allocation")]

    operations = [
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(condition=models.Q(("voided_on__isnull", False)), fields=["company", "voided_on"], name="payment_voided"),
        ),
    ]
