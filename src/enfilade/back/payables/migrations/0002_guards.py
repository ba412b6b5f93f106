"""Triggers that keep bills, payments and runs as they were approved, made and released, and sum up what is settled."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql" / "guards.sql"
FUNCTIONS = (
    "payables_guard_bill, payables_guard_line, payables_guard_settlement, payables_sum_bill, payables_guard_payment, payables_guard_account, "
    "payables_guard_run, payables_guard_order, payables_sum_run, payables_guard_part"
)


class Migration(migrations.Migration):
    dependencies = [("payables", "0001_initial")]

    operations = [migrations.RunSQL(SQL.read_text(), f"DROP FUNCTION {FUNCTIONS} CASCADE")]
