"""Shares may be held by a company of the group, which is held itself."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).resolve().parent.parent / "sql" / "levels.sql"


class Migration(migrations.Migration):
    dependencies = [
        ("group", "0001_group"),
    ]

    operations = [
        migrations.AddField(
            model_name="groupcompany",
            name="held_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="holds",
                to="group.groupcompany",
                verbose_name="shares held by",
            ),
        ),
        migrations.RunSQL(SQL.read_text(), "DROP FUNCTION group_guard_levels CASCADE"),
    ]
