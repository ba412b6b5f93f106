"""Advances: what is asked for before anything is supplied, and the final invoice that takes it over."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql" / "advances.sql"
_BACK = """
DROP TRIGGER guard_advance_plan ON billing_advanceplan;
DROP TRIGGER guard_taken_over ON billing_writeoff;
DROP TRIGGER guard_shares ON billing_allocation;
DROP FUNCTION billing_guard_advance_plan(), billing_guard_taken_over(), billing_guard_shares();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0016_set_off"),
        ("core", "0020_waiting_rows"),
    ]

    operations = [
        migrations.AddField(
            model_name="allocation",
            name="shares",
            field=models.JSONField(db_default=[], default=list, verbose_name="shares by tax rate"),
        ),
        migrations.AddField(
            model_name="invoice",
            name="advance",
            field=models.BooleanField(db_default=False, default=False, editable=False, verbose_name="asked for in advance"),
        ),
        migrations.AddField(
            model_name="writeoff",
            name="final",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="advances_taken",
                to="billing.invoice",
                verbose_name="final invoice",
            ),
        ),
        migrations.AlterField(
            model_name="writeoff",
            name="kind",
            field=models.TextField(
                choices=[
                    ("small", "Small difference"),
                    ("bad_debt", "Bad debt"),
                    ("discount", "Discount for early payment"),
                    ("deducted", "Deducted in the final invoice"),
                    ("replaced", "Claimed by the final invoice"),
                ]
            ),
        ),
        migrations.CreateModel(
            name="AdvancePlan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "advance",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="plan", to="billing.invoice"),
                ),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="plans",
                        to="billing.invoice",
                        verbose_name="final invoice",
                    ),
                ),
            ],
            options={
                "verbose_name": "planned deduction",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("company", "advance"),
                        name="advance_planned_once",
                        violation_error_message="This advance is for another draft already.",
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("advance", False),
                    models.Q(("discount_minor", 0), ("early_percent", 0), ("parts", []), ("worth_minor", None)),
                    _connector="OR",
                ),
                name="invoice_advance_plain",
                violation_error_message="An advance is asked for in the company's own currency, without discounts and instalments.",
            ),
        ),
        migrations.AddConstraint(
            model_name="writeoff",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("final__isnull", False), ("kind__in", ["deducted", "replaced"])),
                    models.Q(("final", None), ("kind__in", ["small", "bad_debt", "discount"])),
                    _connector="OR",
                ),
                name="write_off_final_of_advance",
                violation_error_message="An advance is taken over by a final invoice, and nothing else is.",
            ),
        ),
        migrations.RunSQL(SQL.read_text(), _BACK),
    ]
