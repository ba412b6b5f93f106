"""Triggers: a place that a bookable does not have can't be taken."""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).resolve().parent.parent / "sql" / "places.sql").read_text()


class Migration(migrations.Migration):
    """Run places.sql."""

    dependencies = [("calendar", "0002_series_and_places")]
    operations = [migrations.RunSQL(SQL, "DROP FUNCTION calendar_slot_place, calendar_bookable_places CASCADE")]
