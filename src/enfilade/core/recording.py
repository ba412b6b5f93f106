"""Which tables write down what changes in their rows: triggers on every business table, derived from the models.

A `Record` needs nothing: its changes are recorded unless it says `recorded = False`, without the columns it names in `left_out`.
The function behind the triggers is sql/changes.sql.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models
from psycopg import sql

from .models import ApiToken, Company, Record, RowChange

EVENTS = {
    "INSERT": "REFERENCING NEW TABLE AS fresh",
    "UPDATE": "REFERENCING OLD TABLE AS stale NEW TABLE AS fresh",
    "DELETE": "REFERENCING OLD TABLE AS stale",
}

_STANDING = """
SELECT c.relname, t.tgname, t.tgargs FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
 WHERE t.tgfoid = 'core_record_changes'::regproc
"""


@dataclass(frozen=True)
class Recorded:
    """A model whose row changes are recorded.

    left_out: columns whose values are not kept; ignored: columns whose changes are none; company: the column that names the company.
    """

    model: type[models.Model]
    left_out: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    company: str = "company_id"

    @property
    def table(self) -> str:
        """Name of the table."""
        return self.model._meta.db_table

    @property
    def label(self) -> str:
        """`app.model`, as references begin."""
        return self.model._meta.label_lower

    @property
    def arguments(self) -> tuple[str, str, str, str]:
        """What the triggers tell the function."""
        return self.label, "{" + ",".join(self.left_out) + "}", self.company, "{" + ",".join(self.ignored) + "}"


def recorded_models() -> list[Recorded]:
    """Every business table, and the tables that say who may what."""
    found = [Recorded(m, m.left_out) for m in apps.get_models() if issubclass(m, Record) and m.recorded and m is not ApiToken]
    return [Recorded(Company, company="id"), Recorded(ApiToken, ("digest",), ("last_used_at",)), *found]


def record_changes(cursor: Any, present: set[str]) -> None:
    """Put the triggers on the tables that are there; those that are right already are left alone, so that nobody waits for a lock."""
    if RowChange._meta.db_table not in present:
        return
    cursor.execute(_STANDING)
    standing = {(table, name): bytes(arguments) for table, name, arguments in cursor.fetchall()}
    for recorded in recorded_models():
        if recorded.table in present:
            _put(cursor, recorded, standing)
    wanted = {(r.table, _name(event)) for r in recorded_models() for event in EVENTS}
    for table, name in standing.keys() - wanted:
        cursor.execute(sql.SQL("DROP TRIGGER {} ON {}").format(sql.Identifier(name), sql.Identifier(table)))
    # The function writes as the owner of the tables, whatever companies the statement under way may see.
    cursor.execute("SELECT 1 FROM pg_policies WHERE tablename = 'core_rowchange' AND policyname = 'written_by_triggers'")
    if cursor.fetchone() is None:
        cursor.execute("CREATE POLICY written_by_triggers ON core_rowchange FOR INSERT TO CURRENT_USER WITH CHECK (true)")


def _put(cursor: Any, recorded: Recorded, standing: dict[tuple[str, str], bytes]) -> None:
    arguments = b"".join(argument.encode() + b"\0" for argument in recorded.arguments)
    for event, tables in EVENTS.items():
        if standing.get((recorded.table, _name(event))) != arguments:
            text = "CREATE OR REPLACE TRIGGER {} AFTER {} ON {} {} FOR EACH STATEMENT EXECUTE FUNCTION core_record_changes({})"
            cursor.execute(
                sql.SQL(text).format(
                    sql.Identifier(_name(event)),
                    sql.SQL(event),
                    sql.Identifier(recorded.table),
                    sql.SQL(tables),
                    sql.SQL(", ").join(map(sql.Literal, recorded.arguments)),
                )
            )


def _name(event: str) -> str:
    return f"record_{event.lower()}"
