"""A migration that needs a table somebody works in waits a moment, goes back, and comes again; nobody queues up behind it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.core.management.commands import migrate as djangos
from django.db import OperationalError, connection, migrations, transaction

from enfilade.site.management.commands import migrate

pytestmark = pytest.mark.django_db(transaction=True)


class Reader:
    """Somebody else, who reads a table in a transaction that stays open."""

    def __init__(self) -> None:
        known = {k: v for k, v in connection.get_connection_params().items() if k in {"host", "port", "user", "password", "dbname"}}
        self.connection = psycopg.connect(**known)
        self.connection.execute("SET lock_timeout = '5s'")
        self.connection.execute("SELECT count(*) FROM core_savedview")

    def go(self) -> None:
        """End the transaction."""
        self.connection.close()


@pytest.fixture
def reader() -> Iterator[Reader]:
    """A reader who is gone at the end, whatever happens."""
    made = Reader()
    yield made
    made.go()


def changes_a_table(self: Any, *args: Any, **options: Any) -> None:
    """In the place of Django's `migrate`: one migration that wants a table for itself."""
    self.verbosity = 0
    self.migration_progress_callback("apply_start", migrations.Migration("0002_next", "shop"))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE core_savedview IN ACCESS EXCLUSIVE MODE")


def test_it_comes_again_until_the_table_is_free(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 2:
            reader.go()

    monkeypatch.setattr(djangos.Command, "handle", changes_a_table)
    monkeypatch.setattr(migrate.time, "sleep", pause)
    call_command("migrate", verbosity=0)
    assert len(pauses) == 2
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)


def test_nobody_waits_behind_it_and_it_gives_up_in_the_end(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    came: list[bool] = []

    def pause(seconds: float) -> None:
        behind = Reader()
        came.append(True)
        behind.go()

    monkeypatch.setattr(djangos.Command, "handle", changes_a_table)
    monkeypatch.setattr(migrate.time, "sleep", pause)
    monkeypatch.setattr(migrate, "ATTEMPTS", 3)
    with pytest.raises(OperationalError):
        call_command("migrate", verbosity=0)
    assert came == [True, True]


def test_what_works_beside_the_others_may_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []

    def builds_an_index(self: Any, *args: Any, **options: Any) -> None:
        beside = migrations.Migration("0002_next", "shop")
        beside.atomic, self.verbosity = False, 0
        self.migration_progress_callback("apply_start", beside)
        with connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            found.append(cursor.fetchone()[0])

    monkeypatch.setattr(djangos.Command, "handle", builds_an_index)
    call_command("migrate", verbosity=0)
    assert found == ["0"]
