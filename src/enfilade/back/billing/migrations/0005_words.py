"""The words under which invoices are found."""

import django.db.models.deletion
from django.db import migrations, models

from enfilade.core.words import keep_words


class Migration(migrations.Migration):
    """The table; then the trigger that keeps it, and the words of the rows that are there."""

    dependencies = [
        ("billing", "0004_supplied_on"),
        ("core", "0014_erased_files"),
    ]

    operations = [
        migrations.CreateModel(
            name="InvoiceWord",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "company_id", "row_id", "word", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("word", models.TextField(db_collation="C")),
                ("label", models.TextField()),
                (
                    "company",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="core.company",
                    ),
                ),
                (
                    "row",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="words",
                        to="billing.invoice",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["company", "word"], include=("row", "label"), name="invoice_by_word")],
            },
        ),
        keep_words("billing_invoice", "billing_invoiceword", "number", "note"),
    ]
