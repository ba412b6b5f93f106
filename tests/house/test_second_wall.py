"""SQL of company A as the application role, on every table that belongs to companies: no row of B is read, written, moved or removed.

The tables are found by the models; their rows are made here, without the checks and triggers that would ask for more than a company,
and the owner of the tables is let through, so that she can make and count them: the application role is not the owner.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, models, transaction
from psycopg import sql

from enfilade.core.models import Membership, Role
from enfilade.core.scope import enter, scope
from enfilade.core.secure import company_models, link_models
from enfilade.core.testing import make_company, make_ctx

pytestmark = pytest.mark.django_db
OURS, THEIRS = -1, -2


def bare(table: str, companies: dict[int, int]) -> None:
    """Take from a table whatever asks for more than a key and a company, and put one row of each company into it."""
    with connection.cursor() as cursor:
        name = sql.Identifier(table)
        cursor.execute(sql.SQL("ALTER TABLE {0} DISABLE TRIGGER USER; ALTER TABLE {0} NO FORCE ROW LEVEL SECURITY").format(name))
        cursor.execute("SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('c', 'f', 'x')", [table])
        for (constraint,) in cursor.fetchall():
            cursor.execute(sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(name, sql.Identifier(constraint)))
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'p' AND cardinality(conkey) > 1", [table]
        )
        for (constraint,) in cursor.fetchall():
            # Its rows are told apart by several columns; here one has to do.
            statement = "ALTER TABLE {0} DROP CONSTRAINT {1}; ALTER TABLE {0} ADD COLUMN IF NOT EXISTS id bigint"
            cursor.execute(sql.SQL(statement).format(name, sql.Identifier(constraint)))
        cursor.execute("SELECT relkind FROM pg_class WHERE oid = %s::regclass", [table])
        if cursor.fetchone() == ("p",):
            # A row that says nothing of what the partitions go by.
            cursor.execute(sql.SQL("CREATE TABLE {} PARTITION OF {} DEFAULT").format(sql.Identifier(f"{table}_other"), name))
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND attnotnull AND NOT attisdropped"
            " AND attname NOT IN ('id', 'company_id') AND NOT attnum = ANY(coalesce((SELECT conkey FROM pg_constraint"
            " WHERE conrelid = attrelid AND contype = 'p'), '{}'))",
            [table],
        )
        for (column,) in cursor.fetchall():
            cursor.execute(sql.SQL("ALTER TABLE {} ALTER COLUMN {} DROP NOT NULL").format(name, sql.Identifier(column)))
        cursor.execute(sql.SQL("DELETE FROM {}").format(name))
        for key, company in companies.items():
            cursor.execute(sql.SQL("INSERT INTO {} (id, company_id) OVERRIDING SYSTEM VALUE VALUES (%s, %s)").format(name), [key, company])


def attempt(statement: sql.Composed, values: list[Any]) -> int | str:
    """Rows that a statement touched, or what it was refused with."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
            return int(cursor.rowcount)
    except DatabaseError as error:
        return str(getattr(error.__cause__, "sqlstate", "") or error)


@pytest.mark.parametrize("model", company_models(), ids=lambda model: model._meta.label)
def test_no_row_of_another_company(model: type[models.Model]) -> None:
    """Read, add, take over, give away, change and remove; the last look is the table owner's, who sees that all is as it was."""
    ours, theirs = make_company(), make_company("Theirs")
    name = sql.Identifier(model._meta.db_table)
    say: Callable[[str], sql.Composed] = lambda text: sql.SQL(text).format(name)  # noqa: E731 - one name for ten statements
    with transaction.atomic():
        bare(model._meta.db_table, {OURS: ours.pk, THEIRS: theirs.pk})
        enter(ours.pk)
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            assert cursor.fetchone() == ("enfilade_app",)
            cursor.execute(say("SELECT id FROM {}"))
            assert cursor.fetchall() == [(OURS,)], "reads a row of another company"
        assert attempt(say("INSERT INTO {} (id, company_id) OVERRIDING SYSTEM VALUE VALUES (-3, %s)"), [theirs.pk]) == "42501"
        assert attempt(say("UPDATE {} SET company_id = %s WHERE id = -2"), [ours.pk]) in (0, "42501"), "takes a row over"
        assert attempt(say("UPDATE {} SET company_id = %s WHERE id = -1"), [theirs.pk]) == "42501", "gives a row away"
        assert attempt(say("UPDATE {} SET id = -4 WHERE company_id = %s"), [theirs.pk]) in (0, "42501"), "changes"
        assert attempt(say("DELETE FROM {} WHERE company_id = %s"), [theirs.pk]) in (0, "42501"), "removes"
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
            cursor.execute(say("SELECT id, company_id FROM {} ORDER BY id"))
            assert cursor.fetchall() == [(THEIRS, theirs.pk), (OURS, ours.pk)]
        transaction.set_rollback(True)


def test_links_between_tables_are_walled_too() -> None:
    """Who holds which role in another company is neither seen nor changed, and no role of it is taken over."""
    ours, theirs = make_ctx(make_company(), "*"), make_ctx(make_company("Theirs"), "*")
    mine, role = Membership.objects.get(user=ours.user), Role.objects.get(company=theirs.company)
    assert {m._meta.db_table for m in link_models()} >= {"core_membership_roles", "core_membership_departments", "core_department_roles"}
    with scope(ours.company_id), connection.cursor() as cursor:
        cursor.execute("SELECT membership_id FROM core_membership_roles")
        assert cursor.fetchall() == [(mine.pk,)]
        cursor.execute("DELETE FROM core_membership_roles WHERE role_id = %s", [role.pk])
        assert cursor.rowcount == 0
        assert attempt(
            sql.SQL("INSERT INTO {} (membership_id, role_id) VALUES (%s, %s)").format(sql.Identifier("core_membership_roles")),
            [mine.pk, role.pk],
        ) in ("42501", "23514")


def test_without_a_scope_the_application_role_sees_nothing() -> None:
    """A transaction in which nobody said for which company it is."""
    ctx = make_ctx(make_company(), "*")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.companies', '', true)")
        cursor.execute("SELECT set_config('role', 'enfilade_app', true)")
        for model in company_models():
            cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(model._meta.db_table)))
            assert cursor.fetchone() == (0,), model._meta.label
        cursor.execute("RESET ROLE")
    assert Role.objects.filter(company=ctx.company).exists()
