"""Triggers that keep a return as it was filed."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql" / "returns.sql"


class Migration(migrations.Migration):
    dependencies = [("tax", "0002_returns")]

    operations = [migrations.RunSQL(SQL.read_text(), "DROP FUNCTION tax_guard_return, tax_guard_box CASCADE")]
