"""The trigger that knows which entries close a year."""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).resolve().parent.parent / "sql" / "closing.sql").read_text()


class Migration(migrations.Migration):
    """Run closing.sql."""

    dependencies = [("ledger", "0005_dimension_rules")]
    operations = [migrations.RunSQL(SQL, "DROP FUNCTION ledger_closing_stands CASCADE")]
