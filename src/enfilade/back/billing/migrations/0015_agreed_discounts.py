"""A discount that was agreed is told from one that was given by hand."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0014_prices")]

    operations = [
        migrations.AddField(
            model_name="writeoff",
            name="agreed",
            field=models.BooleanField(db_default=False, default=False, editable=False, verbose_name="by the terms"),
        ),
    ]
