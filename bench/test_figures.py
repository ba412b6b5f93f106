"""What a figure is measured against does the same work."""

import pytest
from django.db import connection

from bench.figures import save_view_by_hand
from enfilade.core.commands import save_view
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx


@pytest.mark.django_db(transaction=True)
def test_the_sql_beside_a_command_writes_the_same_rows() -> None:
    ctx = make_ctx(make_company(), "*")

    tables = [t for t in connection.introspection.django_table_names(only_existing=True) if t.startswith("core_")]
    counted = " UNION ALL ".join(f"SELECT '{t}', count(*) FROM {t}" for t in tables)  # noqa: S608 - names of our own tables

    def rows() -> list[tuple[str, int]]:
        with scope(ctx.company_id, read_only=True), connection.cursor() as cursor:
            cursor.execute(counted)
            return list(cursor.fetchall())

    empty = rows()
    save_view(ctx, resource="core.auditentry", name="By the runner")
    once = rows()
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.companies', %s, false)", [f"{{{ctx.company_id}}}"])
    save_view_by_hand(ctx, 1)
    made = {name: (n - m, k - n) for (name, m), (_, n), (_, k) in zip(empty, once, rows(), strict=True) if n != m or k != n}
    assert made
    assert all(by_runner == by_hand for by_runner, by_hand in made.values()), made
