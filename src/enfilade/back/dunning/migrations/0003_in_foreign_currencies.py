"""Invoices in foreign currencies are reminded of in their currency: one letter for each."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql" / "currency.sql"
_BACK = "DROP FUNCTION dunning_guard_currency, dunning_guard_reminder_currency CASCADE"


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0015_agreed_discounts"),
        ("dunning", "0002_due_of_notices"),
    ]

    # What was reminded of until here is in the company's own currency, which no name stands for.
    operations = [
        migrations.RemoveConstraint(model_name="reminder", name="reminder_proposed_once"),
        migrations.AddField(
            model_name="notice",
            name="currency",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=3),
        ),
        migrations.AddField(
            model_name="reminder",
            name="currency",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=3),
        ),
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "proposed")),
                fields=("company", "party", "currency"),
                name="reminder_proposed_once",
                violation_error_message="A reminder to this customer waits to be looked at.",
            ),
        ),
        migrations.RunSQL(SQL.read_text(), _BACK),
    ]
