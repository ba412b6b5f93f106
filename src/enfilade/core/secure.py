"""After every migration: rights of the application role and row-level security, derived from the models.

A new table needs nothing: it is found by its `company_id`, by `append_only`, `app_writable`, `recorded` and `read_before_scope`. A table
that only links two others (a role to a membership) has no company of its own: its rows are those whose both ends are visible. The
partitions of a table are behind the same wall; the application role has no right to any of them, only to the whole.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import connections
from django.db.models import ForeignKey, Model
from psycopg import sql

from .models import Record
from .recording import record_changes
from .scope import APP_ROLE

# A question of its own, so that it is asked once for a statement and not for each row that is looked at.
_VISIBLE = "company_id = ANY((SELECT nullif(current_setting('app.companies', true), '')::bigint[])::bigint[])"


def company_models() -> list[type[Record]]:
    """Every model whose rows belong to a company."""
    return [m for m in apps.get_models() if issubclass(m, Record)]


def link_models() -> list[type[Model]]:
    """Tables that Django keeps between two of ours."""
    return [m for m in apps.get_models(include_auto_created=True) if m._meta.auto_created and _ends(m)]


def secure_tables(using: str = "default", **_: Any) -> None:
    """Grant the application role what it needs, no more, and put every company's rows behind a policy."""
    connection = connections[using]
    present = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP_ROLE])
        if cursor.fetchone() is None:
            return
        role = sql.Identifier(APP_ROLE)
        cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(role))
        cursor.execute(sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}").format(role))
        cursor.execute(sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}").format(role))
        for model in company_models():
            if model._meta.db_table in present:
                _secure(cursor, model, role)
        for link in link_models():
            if link._meta.db_table in present:
                _policy(cursor, link._meta.db_table, _both_ends(link), forced=False)
        record_changes(cursor, present)


def _secure(cursor: Any, model: type[Record], role: sql.Identifier) -> None:
    table = sql.Identifier(model._meta.db_table)
    _policy(cursor, model._meta.db_table, sql.SQL(_VISIBLE), forced=not model.read_before_scope)
    for part in partitions_of(cursor, model._meta.db_table):
        _policy(cursor, part, sql.SQL(_VISIBLE), forced=not model.read_before_scope)
        cursor.execute(sql.SQL("REVOKE ALL ON {} FROM {}").format(sql.Identifier(part), role))
    if not model.app_writable:
        cursor.execute(sql.SQL("REVOKE INSERT, UPDATE, DELETE ON {} FROM {}").format(table, role))
    if model.append_only:
        cursor.execute(sql.SQL("REVOKE UPDATE, DELETE ON {} FROM {}").format(table, role))
        cursor.execute(sql.SQL("DROP TRIGGER IF EXISTS append_only ON {}").format(table))
        cursor.execute(
            sql.SQL("CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {} FOR EACH ROW EXECUTE FUNCTION core_append_only()").format(
                table
            )
        )


def partitions_of(cursor: Any, table: str) -> list[str]:
    """The tables of which a table is made, where it is partitioned."""
    cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass ORDER BY 1", [table])
    return [name for (name,) in cursor.fetchall()]


def _policy(cursor: Any, name: str, visible: sql.Composable, *, forced: bool) -> None:
    """forced: the owner of the table is bound too; the application role always is."""
    table = sql.Identifier(name)
    force = sql.SQL("FORCE" if forced else "NO FORCE")
    cursor.execute(sql.SQL("ALTER TABLE {0} ENABLE ROW LEVEL SECURITY; ALTER TABLE {0} {1} ROW LEVEL SECURITY").format(table, force))
    cursor.execute(sql.SQL("DROP POLICY IF EXISTS company_rows ON {}").format(table))
    cursor.execute(sql.SQL("CREATE POLICY company_rows ON {} USING ({})").format(table, visible))


def _ends(link: type[Model]) -> list[ForeignKey[Any, Any]]:
    return [f for f in link._meta.concrete_fields if isinstance(f, ForeignKey) and issubclass(f.related_model, Record)]


def _both_ends(link: type[Model]) -> sql.Composable:
    one = sql.SQL("EXISTS (SELECT 1 FROM {} AS e WHERE e.id = {})")
    return sql.SQL(" AND ").join(
        one.format(sql.Identifier(f.related_model._meta.db_table), sql.Identifier(link._meta.db_table, f.column)) for f in _ends(link)
    )
