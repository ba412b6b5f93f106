"""The trigger that keeps the history of prices."""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).resolve().parent.parent / "sql" / "prices.sql").read_text()


class Migration(migrations.Migration):
    """Run prices.sql."""

    dependencies = [("item", "0001_initial")]
    operations = [migrations.RunSQL(SQL, "DROP FUNCTION item_keep_price CASCADE")]
