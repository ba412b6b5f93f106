"""Several lines of the bank may stand for one entry, together for no more than it moved on their account."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "sql" / "matched_entries.sql"


class Migration(migrations.Migration):
    dependencies = [("banking", "0005_foreign_accounts")]

    operations = [
        migrations.RunSQL(SQL.read_text(), "DROP FUNCTION banking_guard_entry CASCADE"),
        migrations.RemoveConstraint(model_name="linematch", name="entry_matched_once"),
    ]
