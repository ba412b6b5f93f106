"""Dimensions that accounts demand or forbid on their lines; the database asks at each entry."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = (Path(__file__).resolve().parent.parent / "sql" / "divided.sql").read_text()
BACK = "DROP FUNCTION ledger_lines_divided, ledger_dimension_rule_fits CASCADE"


class Migration(migrations.Migration):
    dependencies = [
        ("books", "0007_late_admissions"),
        ("core", "0020_waiting_rows"),
        ("ledger", "0004_recurring_and_planned"),
    ]

    operations = [
        migrations.CreateModel(
            name="DimensionRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("purpose", models.SlugField(blank=True)),
                (
                    "manner",
                    models.TextField(
                        choices=[
                            ("required", "Each line names a value"),
                            ("forbidden", "No line names a value"),
                            ("free", "Lines may name a value"),
                        ],
                        verbose_name="rule",
                    ),
                ),
                ("from_on", models.DateField(verbose_name="from")),
                (
                    "account",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="books.account"),
                ),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                ("dimension", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="books.dimension")),
            ],
            options={
                "verbose_name": "rule of dimensions",
                "verbose_name_plural": "rules of dimensions",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("account__isnull", False)),
                        fields=("company", "account", "dimension"),
                        name="dimension_rule_once",
                        violation_error_message="This account has a rule for this dimension already; change that one.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("account", None)),
                        fields=("company", "purpose", "dimension"),
                        name="dimension_rule_of_purpose_once",
                        violation_error_message="This purpose has a rule for this dimension already; change that one.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("account__isnull", False), ("purpose", "")),
                            models.Q(("account", None), models.Q(("purpose", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="dimension_rule_of_one",
                        violation_error_message="A rule is of an account or of a purpose.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("manner__in", ["required", "forbidden", "free"])),
                        name="dimension_rule_known",
                        violation_error_message="A dimension is demanded, forbidden or left free.",
                    ),
                ],
            },
        ),
        migrations.RunSQL(SQL, BACK),
    ]
