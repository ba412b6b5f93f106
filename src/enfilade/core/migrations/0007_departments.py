"""Departments, who works in them, and what they give; with the guards that keep them a tree inside one company."""

from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

SQL = (Path(__file__).resolve().parent.parent / "sql" / "departments.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0006_imports_as_batches"),
    ]

    operations = [
        migrations.AlterField(
            model_name="apitoken",
            name="company",
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
        ),
        migrations.AlterField(
            model_name="role",
            name="permissions",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(),
                blank=True,
                default=list,
                help_text="module.action, module.* or *, alone or with @department or @own; one a line.",
                size=None,
            ),
        ),
        migrations.CreateModel(
            name="Department",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField()),
                ("name", models.TextField()),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="core.department",
                        verbose_name="part of",
                    ),
                ),
                ("roles", models.ManyToManyField(blank=True, related_name="departments", to="core.role")),
            ],
        ),
        migrations.AddField(
            model_name="membership",
            name="departments",
            field=models.ManyToManyField(blank=True, related_name="members", to="core.department"),
        ),
        migrations.AddConstraint(
            model_name="department",
            constraint=models.UniqueConstraint(
                fields=("company", "code"), name="department_code_once", violation_error_message="This department exists."
            ),
        ),
        migrations.AddConstraint(
            model_name="department",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("code", ""), _negated=True), models.Q(("name", ""), _negated=True)),
                name="department_named",
                violation_error_message="A department has a short name and a name.",
            ),
        ),
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
    ]
