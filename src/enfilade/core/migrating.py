"""Steps of migrations that the framework would do with more locking than they need."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models


def without_index(model: str, name: str, link: models.ForeignKey[Any, Any], index: str) -> migrations.SeparateDatabaseAndState:
    """The step that drops the index of a foreign key, where a wider one begins with its column.

    link: the key as it is now, with db_index=False. index: what the framework called it; the same in every database.
    Why not AlterField: it makes the key itself anew, and every row is checked while nobody may write.
    """
    column = f"{name}_id"
    table = index.partition(f"_{column}_")[0]
    return migrations.SeparateDatabaseAndState(
        [migrations.RunSQL(f"DROP INDEX IF EXISTS {index}", f"CREATE INDEX IF NOT EXISTS {index} ON {table} ({column})")],
        [migrations.AlterField(model, name, link)],
    )
