"""Periods close softly before they close for good; the database asks who posts to one, and whether somebody let them."""

import datetime as dt
from pathlib import Path

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models

import enfilade.core.fields

FOLDER = Path(__file__).resolve().parent.parent / "sql"
SQL = "\n".join((FOLDER / name).read_text() for name in ("late.sql", "books.sql", "periods.sql", "dimensions.sql"))
BACK = "DROP FUNCTION books_admission_enters CASCADE; DROP FUNCTION books_admitted"


class Migration(migrations.Migration):
    dependencies = [
        ("books", "0006_pending_transfers"),
        ("core", "0019_lean_imports"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LateAdmission",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", enfilade.core.fields.LongTextField()),
                ("until", models.DateTimeField()),
                ("admitted_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "late admission",
            },
        ),
        migrations.RemoveConstraint(
            model_name="period",
            name="period_state_known",
        ),
        migrations.AlterField(
            model_name="period",
            name="state",
            field=models.TextField(
                choices=[("open", "Open"), ("soft", "Softly closed"), ("closed", "Closed")], default="open", editable=False
            ),
        ),
        AddConstraintNotValid(
            model_name="period",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["open", "soft", "closed"])),
                name="period_state_known",
                violation_error_message="A period is open, softly closed or closed.",
            ),
        ),
        ValidateConstraint(model_name="period", name="period_state_known"),
        migrations.AddField(
            model_name="lateadmission",
            name="admitted_by",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name="lateadmission",
            name="company",
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
        ),
        migrations.AddField(
            model_name="lateadmission",
            name="period",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="admissions", to="books.period"),
        ),
        migrations.AddField(
            model_name="lateadmission",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="who"
            ),
        ),
        migrations.AddConstraint(
            model_name="lateadmission",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True),
                name="late_admission_says_why",
                violation_error_message="Say why it is posted so late.",
            ),
        ),
        migrations.AddConstraint(
            model_name="lateadmission",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("until__gt", models.F("admitted_at")),
                    (
                        "until__lte",
                        django.db.models.expressions.CombinedExpression(models.F("admitted_at"), "+", models.Value(dt.timedelta(days=7))),
                    ),
                ),
                name="late_admission_short",
                violation_error_message="An admission ends after it begins, within 168 hours.",
            ),
        ),
        migrations.RunSQL(SQL, BACK),
    ]
