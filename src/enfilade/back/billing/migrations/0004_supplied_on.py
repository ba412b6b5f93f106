"""The day of supply of each line, which an invoice has to show."""

from datetime import date

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0003_letterhead")]

    operations = [
        migrations.AddField(
            model_name="invoiceline",
            name="supplied_on",
            field=models.DateField(verbose_name="supplied", default=date(2026, 1, 1)),
            preserve_default=False,
        ),
    ]
