"""Bills in foreign currencies: what they are worth, and what of it settlements take away."""

import re
from pathlib import Path

from django.conf import settings
from django.db import migrations, models

import enfilade.core.fields

SQL = Path(__file__).resolve().parent.parent / "sql" / "currencies.sql"
_GUARDS = SQL.with_name("guards.sql").read_text()
BEFORE = "\n".join(re.findall(r"CREATE OR REPLACE FUNCTION payables_guard_(?:bill|settlement)\(.*?\nEND \$\$;", _GUARDS, re.DOTALL))


class Migration(migrations.Migration):
    dependencies = [
        ("books", "0007_late_admissions"),
        ("core", "0020_waiting_rows"),
        ("party", "0006_lean_parts"),
        ("payables", "0003_bills_made_void"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="bill",
            name="gone_worth_minor",
            field=enfilade.core.fields.AmountField(db_default=0, default=0, editable=False, verbose_name="settled worth"),
        ),
        migrations.AddField(
            model_name="bill",
            name="rate",
            field=models.DecimalField(decimal_places=10, editable=False, max_digits=20, null=True),
        ),
        migrations.AddField(
            model_name="bill",
            name="worth_minor",
            field=enfilade.core.fields.AmountField(editable=False, null=True, verbose_name="worth"),
        ),
        migrations.AddField(
            model_name="billline",
            name="deductible_worth_minor",
            field=enfilade.core.fields.AmountField(null=True, verbose_name="worth of tax deducted"),
        ),
        migrations.AddField(
            model_name="billline",
            name="net_worth_minor",
            field=enfilade.core.fields.AmountField(null=True, verbose_name="worth of net"),
        ),
        migrations.AddField(
            model_name="billline",
            name="self_tax_worth_minor",
            field=enfilade.core.fields.AmountField(null=True, verbose_name="worth of tax owed by us"),
        ),
        migrations.AddField(
            model_name="billline",
            name="tax_worth_minor",
            field=enfilade.core.fields.AmountField(null=True, verbose_name="worth of tax"),
        ),
        migrations.AddField(
            model_name="settlement",
            name="credit_worth_minor",
            field=enfilade.core.fields.AmountField(null=True, verbose_name="worth of the credit note"),
        ),
        migrations.AddField(
            model_name="settlement",
            name="discount_worth_minor",
            field=enfilade.core.fields.AmountField(null=True, verbose_name="worth of the discount"),
        ),
        migrations.AddField(
            model_name="settlement",
            name="worth_minor",
            field=enfilade.core.fields.AmountField(null=True, verbose_name="worth"),
        ),
        migrations.AddField(
            model_name="supplierpayment",
            name="own_minor",
            field=enfilade.core.fields.AmountField(null=True, verbose_name="in our currency"),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("gone_worth_minor", 0), ("worth_minor", None)),
                    models.Q(
                        ("number__isnull", False),
                        ("rate__gt", 0),
                        ("worth_minor__gte", 0),
                        models.Q(
                            models.Q(("gone_worth_minor", models.F("worth_minor")), ("settled_minor", models.F("total_minor"))),
                            models.Q(
                                ("gone_worth_minor__gte", 0),
                                ("gone_worth_minor__lte", models.F("worth_minor")),
                                ("settled_minor__lt", models.F("total_minor")),
                            ),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="bill_worth_whole",
                violation_error_message="What settles a bill takes as much of its worth as of the bill, and all of it at the end.",
            ),
        ),
        migrations.AddConstraint(
            model_name="settlement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("credit_worth_minor", None), ("discount_worth_minor", None), ("worth_minor", None)),
                    models.Q(
                        ("credit_worth_minor__isnull", False), ("discount_worth_minor__isnull", False), ("worth_minor__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="settlement_worth_whole",
                violation_error_message="What settles a bill in a foreign currency has a worth in all its parts.",
            ),
        ),
        migrations.AddConstraint(
            model_name="supplierpayment",
            constraint=models.CheckConstraint(
                condition=models.Q(("own_minor", None), ("own_minor__gt", 0), _connector="OR"),
                name="supplier_payment_own_above_zero",
                violation_error_message="What left the account in our currency is more than zero.",
            ),
        ),
        migrations.RunSQL(SQL.read_text(), BEFORE),
    ]
