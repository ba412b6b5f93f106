"""The words of new invoices are kept by one statement for all that a statement adds."""

from django.db import migrations

from enfilade.core.words import add_words_at_once


class Migration(migrations.Migration):
    """The triggers anew."""

    dependencies = [
        ("billing", "0005_words"),
    ]

    operations = [
        add_words_at_once("billing_invoice", "billing_invoiceword", "number", "note"),
    ]
