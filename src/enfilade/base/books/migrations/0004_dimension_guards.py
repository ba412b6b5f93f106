"""What must never be false by dimensions, in PostgreSQL; the canonical form names them where a line has any."""

from pathlib import Path

from django.db import migrations

FOLDER = Path(__file__).resolve().parent.parent / "sql"
SQL = "\n".join((FOLDER / name).read_text() for name in ("dimensions.sql", "seals.sql"))
BACK = """
DROP FUNCTION books_dimensionvalue_changes, books_period_divides CASCADE
"""


class Migration(migrations.Migration):
    """Run the files of sql/."""

    dependencies = [("books", "0003_dimensions")]
    operations = [migrations.RunSQL(SQL, BACK)]
