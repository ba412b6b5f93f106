"""Terms of payment: agreed with customers, kept on invoices, with instalments."""

from decimal import Decimal
from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

import enfilade.core.fields

SQL = Path(__file__).resolve().parent.parent / "sql" / "terms.sql"
_BACK = """
DROP TRIGGER instalments_of_invoice ON billing_invoice;
DROP TRIGGER instalments_sum_total ON billing_instalment;
DROP TRIGGER guard_instalment ON billing_instalment;
DROP TRIGGER guard_terms ON billing_paymentterms;
DROP FUNCTION billing_check_instalments(), billing_check_instalment(), billing_guard_instalment(), billing_guard_terms();
DROP FUNCTION billing_sum_instalments(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0012_foreign_currencies"),
        ("core", "0020_waiting_rows"),
        ("party", "0006_lean_parts"),
    ]

    operations = [
        migrations.AddField(
            model_name="invoice",
            name="early_days",
            field=models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name="days for the discount"),
        ),
        migrations.AddField(
            model_name="invoice",
            name="early_percent",
            field=models.DecimalField(
                db_default=0, decimal_places=2, default=Decimal(0), max_digits=5, verbose_name="discount for early payment (%)"
            ),
        ),
        migrations.AddField(
            model_name="invoice",
            name="end_of_month",
            field=models.BooleanField(db_default=False, default=False, editable=False, verbose_name="counted from the end of the month"),
        ),
        migrations.AddField(
            model_name="invoice",
            name="later_days",
            field=models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name="days for the lower discount"),
        ),
        migrations.AddField(
            model_name="invoice",
            name="later_percent",
            field=models.DecimalField(
                db_default=0, decimal_places=2, default=Decimal(0), max_digits=5, verbose_name="lower discount after that (%)"
            ),
        ),
        migrations.AddField(
            model_name="invoice",
            name="parts",
            field=models.JSONField(db_default=[], default=list, editable=False, verbose_name="agreed instalments"),
        ),
        migrations.CreateModel(
            name="PaymentTerms",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "early_percent",
                    models.DecimalField(
                        db_default=0, decimal_places=2, default=Decimal(0), max_digits=5, verbose_name="discount for early payment (%)"
                    ),
                ),
                ("early_days", models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name="days for the discount")),
                (
                    "later_percent",
                    models.DecimalField(
                        db_default=0, decimal_places=2, default=Decimal(0), max_digits=5, verbose_name="lower discount after that (%)"
                    ),
                ),
                ("later_days", models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name="days for the lower discount")),
                ("name", models.CharField(max_length=80)),
                ("term_days", models.PositiveSmallIntegerField(default=14, verbose_name="days to pay")),
                ("end_of_month", models.BooleanField(default=False, verbose_name="counted from the end of the month")),
                ("parts", models.JSONField(default=list, editable=False, verbose_name="instalments")),
                ("standard", models.BooleanField(default=False, verbose_name="for all other customers")),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
            ],
            options={
                "verbose_name": "payment terms",
                "verbose_name_plural": "payment terms",
            },
        ),
        migrations.CreateModel(
            name="CustomerTerms",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                (
                    "customer",
                    models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="customer_terms", to="party.party"),
                ),
                (
                    "terms",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="customers",
                        to="billing.paymentterms",
                        verbose_name="payment terms",
                    ),
                ),
            ],
            options={
                "verbose_name": "customer agreement",
            },
        ),
        migrations.AddField(
            model_name="invoice",
            name="terms",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="invoices",
                to="billing.paymentterms",
                verbose_name="payment terms",
            ),
        ),
        migrations.CreateModel(
            name="Instalment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(verbose_name="instalment")),
                ("due_on", models.DateField(verbose_name="due")),
                ("amount_minor", enfilade.core.fields.AmountField(verbose_name="amount")),
                ("up_to_minor", enfilade.core.fields.AmountField(verbose_name="with those before")),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                (
                    "invoice",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="instalments", to="billing.invoice"),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["company", "due_on"], name="instalment_due")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("invoice", "number"), name="instalment_once", violation_error_message="There is this instalment already."
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0), ("number__gte", 1), ("up_to_minor__gte", models.F("amount_minor"))),
                        name="instalment_above_zero",
                        violation_error_message="An instalment is above zero.",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="paymentterms",
            constraint=models.UniqueConstraint(
                fields=("company", "name"),
                name="payment_terms_name_once",
                violation_error_message="There are terms with this name already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentterms",
            constraint=models.UniqueConstraint(
                condition=models.Q(("standard", True)),
                fields=("company",),
                name="payment_terms_standard_once",
                violation_error_message="Other terms are for everybody already; change those first.",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentterms",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("name", ""), _negated=True), ("term_days__lte", 365)),
                name="payment_terms_sane",
                violation_error_message="Terms have a name, and at most 365 days to pay.",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentterms",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(("early_days", 0), ("early_percent", 0)),
                        models.Q(("early_percent__gt", 0), ("early_percent__lt", 100)),
                        _connector="OR",
                    ),
                    models.Q(
                        models.Q(("later_days", 0), ("later_percent", 0)),
                        models.Q(
                            ("later_days__gt", models.F("early_days")),
                            ("later_percent__gt", 0),
                            ("later_percent__lt", models.F("early_percent")),
                        ),
                        _connector="OR",
                    ),
                ),
                name="payment_terms_discount_sane",
                violation_error_message="A discount has a percentage below 100 and days; a second one is lower and holds longer.",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentterms",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("end_of_month", True),
                    models.Q(("early_days__lte", models.F("term_days")), ("later_days__lte", models.F("term_days"))),
                    _connector="OR",
                ),
                name="payment_terms_discount_early",
                violation_error_message="The days for the discount end before the days to pay.",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentterms",
            constraint=models.CheckConstraint(
                condition=models.Q(("parts", []), ("early_percent", 0), _connector="OR"),
                name="payment_terms_discount_or_parts",
                violation_error_message="Terms have instalments or a discount for early payment, not both.",
            ),
        ),
        migrations.RunSQL(SQL.read_text(), _BACK),
    ]
