"""Opening balances, years of accounts, tasks of closing."""

from pathlib import Path

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import enfilade.core.fields

SQL = (Path(__file__).resolve().parent.parent / "sql" / "years.sql").read_text()
BACK = "DROP FUNCTION ledger_month_reopens CASCADE"


class Migration(migrations.Migration):
    dependencies = [
        ("books", "0007_late_admissions"),
        ("core", "0019_lean_imports"),
        ("ledger", "0002_journals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ClosingTask",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=200)),
                ("note", enfilade.core.fields.LongTextField(blank=True)),
                ("due_day", models.PositiveSmallIntegerField(default=10, verbose_name="due (days after the month)")),
                ("active", models.BooleanField(default=True)),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who does it",
                    ),
                ),
            ],
            options={
                "verbose_name": "task of closing",
                "verbose_name_plural": "tasks of closing",
            },
        ),
        migrations.CreateModel(
            name="ClosingMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("note", models.TextField(blank=True)),
                ("done_at", models.DateTimeField()),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                ("done_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("period", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="books.period")),
                ("task", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="marks", to="ledger.closingtask")),
            ],
            options={
                "verbose_name": "task of closing done",
                "verbose_name_plural": "tasks of closing done",
            },
        ),
        migrations.CreateModel(
            name="FiscalYear",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField(verbose_name="from")),
                ("ends_on", models.DateField(verbose_name="to")),
                ("result_minor", enfilade.core.fields.AmountField(editable=False, null=True, verbose_name="result")),
                ("closed_at", models.DateTimeField(editable=False, null=True)),
                ("state", models.TextField(choices=[("open", "Open"), ("closed", "Closed")], default="open", editable=False)),
                (
                    "closed_by",
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
            ],
            options={
                "verbose_name": "year of accounts",
                "verbose_name_plural": "years of accounts",
            },
        ),
        migrations.CreateModel(
            name="OpeningBalance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField()),
                ("line_count", models.PositiveIntegerField(verbose_name="lines")),
                ("total_minor", enfilade.core.fields.AmountField(verbose_name="total")),
                ("rest_minor", enfilade.core.fields.AmountField(verbose_name="left over")),
                ("entered_at", models.DateTimeField()),
                ("state", models.TextField(choices=[("stands", "Stands"), ("taken_back", "Taken back")], default="stands", editable=False)),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                (
                    "entered_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                ("file", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.storedfile")),
            ],
            options={
                "verbose_name_plural": "opening balances",
            },
        ),
        migrations.AddConstraint(
            model_name="closingtask",
            constraint=models.UniqueConstraint(
                fields=("company", "title"), name="closing_task_once", violation_error_message="There is a task with this title."
            ),
        ),
        migrations.AddConstraint(
            model_name="closingtask",
            constraint=models.CheckConstraint(
                condition=models.Q(("title", ""), _negated=True),
                name="closing_task_said",
                violation_error_message="Say what is to be done.",
            ),
        ),
        migrations.AddConstraint(
            model_name="closingtask",
            constraint=models.CheckConstraint(
                condition=models.Q(("due_day__lte", 366)),
                name="closing_task_in_time",
                violation_error_message="A task is due within a year.",
            ),
        ),
        migrations.AddConstraint(
            model_name="closingmark",
            constraint=models.UniqueConstraint(
                fields=("task", "period"), name="closing_mark_once", violation_error_message="This is marked as done for this month."
            ),
        ),
        migrations.AddConstraint(
            model_name="fiscalyear",
            constraint=models.CheckConstraint(
                condition=models.Q(("starts_on__lte", models.F("ends_on"))),
                name="year_forwards",
                violation_error_message="A year ends after it starts.",
            ),
        ),
        migrations.AddConstraint(
            model_name="fiscalyear",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at", None), ("result_minor", None), ("state", "open")),
                    models.Q(
                        ("closed_at__isnull", False), ("closed_by__isnull", False), ("result_minor__isnull", False), ("state", "closed")
                    ),
                    _connector="OR",
                ),
                name="year_closed_by_somebody",
                violation_error_message="A closed year says who closed it, when, and its result; an open one says none of it.",
            ),
        ),
        migrations.AddConstraint(
            model_name="fiscalyear",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    (models.Func("company_id", "company_id", models.Value("[]"), function="int8range"), "&&"),
                    (
                        models.Func(
                            "starts_on",
                            "ends_on",
                            models.Value("[]"),
                            function="daterange",
                            output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                        ),
                        "&&",
                    ),
                ],
                name="year_no_overlap",
                violation_error_message="There is a year of accounts on these days.",
            ),
        ),
        migrations.AddConstraint(
            model_name="openingbalance",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "stands")),
                fields=("company", "on"),
                name="opening_once",
                violation_error_message="Opening balances of this day were entered already; take them back first.",
            ),
        ),
        migrations.AddConstraint(
            model_name="openingbalance",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["stands", "taken_back"])),
                name="opening_state_known",
                violation_error_message="Opening balances stand or are taken back.",
            ),
        ),
        migrations.AddConstraint(
            model_name="openingbalance",
            constraint=models.CheckConstraint(
                condition=models.Q(("line_count__gt", 0), ("total_minor__gt", 0)),
                name="opening_not_empty",
                violation_error_message="Opening balances have at least one line, and an amount.",
            ),
        ),
        migrations.RunSQL(SQL, BACK),
    ]
