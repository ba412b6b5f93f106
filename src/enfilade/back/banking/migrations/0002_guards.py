"""Triggers that keep what the bank said as it is, and sum up what is matched of it."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql" / "guards.sql"


class Migration(migrations.Migration):
    dependencies = [("banking", "0001_initial")]

    operations = [
        migrations.RunSQL(
            SQL.read_text(), "DROP FUNCTION banking_guard_line, banking_guard_match, banking_sum_line, banking_guard_account CASCADE"
        )
    ]
