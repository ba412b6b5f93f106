"""After every migration: rights of the application role and row-level security, derived from the models.

A new table needs nothing: it is found by its `company_id`, by `append_only`, `app_writable` and `recorded`.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import connections
from psycopg import sql

from .models import Record
from .recording import record_changes
from .scope import APP_ROLE

_VISIBLE = "company_id = ANY(nullif(current_setting('app.companies', true), '')::bigint[])"


def company_models() -> list[type[Record]]:
    """Every model whose rows belong to a company."""
    return [m for m in apps.get_models() if issubclass(m, Record)]


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
        record_changes(cursor, present)


def _secure(cursor: Any, model: type[Record], role: sql.Identifier) -> None:
    table = sql.Identifier(model._meta.db_table)
    cursor.execute(sql.SQL("ALTER TABLE {0} ENABLE ROW LEVEL SECURITY; ALTER TABLE {0} FORCE ROW LEVEL SECURITY").format(table))
    cursor.execute(sql.SQL("DROP POLICY IF EXISTS company_rows ON {}").format(table))
    cursor.execute(sql.SQL("CREATE POLICY company_rows ON {} USING ({})").format(table, sql.SQL(_VISIBLE)))
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
