"""Who lines and entries name is locked when they are entered and asked when it goes, instead of one by one by foreign keys."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FOLDER = Path(__file__).resolve().parent.parent / "sql"
SQL = "\n".join((FOLDER / name).read_text() for name in ("books.sql", "lines.sql", "named.sql"))
BACK = "DROP TRIGGER lines_stay ON party_party; DROP TRIGGER lines_stay ON core_user; DROP FUNCTION books_named_stay CASCADE"


class Migration(migrations.Migration):
    dependencies = [
        ("books", "0008_few_periods_for_many_lines"),
        ("party", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="entry",
            name="reverses",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reversed_by",
                to="books.entry",
            ),
        ),
        migrations.AlterField(
            model_name="entry",
            name="user",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="entered by",
            ),
        ),
        migrations.AlterField(
            model_name="line",
            name="party",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="party.party",
            ),
        ),
        migrations.RunSQL(SQL, BACK),
    ]
