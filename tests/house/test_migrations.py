"""The migrations make exactly the tables that the models declare, in one line without branches."""

from io import StringIO

import pytest
from django.core.management import call_command

pytestmark = pytest.mark.django_db


def test_no_model_waits_for_a_migration() -> None:
    out = StringIO()
    try:
        call_command("makemigrations", check=True, dry_run=True, stdout=out, no_color=True)
    except SystemExit:
        pytest.fail(f"run makemigrations:\n{out.getvalue()}")


def test_the_checks_of_the_framework_find_nothing() -> None:
    """Among them: each module's max_migration.txt names its last migration, so two branches collide when they are merged."""
    call_command("check", fail_level="WARNING")
