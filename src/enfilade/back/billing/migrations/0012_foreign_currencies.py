"""Documents in foreign currencies: what they are worth, and what of it whatever settles them takes away."""

from pathlib import Path

import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import enfilade.core.fields

SQL = Path(__file__).resolve().parent.parent / "sql" / "currencies.sql"
BEFORE = SQL.with_name("open_items.sql")


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0011_tax_of_lines"),
        ("books", "0007_late_admissions"),
        ("core", "0020_waiting_rows"),
        ("item", "0002_prices"),
        ("party", "0006_lean_parts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="allocation",
            name="currency",
            field=models.CharField(db_default="", default="", editable=False, max_length=3),
        ),
        migrations.AddField(
            model_name="allocation",
            name="paid_worth_minor",
            field=enfilade.core.fields.AmountField(null=True, verbose_name="worth of the payment"),
        ),
        migrations.AddField(
            model_name="allocation",
            name="worth_minor",
            field=enfilade.core.fields.AmountField(null=True, verbose_name="worth of the invoice"),
        ),
        migrations.AddField(
            model_name="invoice",
            name="gone_worth_minor",
            field=enfilade.core.fields.AmountField(db_default=0, default=0, editable=False, verbose_name="settled worth"),
        ),
        migrations.AddField(
            model_name="invoice",
            name="rate",
            field=models.DecimalField(decimal_places=10, editable=False, max_digits=20, null=True),
        ),
        migrations.AddField(
            model_name="invoice",
            name="worth_minor",
            field=enfilade.core.fields.AmountField(editable=False, null=True, verbose_name="worth"),
        ),
        migrations.AddField(
            model_name="invoiceline",
            name="net_worth_minor",
            field=enfilade.core.fields.AmountField(null=True, verbose_name="worth of net"),
        ),
        migrations.AddField(
            model_name="invoiceline",
            name="tax_worth_minor",
            field=enfilade.core.fields.AmountField(null=True, verbose_name="worth of tax"),
        ),
        migrations.AddField(
            model_name="payment",
            name="gone_worth_minor",
            field=enfilade.core.fields.AmountField(db_default=0, default=0, editable=False, verbose_name="used worth"),
        ),
        migrations.AddField(
            model_name="payment",
            name="own_minor",
            field=enfilade.core.fields.AmountField(null=True, verbose_name="in our currency"),
        ),
        migrations.AddField(
            model_name="payment",
            name="worth_minor",
            field=enfilade.core.fields.AmountField(null=True, verbose_name="worth"),
        ),
        migrations.AddField(
            model_name="writeoff",
            name="currency",
            field=models.CharField(db_default="", default="", editable=False, max_length=3),
        ),
        migrations.AddField(
            model_name="writeoff",
            name="worth_minor",
            field=enfilade.core.fields.AmountField(null=True, verbose_name="worth"),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("currency", ""), ("paid_worth_minor", None), ("worth_minor", None)),
                    models.Q(models.Q(("currency", ""), _negated=True), ("paid_worth_minor__gte", 0), ("worth_minor__gte", 0)),
                    _connector="OR",
                ),
                name="allocation_worth_whole",
                violation_error_message="What is allocated in a foreign currency has a worth, and nothing else has one.",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("gone_worth_minor", 0), ("worth_minor", None)),
                    models.Q(
                        ("number__isnull", False),
                        ("rate__gt", 0),
                        ("worth_minor__gte", 0),
                        models.Q(
                            models.Q(
                                ("gone_worth_minor", models.F("worth_minor")),
                                (
                                    "total_minor",
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            django.db.models.expressions.CombinedExpression(
                                                models.F("paid_minor"), "+", models.F("credited_minor")
                                            ),
                                            "+",
                                            models.F("deducted_minor"),
                                        ),
                                        "+",
                                        models.F("written_off_minor"),
                                    ),
                                ),
                            ),
                            models.Q(
                                ("gone_worth_minor__gte", 0),
                                ("gone_worth_minor__lte", models.F("worth_minor")),
                                models.Q(
                                    (
                                        "total_minor",
                                        django.db.models.expressions.CombinedExpression(
                                            django.db.models.expressions.CombinedExpression(
                                                django.db.models.expressions.CombinedExpression(
                                                    models.F("paid_minor"), "+", models.F("credited_minor")
                                                ),
                                                "+",
                                                models.F("deducted_minor"),
                                            ),
                                            "+",
                                            models.F("written_off_minor"),
                                        ),
                                    ),
                                    _negated=True,
                                ),
                            ),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="invoice_worth_whole",
                violation_error_message="What settles an invoice takes as much of its worth as of the invoice, and all of it at the end.",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoiceline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("net_worth_minor", None), ("tax_worth_minor", None)),
                    models.Q(("net_worth_minor__gte", 0), ("tax_worth_minor__gte", 0)),
                    _connector="OR",
                ),
                name="invoice_line_worth_whole",
                violation_error_message="A line has a worth of its net amount and of its tax, or neither.",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("gone_worth_minor", 0), ("own_minor", None), ("worth_minor", None)),
                    models.Q(
                        ("gone_worth_minor__gte", 0),
                        ("gone_worth_minor__lte", models.F("worth_minor")),
                        ("worth_minor__gte", 0),
                        models.Q(models.Q(("drawer", None), ("own_minor", None)), ("own_minor__gt", 0), _connector="OR"),
                        models.Q(
                            ("gone_worth_minor", models.F("worth_minor")),
                            models.Q(
                                (
                                    "amount_minor",
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("refunded_minor"), "+", models.F("allocated_minor")
                                    ),
                                ),
                                _negated=True,
                            ),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="payment_worth_whole",
                violation_error_message="What is used of a payment takes as much of its worth, all of it at the end; cash is in ours.",
            ),
        ),
        migrations.AddConstraint(
            model_name="writeoff",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("currency", ""), ("worth_minor", None)),
                    models.Q(models.Q(("currency", ""), _negated=True), ("worth_minor__gte", 0)),
                    _connector="OR",
                ),
                name="write_off_worth_whole",
                violation_error_message="What is written off in a foreign currency has a worth, and nothing else has one.",
            ),
        ),
        migrations.RunSQL(SQL.read_text(), BEFORE.read_text()),
    ]
