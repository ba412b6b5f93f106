"""Invoices of ours and bills of the same party, set off against each other."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import enfilade.core.fields

SQL = Path(__file__).resolve().parent.parent / "sql" / "set_off.sql"


class Migration(migrations.Migration):
    dependencies = [
        ("banking", "0007_return_codes"),
        ("billing", "0016_set_off"),
        ("core", "0020_waiting_rows"),
        ("party", "0006_lean_parts"),
        ("payables", "0004_foreign_currencies"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="supplierpayment",
            name="method",
            field=models.TextField(
                choices=[
                    ("transfer", "Bank transfer"),
                    ("direct_debit", "Direct debit"),
                    ("card", "Card"),
                    ("cash", "Cash"),
                    ("cheque", "Cheque"),
                    ("set_off", "Set off"),
                ]
            ),
        ),
        migrations.CreateModel(
            name="SetOff",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.TextField(editable=False)),
                ("on", models.DateField(verbose_name="date")),
                ("currency", models.CharField(editable=False, max_length=3)),
                ("amount_minor", enfilade.core.fields.AmountField(verbose_name="amount")),
                ("made_at", models.DateTimeField(verbose_name="set off at")),
                ("undone_on", models.DateField(null=True, verbose_name="undone")),
                ("reason", models.TextField(blank=True, verbose_name="why undone")),
                ("state", models.TextField(choices=[("standing", "Set off"), ("undone", "Undone")], default="standing", editable=False)),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.storedfile", verbose_name="letter"
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="set_offs",
                        to="banking.statementline",
                        verbose_name="line of the bank",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="set off by",
                    ),
                ),
                (
                    "paid",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="set_off",
                        to="payables.supplierpayment",
                        verbose_name="our payment",
                    ),
                ),
                ("party", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="set_offs", to="party.party")),
                (
                    "received",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="set_off",
                        to="billing.payment",
                        verbose_name="their payment",
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="undone by",
                    ),
                ),
            ],
            options={
                "verbose_name": "set-off",
                "verbose_name_plural": "set-offs",
                "indexes": [
                    models.Index(fields=["company", "on"], name="set_off_day"),
                    models.Index(condition=models.Q(("line__isnull", False)), fields=["line"], name="set_off_of_line"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("company", "number"),
                        name="set_off_number_once",
                        violation_error_message="This number of a set-off is taken.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0)),
                        name="set_off_above_zero",
                        violation_error_message="More than zero is set off.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "standing"), ("undone_by", None), ("undone_on", None)),
                            models.Q(("state", "undone"), ("undone_by__isnull", False), ("undone_on__gte", models.F("on"))),
                            _connector="OR",
                        ),
                        name="set_off_undone_by_somebody",
                        violation_error_message="A set-off is undone by somebody, and not before it was made.",
                    ),
                ],
            },
        ),
        migrations.RunSQL(SQL.read_text(), "DROP FUNCTION payables_guard_set_off CASCADE"),
    ]
