"""The application role and the guard of append-only tables, before any table exists."""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).resolve().parent.parent / "sql" / "core.sql").read_text()


class Migration(migrations.Migration):
    """Run core.sql."""

    initial = True
    dependencies: list[tuple[str, str]] = []
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
