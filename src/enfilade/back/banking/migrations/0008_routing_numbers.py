"""Our accounts at banks in the United States have a routing number."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql" / "routing.sql"


class Migration(migrations.Migration):
    dependencies = [("banking", "0007_return_codes")]

    operations = [
        migrations.AddField(
            model_name="bankaccount",
            name="routing",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Nine digits, only of a bank in the United States.",
                max_length=9,
                verbose_name="routing number",
            ),
        ),
        migrations.AddField(
            model_name="bankaccount",
            name="savings",
            field=models.BooleanField(db_default=False, default=False, verbose_name="savings account"),
        ),
        migrations.AddConstraint(
            model_name="bankaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(("routing", ""), ("number__regex", "^[A-Z0-9]{1,17}$"), _connector="OR"),
                name="bank_account_us_number",
                violation_error_message="Beside a routing number, the number of the account has at most 17 letters and digits.",
            ),
        ),
        migrations.RunSQL(SQL.read_text(), "DROP FUNCTION banking_guard_routing, banking_routing_right CASCADE"),
    ]
