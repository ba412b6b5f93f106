"""What a migration must not do while an older version still serves: hold a large table for long, or take away what that version uses.

Two versions run side by side during an upgrade of several web nodes. So a change that breaks the older one is made in two releases
(add, move over, remove), and what reads a whole table is done beside the work, not in its way. `enfilade rehearse` names each breach of
the migrations that are to run; whoever upgrades then stops the old version first, or asks for a better migration.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.functions import RandomUUID
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, RemoveIndexConcurrently
from django.db import connection, models
from django.db.migrations import Migration
from django.db.migrations import operations as do
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState
from django.db.models.fields import NOT_PROVIDED

BESIDE = (AddIndexConcurrently, RemoveIndexConcurrently, AddConstraintNotValid)
# Statements in SQL of our own, with the table they are about: what they do to it.
_STATEMENTS = {
    r"create (?:unique )?index (?!concurrently)(?:if not exists )?\S* ?on (?:only )?(\w+)": "builds an index while nobody may write {}",
    r"alter table (?:only )?(\w+) (?:drop column|rename)": "takes away or renames a part of {}, which the older version still uses",
    r"alter table (?:only )?(\w+) alter (?:column )?\w+ (?:set data )?type": "changes a type in {}, which writes the table anew",
    r"alter table (?:only )?(\w+) alter (?:column )?\w+ set not null": "makes a part of {} required, which reads the whole table",
    r"drop table (?:if exists )?(\w+)": "removes the table {}, which the older version still reads",
}


def breaches_of_pending() -> list[str]:
    """Breaches of the migrations that have not run on this database yet, in the order in which they would run."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    applied = [key for key in executor.loader.applied_migrations if key in executor.loader.graph.nodes]
    return list(breaches([migration for migration, _ in plan], executor.loader.project_state(applied)))


def breaches(migrations: list[Migration], state: ProjectState) -> Iterator[str]:
    """One sentence for each operation that breaks a rule, with its migration before it.

    state: the models before the first of them. Tables that these migrations make are empty, so anything may be done to them.
    """
    fresh: set[tuple[str, str]] = set()
    for migration in migrations:
        for operation in migration.operations:
            app = migration.app_label
            if isinstance(operation, do.CreateModel):
                fresh.add((app, operation.name_lower))
            elif isinstance(operation, do.RunSQL):
                made = {f"{app_of}_{name}" for app_of, name in fresh}
                yield from (f"{app}.{migration.name}: {text}" for text in _of_statements(operation, made))
            elif (app, _model_of(operation)) not in fresh and (sentence := breach(operation, app, state)):
                yield f"{app}.{migration.name}: {sentence}"
            operation.state_forwards(app, state)


def breach(operation: Any, app: str, state: ProjectState) -> str:
    """Why an operation on a table in use breaks a rule, "" when it does not."""
    if isinstance(operation, BESIDE):
        return ""
    if isinstance(operation, do.RenameField):
        return f"renames {operation.model_name}.{operation.old_name}, which the older version still uses"
    if isinstance(operation, do.RenameModel):
        return f"renames the table of {operation.old_name}, which the older version still uses"
    if isinstance(operation, do.AlterModelTable):
        return f"renames the table of {operation.name}, which the older version still uses"
    if isinstance(operation, do.RemoveField):
        return f"removes {operation.model_name}.{operation.name}, which the older version still reads"
    if isinstance(operation, do.DeleteModel):
        return f"removes the table of {operation.name}, which the older version still reads"
    if isinstance(operation, do.AddField):
        return _of_new_field(operation)
    if isinstance(operation, do.AlterField):
        return _of_changed_field(operation, app, state)
    if isinstance(operation, do.AddIndex):
        return f"builds {operation.index.name} while nobody may write {operation.model_name}; use AddIndexConcurrently"
    if isinstance(operation, do.AddConstraint):
        return _of_constraint(operation)
    return ""


def _model_of(operation: Any) -> str:
    return str(getattr(operation, "model_name", None) or getattr(operation, "name", "") or getattr(operation, "old_name", "")).lower()


def _of_statements(operation: do.RunSQL, fresh: set[str]) -> Iterator[str]:
    """What SQL of our own does to tables in use; what it does inside functions is not done now, what a block does is."""
    given = (
        operation.sql if isinstance(operation.sql, str) else " ".join(part if isinstance(part, str) else part[0] for part in operation.sql)
    )
    given = re.sub(r"\bDO\s+(\$\w*\$)(.*?)\1", r"\2", given, flags=re.DOTALL | re.IGNORECASE)
    text = " ".join(re.sub(r"(\$\w*\$).*?\1|--[^\n]*", " ", given, flags=re.DOTALL).replace('"', "").split()).lower()
    for pattern, sentence in _STATEMENTS.items():
        yield from (sentence.format(found[1]) for found in re.finditer(pattern, text) if found[1] not in fresh)


def _of_new_field(operation: do.AddField) -> str:
    field: Any = operation.field
    where = f"{operation.model_name}.{operation.name}"
    if field.many_to_many:
        return ""
    if getattr(field, "generated", False) or isinstance(field.db_default, RandomUUID):
        return f"adds {where} with a value of its own for each row, which writes the table anew"
    if field.unique or field.db_index:
        return f"builds an index for {where} while nobody may write {operation.model_name}; use db_index=False, then AddIndexConcurrently"
    if field.null or field.db_default is not NOT_PROVIDED:
        return ""
    return f"adds {where}, which the older version leaves empty; give it db_default or null=True"


def _of_changed_field(operation: do.AlterField, app: str, state: ProjectState) -> str:
    before: Any = state.models[app, operation.model_name_lower].get_field(operation.name)
    after: Any = operation.field
    where = f"{operation.model_name}.{operation.name}"
    if before.null and not after.null:
        return f"makes {where} required, which reads the whole table and refuses what the older version leaves empty"
    if (after.unique or after.db_index) and not (before.unique or before.db_index):
        return f"builds an index for {where} while nobody may write {operation.model_name}; use AddIndexConcurrently"
    if before.is_relation or after.is_relation:
        return ""
    was, becomes = before.db_type(connection), after.db_type(connection)
    return "" if was == becomes or _only_longer(before, after) else f"changes {where} from {was} to {becomes}, which writes the table anew"


def _only_longer(before: models.Field[Any, Any], after: models.Field[Any, Any]) -> bool:
    """Text that may be longer than before needs no row to be written."""
    old, new = before.max_length, after.max_length
    text = isinstance(before, models.CharField | models.TextField) and isinstance(after, models.CharField | models.TextField)
    return text and (isinstance(after, models.TextField) or (old is not None and new is not None and new >= old))


def _of_constraint(operation: do.AddConstraint) -> str:
    made = operation.constraint
    if isinstance(made, models.CheckConstraint):
        return f"proves {made.name} on every row of {operation.model_name} at once; use AddConstraintNotValid, then ValidateConstraint"
    if isinstance(made, models.UniqueConstraint | ExclusionConstraint):
        return f"builds {made.name} while nobody may write {operation.model_name}"
    return ""
