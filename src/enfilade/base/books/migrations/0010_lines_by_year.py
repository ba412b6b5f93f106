"""The lines of each year are a partition of their own (docs/adr/0054); what knows the day of an entry looks into its year only."""

from pathlib import Path

from django.db import migrations

FOLDER = Path(__file__).resolve().parent.parent / "sql"
SQL = "\n".join((FOLDER / name).read_text() for name in ("years.sql", "books.sql", "lines.sql", "seals.sql"))


class Migration(migrations.Migration):
    dependencies = [("books", "0009_named_rows")]

    operations = [migrations.RunSQL(SQL)]
