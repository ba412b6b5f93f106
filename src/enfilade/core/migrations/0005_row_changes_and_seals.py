"""What changed in the rows, written by triggers; seals over commands, changes and events."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

FOLDER = Path(__file__).resolve().parent.parent / "sql"
SQL = "\n".join((FOLDER / name).read_text() for name in ("changes.sql", "audit_seals.sql"))
BACK = "DROP AGGREGATE core_jsonb_merge(jsonb); DROP FUNCTION core_record_changes, core_audit_digests, core_audit_lines, core_audit_writers CASCADE"


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0004_api_token_scope"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditSeal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("last_entry", models.BigIntegerField()),
                ("last_change", models.BigIntegerField()),
                ("last_event", models.BigIntegerField()),
                ("entry_count", models.PositiveIntegerField()),
                ("change_count", models.PositiveIntegerField()),
                ("event_count", models.PositiveIntegerField()),
                ("digests", models.BinaryField()),
                ("marks", models.BinaryField()),
                ("previous", models.CharField(max_length=64)),
                ("hash", models.CharField(max_length=64)),
                ("sealed_at", models.DateTimeField()),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("company", "number"), name="audit_seal_once", violation_error_message="This seal exists."
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("entry_count__gte", 1), ("change_count__gte", 1), ("event_count__gte", 1), _connector="OR"),
                        name="audit_seal_not_empty",
                        violation_error_message="A seal covers at least one line.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RowChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("place", models.BigIntegerField()),
                ("ref", models.TextField()),
                ("kind", models.CharField(choices=[("insert", "Insert"), ("update", "Update"), ("delete", "Delete")], max_length=6)),
                ("before", models.JSONField(null=True)),
                ("after", models.JSONField(null=True)),
                ("db_user", models.TextField()),
                (
                    "company",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.company",
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="row_changes",
                        to="core.auditentry",
                    ),
                ),
            ],
            options={
                "verbose_name": "row change",
                "indexes": [models.Index(fields=["company", "ref", "-place"], name="row_change_ref")],
            },
        ),
        migrations.RunSQL(SQL, BACK),
    ]
