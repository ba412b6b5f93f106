"""Triggers that keep issued documents, payments and counts as they are."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql" / "guards.sql"


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]

    operations = [
        migrations.RunSQL(
            SQL.read_text(),
            "DROP FUNCTION billing_guard_invoice, billing_guard_line, billing_guard_charge, billing_guard_payment, billing_guard_drawer CASCADE",
        )
    ]
