"""Privileged roles, and the whiles in which they are awake."""

from datetime import timedelta
from pathlib import Path

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

SQL = (Path(__file__).resolve().parent.parent / "sql" / "elevation.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0010_list_choices"),
    ]

    operations = [
        migrations.AddField(
            model_name="role",
            name="privileged",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="It sleeps until its holder elevates herself, with a reason and for an hour at most.",
            ),
        ),
        migrations.CreateModel(
            name="Elevation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.TextField()),
                ("began_at", models.DateTimeField(verbose_name="began")),
                ("until", models.DateTimeField(verbose_name="until")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended")),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="person"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["company", "-id"], name="elevation_recent")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until__gt", models.F("began_at")),
                            (
                                "until__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("began_at"), "+", models.Value(timedelta(seconds=3600))
                                ),
                            ),
                        ),
                        name="elevation_an_hour_at_most",
                        violation_error_message="An elevation lasts an hour at most.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="elevation_has_reason",
                        violation_error_message="An elevation has a reason.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ended_at", None), ("ended_at__gte", models.F("began_at")), _connector="OR"),
                        name="elevation_ends_after_start",
                        violation_error_message="An elevation ends after it began.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("company", "user"),
                        name="elevation_one_at_a_time",
                        violation_error_message="You are elevated already.",
                    ),
                ],
            },
        ),
        migrations.RunSQL(SQL, "DROP FUNCTION core_elevation_is_final CASCADE"),
    ]
