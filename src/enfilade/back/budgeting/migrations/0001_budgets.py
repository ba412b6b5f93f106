"""Budgets and their amounts, and triggers that keep approved ones as they are."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import enfilade.core.fields

SQL = (Path(__file__).resolve().parent.parent / "sql" / "budgets.sql").read_text()
BACK = "DROP FUNCTION budgeting_line_changes, budgeting_budget_changes CASCADE"


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("books", "0007_late_admissions"),
        ("core", "0020_waiting_rows"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Budget",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("starts_on", models.DateField(verbose_name="from")),
                ("ends_on", models.DateField(verbose_name="to")),
                ("note", enfilade.core.fields.LongTextField(blank=True)),
                ("approved_at", models.DateTimeField(editable=False, null=True)),
                (
                    "state",
                    models.TextField(
                        choices=[("draft", "Draft"), ("approved", "Approved"), ("retired", "Retired")], default="draft", editable=False
                    ),
                ),
                (
                    "approved_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                ("made_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name="BudgetLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month_on", models.DateField(verbose_name="month")),
                ("amount_minor", enfilade.core.fields.AmountField(verbose_name="amount")),
                ("account", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="books.account")),
                ("budget", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="budgeting.budget")),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                (
                    "value",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="books.dimensionvalue"),
                ),
            ],
            options={
                "verbose_name": "amount of a budget",
                "verbose_name_plural": "amounts of budgets",
            },
        ),
        migrations.AddConstraint(
            model_name="budget",
            constraint=models.UniqueConstraint(
                fields=("company", "starts_on", "name"),
                name="budget_name_once",
                violation_error_message="This year has a budget with this name.",
            ),
        ),
        migrations.AddConstraint(
            model_name="budget",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "approved")),
                fields=("company", "starts_on"),
                name="budget_approved_once",
                violation_error_message="Another budget of this year is approved; retire that one first.",
            ),
        ),
        migrations.AddConstraint(
            model_name="budget",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("name", ""), _negated=True), ("starts_on__lte", models.F("ends_on"))),
                name="budget_of_a_year",
                violation_error_message="A budget has a name, and a last day after its first.",
            ),
        ),
        migrations.AddConstraint(
            model_name="budget",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approved_at", None), ("approved_by", None), ("state", "draft")),
                    models.Q(("approved_at__isnull", False), ("approved_by__isnull", False), ("state", "approved")),
                    ("state", "retired"),
                    _connector="OR",
                ),
                name="budget_approved_by_somebody",
                violation_error_message="An approved budget says who approved it, and when; a draft says neither.",
            ),
        ),
        migrations.AddConstraint(
            model_name="budgetline",
            constraint=models.UniqueConstraint(
                fields=("company", "budget", "account", "value", "month_on"),
                name="budget_line_once",
                nulls_distinct=False,
                violation_error_message="This account has an amount for this month already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="budgetline",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor", 0), _negated=True),
                name="budget_line_says_something",
                violation_error_message="What is not planned has no amount.",
            ),
        ),
        migrations.RunSQL(SQL, BACK),
    ]
