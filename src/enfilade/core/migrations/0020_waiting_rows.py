"""Rows of a file wait in one text for each step, and are written once, with what became of them; parts are lean (see `company_of_part`)."""

import django.db.models.deletion
from django.db import migrations, models

COMPANY = models.ForeignKey(
    db_constraint=False,
    db_index=False,
    editable=False,
    on_delete=django.db.models.deletion.PROTECT,
    related_name="+",
    to="core.company",
)
# Imports that run or were stopped while this version came: their rows wait as before, a thousand at a time.
MOVE = """
SELECT set_config('app.companies', (SELECT coalesce(array_agg(id), '{}')::text FROM core_company), true);
INSERT INTO core_waitingrows (company_id, batch_id, position, rows)
    SELECT r.company_id, r.batch_id, min(r.position),
           json_agg(json_build_array(r.position, r.line, r.command, r.inputs, r.cells, r.outcome, r.said) ORDER BY r.position)::text
      FROM core_importrow r JOIN core_importbatch b ON b.id = r.batch_id
     WHERE r.position > b.position
     GROUP BY r.company_id, r.batch_id, (r.position - b.position - 1) / 1000;
DELETE FROM core_importrow r USING core_importbatch b WHERE b.id = r.batch_id AND r.position > b.position;
"""


class Migration(migrations.Migration):
    """Waiting rows, and parts without a foreign key to their company."""

    dependencies = [
        ("core", "0019_lean_imports"),
    ]

    operations = [
        migrations.AlterField("auditsubject", "company", COMPANY),
        migrations.AlterField("evententry", "company", COMPANY),
        migrations.AlterField("importrow", "company", COMPANY),
        migrations.CreateModel(
            name="WaitingRows",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveIntegerField()),
                ("rows", models.TextField()),
                (
                    "batch",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="waiting", to="core.importbatch"
                    ),
                ),
                ("company", COMPANY),
            ],
            options={
                "verbose_name": "waiting rows",
                "verbose_name_plural": "waiting rows",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("batch", "position"),
                        name="waiting_rows_once",
                        violation_error_message="These rows of the file wait already.",
                    )
                ],
            },
        ),
        migrations.RunSQL(MOVE, migrations.RunSQL.noop),
    ]
