"""Triggers of direct debits."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql" / "guards.sql"
FUNCTIONS = (
    "direct_debits_mod97, direct_debits_guard_creditor, direct_debits_guard_mandate, direct_debits_guard_amendment, direct_debits_guard_run, "
    "direct_debits_guard_collection, direct_debits_sum_run, direct_debits_guard_part"
)


class Migration(migrations.Migration):
    dependencies = [("direct_debits", "0001_initial")]

    operations = [migrations.RunSQL(SQL.read_text(), f"DROP FUNCTION {FUNCTIONS} CASCADE")]
