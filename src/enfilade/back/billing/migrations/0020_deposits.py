"""Deposits: money that is held as security."""

from pathlib import Path

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import enfilade.core.fields

SQL = Path(__file__).resolve().parent.parent / "sql" / "deposits.sql"
_BACK = """
DROP TRIGGER sum_deposit ON billing_deposituse;
DROP TRIGGER guard_deposit_use ON billing_deposituse;
DROP TRIGGER guard_deposit ON billing_deposit;
DROP FUNCTION billing_sum_deposit(), billing_guard_deposit_use(), billing_guard_deposit();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0019_triangular_deals"),
        ("books", "0009_named_rows"),
        ("core", "0020_waiting_rows"),
        ("core", "__first__"),
        ("party", "0006_lean_parts"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="payment",
            name="refund_names_payment",
        ),
        migrations.AlterField(
            model_name="payment",
            name="kind",
            field=models.TextField(
                choices=[("payment", "Payment"), ("refund", "Refund"), ("deposit", "Deposit"), ("deposit_return", "Deposit given back")],
                default="payment",
                editable=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "payment"), ("refunds", None)),
                    models.Q(("allocated_minor", 0), ("kind", "deposit"), ("refunds", None), ("worth_minor", None)),
                    models.Q(
                        ("allocated_minor", 0),
                        ("kind__in", ["refund", "deposit_return"]),
                        ("refunded_minor", 0),
                        ("refunds__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="refund_names_payment",
                violation_error_message="A refund names the payment it gives back.",
            ),
        ),
        migrations.CreateModel(
            name="Deposit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.TextField(editable=False)),
                ("reason", models.TextField(verbose_name="what it secures")),
                ("on", models.DateField(verbose_name="date")),
                ("until", models.DateField(blank=True, null=True, verbose_name="to be given back")),
                ("amount_minor", enfilade.core.fields.AmountField(verbose_name="amount")),
                ("returned_minor", enfilade.core.fields.AmountField(db_default=0, default=0, editable=False, verbose_name="given back")),
                ("kept_minor", enfilade.core.fields.AmountField(db_default=0, default=0, editable=False, verbose_name="kept")),
                (
                    "held_minor",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(models.F("amount_minor"), "-", models.F("returned_minor")),
                            "-",
                            models.F("kept_minor"),
                        ),
                        output_field=enfilade.core.fields.AmountField(),
                        verbose_name="held",
                    ),
                ),
                ("state", models.TextField(choices=[("held", "Held"), ("settled", "Settled")], default="held", editable=False)),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                ("party", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="deposits", to="party.party")),
                (
                    "payment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="deposit", to="billing.payment", verbose_name="receipt"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(condition=models.Q(("state", "held")), fields=["company", "party"], name="deposit_held")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("company", "number"), name="deposit_number_once", violation_error_message="This number is taken."
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount_minor__gt", 0),
                            ("kept_minor__gte", 0),
                            ("returned_minor__gte", 0),
                            (
                                "amount_minor__gte",
                                django.db.models.expressions.CombinedExpression(models.F("returned_minor"), "+", models.F("kept_minor")),
                            ),
                        ),
                        name="deposit_never_overdrawn",
                        violation_error_message="No more of a deposit is given back or kept than is held.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                (
                                    "amount_minor",
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("returned_minor"), "+", models.F("kept_minor")
                                    ),
                                ),
                                ("state", "settled"),
                            ),
                            models.Q(
                                ("state", "held"),
                                models.Q(
                                    (
                                        "amount_minor",
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("returned_minor"), "+", models.F("kept_minor")
                                        ),
                                    ),
                                    _negated=True,
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="deposit_state_true",
                        violation_error_message="A deposit is settled when nothing of it is held, and only then.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="deposit_has_reason",
                        violation_error_message="Say what the deposit secures.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until", None), ("until__gte", models.F("on")), _connector="OR"),
                        name="deposit_until_later",
                        violation_error_message="A deposit is not to be given back before it came.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DepositUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.TextField(
                        choices=[("returned", "Given back"), ("invoice", "Kept for an invoice"), ("damages", "Kept for damage")]
                    ),
                ),
                ("amount_minor", enfilade.core.fields.AmountField(verbose_name="amount")),
                ("on", models.DateField(verbose_name="date")),
                ("reason", models.TextField(blank=True)),
                ("made_at", models.DateTimeField(verbose_name="noted at")),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                ("deposit", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="uses", to="billing.deposit")),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="noted by"
                    ),
                ),
                (
                    "payment",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="deposit_use", to="billing.payment"
                    ),
                ),
            ],
            options={
                "verbose_name": "use of a deposit",
                "verbose_name_plural": "uses of deposits",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0)),
                        name="deposit_use_above_zero",
                        violation_error_message="Give an amount above zero.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "damages"), ("payment", None), models.Q(("reason", ""), _negated=True)),
                            models.Q(("kind__in", ["returned", "invoice"]), ("payment__isnull", False)),
                            _connector="OR",
                        ),
                        name="deposit_use_whole",
                        violation_error_message="What is kept for damage has a reason; what is given back or settles an invoice, a payment.",
                    ),
                ],
            },
        ),
        migrations.RunSQL(SQL.read_text(), _BACK),
    ]
