"""Django's `migrate`, which does not make everybody wait: it gives up a lock that it does not get at once, and asks for it again.

Whoever waits for a lock on a table makes all who come later wait as well, so that one long reader and one change of a table stop the house.
Here a migration waits a third of a second at most, is rolled back, and is tried again a little later; what ran before it stays.

And a table is made with its constraints and indexes. After each of them made by itself, Django draws up every model anew that is related
to the table, and in a house where everything belongs to a company that is every one.

And it is asked once by which setting a model is swapped. Django forgets that with each model it draws up, and goes through all models
again for each foreign key: a third of the time of a first start.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.apps.registry import Apps
from django.core.management.commands import migrate
from django.db import OperationalError, connection
from django.db.migrations import AddConstraint, AddField, AddIndex, CreateModel, Migration
from django.db.migrations.operations.base import Operation
from psycopg.errors import LockNotAvailable

LOCK_TIMEOUT = "300ms"
ATTEMPTS = 30
PAUSE_S = (0.2, 2.0)
# What may be part of making a table: the option of the model that it is, and where the operation keeps it.
PARTS: dict[type[Operation], tuple[str, str]] = {AddConstraint: ("constraints", "constraint"), AddIndex: ("indexes", "index")}


class Command(migrate.Command):
    """`migrate`, with patience instead of a queue behind it."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Run what is to be run; a lock that somebody holds is asked for again, thirty times."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with swaps_remembered():
                    super().handle(*args, **options)
                return
            except OperationalError as error:
                if not isinstance(error.__cause__, LockNotAvailable) or attempt == ATTEMPTS:
                    raise
                self.stderr.write("A table is in use; trying again in a moment.")
                time.sleep(random.uniform(*PAUSE_S))  # noqa: S311 - jitter, not a secret
            finally:
                if connection.connection is not None and not connection.connection.closed:
                    wait_at_most("0")

    def migration_progress_callback(self, action: str, migration: Migration | None = None, fake: bool = False) -> None:
        """Before each migration: how long it may wait. One that builds an index beside the work has to wait for all transactions."""
        if action in {"apply_start", "unapply_start"} and migration is not None:
            wait_at_most(LOCK_TIMEOUT if migration.atomic else "0")
        if action == "apply_start" and migration is not None:
            migration.operations = made_at_once(migration.operations)  # type: ignore[misc]  # Each migration has a list of its own.
        super().migration_progress_callback(action, migration, fake)


@contextmanager
def swaps_remembered() -> Iterator[None]:
    """By which setting a model is swapped is looked up once for each model."""
    looked_up, known = Apps.get_swappable_settings_name, dict[str, str | None]()

    def remembered(apps: Apps, model: str) -> str | None:
        if model not in known:
            known[model] = looked_up(apps, model)
        return known[model]

    # Django says that it shall be forgotten with every model that a migration draws up, none of which swaps anything.
    remembered.cache_clear = lambda: None  # type: ignore[attr-defined]
    Apps.get_swappable_settings_name = remembered  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        Apps.get_swappable_settings_name = looked_up  # type: ignore[method-assign]


def made_at_once(operations: Sequence[Operation]) -> list[Operation]:
    """The same operations, where a table is made together with the constraints and indexes that follow it in the same migration.

    One that follows a change of its table, or SQL of our own, stays where it is: it may speak of what was not there before.
    """
    done: list[Operation] = []
    new: dict[str, int] = {}
    for operation in operations:
        place = new.get(getattr(operation, "model_name_lower", ""))
        if isinstance(operation, CreateModel):
            new[operation.name_lower] = len(done)
        elif type(operation) in PARTS and place is not None:
            done[place] = with_part(done[place], operation)
            continue
        elif isinstance(operation, AddField):
            new.pop(operation.model_name_lower, None)
        elif type(operation) not in PARTS:
            new.clear()
        done.append(operation)
    return done


def with_part(table: Any, part: Any) -> CreateModel:
    """Making a table, and a constraint or an index with it."""
    option, name = PARTS[type(part)]
    options = table.options | {option: [*table.options.get(option, ()), getattr(part, name)]}
    return CreateModel(table.name, table.fields, options, table.bases, table.managers)


def wait_at_most(timeout: str) -> None:
    """Set for this session how long a statement waits for a lock; "0" is for ever."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [timeout])
