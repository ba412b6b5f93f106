"""The migrations make exactly the tables that the models declare, in one line without branches."""

import re
from io import StringIO

import pytest
from django.core.management import call_command
from django.db.migrations import RunSQL
from django.db.migrations.loader import MigrationLoader

pytestmark = pytest.mark.django_db
# What a statement of its own does to rows; what stands inside functions is done later, by somebody who sees them.
INSIDE = re.compile(r"(\$\w*\$).*?\1|--[^\n]*", re.DOTALL)
MOVES_ROWS = re.compile(r"(?:^|;)\s*(?:WITH\b|INSERT INTO|UPDATE|DELETE FROM)\s", re.IGNORECASE)


def test_no_model_waits_for_a_migration() -> None:
    out = StringIO()
    try:
        call_command("makemigrations", check=True, dry_run=True, stdout=out, no_color=True)
    except SystemExit:
        pytest.fail(f"run makemigrations:\n{out.getvalue()}")


def test_the_checks_of_the_framework_find_nothing() -> None:
    """Among them: each module's max_migration.txt names its last migration, so two branches collide when they are merged."""
    call_command("check", fail_level="WARNING")


def test_sql_that_moves_rows_sees_them() -> None:
    """Row-level security binds the owner of the tables too: without `app.companies` a step moves no row at all, and nobody is told."""
    ours = [one for one in MigrationLoader(None).disk_migrations.values() if type(one).__module__.startswith("enfilade.")]
    texts = [(one, INSIDE.sub(" ", str(step.sql))) for one in ours for step in one.operations if isinstance(step, RunSQL)]
    assert [str(one) for one, text in texts if MOVES_ROWS.search(text) and "app.companies" not in text] == []
    assert any("app.companies" in text for _, text in texts)
