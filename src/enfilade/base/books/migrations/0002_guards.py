"""What must never be false in a book, in PostgreSQL."""

from pathlib import Path

from django.db import migrations

FOLDER = Path(__file__).resolve().parent.parent / "sql"
# The files speak of columns and tables that later migrations add.
LATER = "SET LOCAL check_function_bodies = off;\n"
SQL = LATER + "\n".join((FOLDER / name).read_text() for name in ("books.sql", "lines.sql", "periods.sql", "seals.sql"))
BACK = """
DROP FUNCTION books_entry_opens, books_entries_short, books_entries_enter, books_lines_enter, books_take_slot, books_kept_only, books_period_changes,
    books_carry, books_account_changes, books_hold_book, books_digests, books_canonical CASCADE
"""


class Migration(migrations.Migration):
    """Run the files of sql/."""

    dependencies = [("books", "0001_initial")]
    operations = [migrations.RunSQL(SQL, BACK)]
