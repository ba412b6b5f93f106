"""An account at a bank may be kept in a foreign currency."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql" / "guards.sql"


class Migration(migrations.Migration):
    dependencies = [("banking", "0004_on_account_and_discount")]

    operations = [migrations.RunSQL(SQL.read_text(), migrations.RunSQL.noop)]
