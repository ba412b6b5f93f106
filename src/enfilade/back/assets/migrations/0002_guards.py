"""Triggers that keep what moved assets as it was, and sum it up."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql" / "guards.sql"
FUNCTIONS = "assets_guard_asset, assets_sum_asset, assets_guard_movement, assets_guard_terms, assets_guard_run, assets_guard_class"


class Migration(migrations.Migration):
    dependencies = [("assets", "0001_initial")]

    operations = [migrations.RunSQL(SQL.read_text(), f"DROP FUNCTION {FUNCTIONS} CASCADE")]
