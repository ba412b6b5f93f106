"""Entries are checked and kept statement by statement, whatever their number: a batch costs a fraction of its entries one by one."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

FOLDER = Path(__file__).resolve().parent.parent / "sql"
SQL = "\n".join((FOLDER / name).read_text() for name in ("books.sql", "lines.sql", "dimensions.sql", "unfinished.sql"))
# What entries and lines were checked by before, one by one.
OLD = """
DROP TRIGGER IF EXISTS entry_opens ON books_entry;
DROP TRIGGER IF EXISTS entry_balances ON books_entry;
DROP TRIGGER IF EXISTS entry_cancels ON books_entry;
DROP TRIGGER IF EXISTS lines_divide ON books_line;
DROP FUNCTION IF EXISTS books_entry_balances, books_entry_cancels, books_lines_divide;
"""
BACK = """
DROP TRIGGER lines_stay ON books_entry;
DROP TRIGGER lines_stay ON books_balance;
DROP FUNCTION books_entry_finishes, books_lines_stay CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("books", "0004_dimension_guards"),
        ("core", "0018_web_push"),
    ]

    operations = [
        migrations.RunSQL(OLD, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="entry",
            name="book",
            field=models.ForeignKey(
                db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="books.book"
            ),
        ),
        migrations.AlterField(
            model_name="entry",
            name="company",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="core.company",
            ),
        ),
        migrations.AlterField(
            model_name="entry",
            name="period",
            field=models.ForeignKey(
                db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="books.period"
            ),
        ),
        migrations.AlterField(
            model_name="line",
            name="account",
            field=models.ForeignKey(
                db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="books.account"
            ),
        ),
        migrations.AlterField(
            model_name="line",
            name="company",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="core.company",
            ),
        ),
        migrations.AlterField(
            model_name="line",
            name="entry",
            field=models.ForeignKey(
                db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="books.entry"
            ),
        ),
        migrations.CreateModel(
            name="Unfinished",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                (
                    "entry",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="books.entry"),
                ),
            ],
            options={
                "verbose_name": "unfinished entry",
                "verbose_name_plural": "unfinished entries",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("entry",), name="unfinished_once", violation_error_message="This entry is awaited already."
                    )
                ],
            },
        ),
        migrations.RunSQL(SQL, BACK),
    ]
