"""Returns in another currency than the books: what they count there, and the currency of their boxes."""

from django.db import migrations, models

import enfilade.core.fields


class Migration(migrations.Migration):
    dependencies = [
        ("tax", "0006_import_scheme"),
    ]

    operations = [
        migrations.AddField(
            model_name="taxreturn",
            name="worth_minor",
            field=enfilade.core.fields.AmountField(null=True, verbose_name="to be paid, in the books"),
        ),
        migrations.AddField(
            model_name="taxreturnbox",
            name="currency",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=3),
        ),
    ]
