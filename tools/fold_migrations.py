"""Fold the indexes and constraints of a migration into the CreateModel that makes their table; the tables stay the same.

Why: while it migrates, Django renders every related model anew for each operation that stands alone, and all our models are related
through the company. Folding the first migrations halved the time of a migration from nothing. makemigrations writes them apart
whenever a later model refers to the table. Only for migrations that were never released: names of modules as arguments, or all.
"""

import os
import sys
from pathlib import Path

import django
from django.db import migrations
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.optimizer import MigrationOptimizer
from django.db.migrations.writer import MigrationWriter

ADDED = (migrations.AddIndex, migrations.AddConstraint)
CHANGED = (migrations.AddField, migrations.AlterField)


def fold(operations: list[Operation], app: str) -> list[Operation]:
    """Return operations that make the same tables, indexes and constraints beside the last change of their model's fields."""
    made = {op.name_lower for op in operations if isinstance(op, migrations.CreateModel)}
    last: dict[str, int] = {}
    for place, op in enumerate(operations):
        if isinstance(op, migrations.CreateModel):
            last[op.name_lower] = place
        elif isinstance(op, CHANGED):
            last[op.model_name_lower] = place
    ordered: list[Operation] = []
    for place, op in enumerate(operations):
        if isinstance(op, ADDED) and op.model_name_lower in made:
            continue
        ordered.append(op)
        here = {model for model, at in last.items() if at == place} & made
        ordered += [other for other in operations if isinstance(other, ADDED) and other.model_name_lower in here]
    return MigrationOptimizer().optimize(ordered, app)


def main() -> None:
    """Rewrite the files in place and say what became shorter."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enfilade.site.settings")
    django.setup()
    for (app, name), migration in sorted(MigrationLoader(None).disk_migrations.items()):
        if not type(migration).__module__.startswith("enfilade.") or (sys.argv[1:] and app not in sys.argv[1:]):
            continue
        folded = fold(migration.operations, app)
        if len(folded) < len(migration.operations):
            print(f"{app}.{name}: {len(migration.operations)} operations become {len(folded)}")
            migration.operations = folded
            writer = MigrationWriter(migration)
            Path(writer.path).write_text(writer.as_string())


if __name__ == "__main__":
    main()
