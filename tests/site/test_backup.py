"""A backup is one that has been restored: with files, into an empty data folder, with equal rows and a clean verification."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management.sql import emit_post_migrate_signal

from enfilade.core.context import Context
from enfilade.core.files import store
from enfilade.core.scope import scope
from enfilade.core.sealing import seal_audit
from enfilade.core.testing import make_company, make_ctx
from enfilade.site.backup import TABLES, BackupProblem, back_up, read_manifest, restore_database
from enfilade.site.embedded import EmbeddedPostgres
from enfilade.site.restore import rehearse, scratch_database
from tests.practices import put_back
from tests.server import database_url

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.server, pytest.mark.long]


def quiet(text: str) -> None:
    """Say nothing."""


@pytest.fixture
def house(tmp_path: Path) -> Context:
    """A practice with a day of history, a sealed record and a file."""
    settings.FILES_DIR = tmp_path / "files"

    def found() -> Context:
        from enfilade.site.demo import found_practice

        # What Django notes about its models after a migration goes with the rows of an earlier test, but a house has it.
        emit_post_migrate_signal(verbosity=0, interactive=False, db="default")
        owner, _, _ = found_practice("dental", patients=4, days=1, password="a-backup-of-one-day")
        with scope(owner.company_id):
            store(owner, "letter.txt", BytesIO(b"Dear practice"))
        seal_audit(owner)
        return owner

    return put_back("a house to back up", found)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the database user may pass through."""
    made = Path(tempfile.mkdtemp(prefix="enfilade-test-backup-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)


def enfilade(home: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """The command line on a data folder of its own, with the embedded server."""
    env = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "SECRET_KEY"}}
    env |= {"ENFILADE_HOME": str(home)}
    return subprocess.run([sys.executable, "-m", "enfilade.site.cli", *words], env=env, capture_output=True, text=True, check=False)


def rows_of(home: Path) -> dict[str, int]:
    """Rows of every table of a restored data folder, read as the superuser of its cluster."""
    server = EmbeddedPostgres(home / "postgres")
    server.start()
    try:
        with server.connect("enfilade") as connection:
            tables = [r[0] for r in connection.execute(TABLES)]
            return {t: int(connection.execute(f"select count(*) from {t}").fetchone()[0]) for t in tables}  # type: ignore[index, arg-type]  # noqa: S608
    finally:
        server.stop()


def test_what_was_backed_up_comes_back(house: Context, tmp_path: Path, folder: Path) -> None:
    """The whole way, with two companies, dumped by a role that row-level security holds: an empty data folder, restore, verify, work."""
    other = make_ctx(make_company("Second"), "*")
    with scope(other.company_id):
        store(other, "note.txt", BytesIO(b"Another company's"))
    with psycopg.connect(database_url()) as connection:
        assert connection.execute("select rolsuper from pg_roles where rolname = current_user").fetchone() == (False,)
    made = back_up(database_url(), Path(settings.FILES_DIR), tmp_path / "backup", quiet)
    assert made["rows"]["core_company"] == 2
    assert made["rows"]["core_rowchange"] > made["rows"]["core_auditentry"] > 50
    contents = {(Path(settings.FILES_DIR) / digest[:2] / digest).read_bytes() for digest in made["files"]}
    assert {b"Dear practice", b"Another company's"} <= contents, "row-level security kept a company out"
    home = folder / "home"
    done = enfilade(home, "restore", str(tmp_path / "backup"))
    assert (done.returncode, done.stdout) == (0, "Everything is back, and nothing was altered.\n"), done.stderr
    found = rows_of(home)
    assert {t: found.get(t) for t in made["rows"]} == made["rows"]
    for digest in made["files"]:
        assert (home / "files" / digest[:2] / digest).read_bytes() == (Path(settings.FILES_DIR) / digest[:2] / digest).read_bytes()
    checked = enfilade(home, "verify", "--json")
    assert json.loads(checked.stdout) == {"ok": True, "companies": 2, "findings": []}, checked.stderr
    assert enfilade(home, "run", "core.seal_audit", "--company", house.company.slug).returncode == 0
    again = enfilade(home, "restore", str(tmp_path / "backup"))
    assert again.returncode == 2
    assert "There is a database in" in again.stderr


def test_what_is_damaged_is_refused(house: Context, tmp_path: Path) -> None:
    backup, files = tmp_path / "backup", Path(settings.FILES_DIR)
    made = back_up(database_url(), files, backup, quiet)
    with pytest.raises(BackupProblem, match="exists already"):
        back_up(database_url(), files, backup, quiet)
    whole = (backup / "database.dump").read_bytes()
    for broken in (whole[:-1], whole[:500] + bytes([whole[500] ^ 1]) + whole[501:], b""):
        (backup / "database.dump").write_bytes(broken)
        with pytest.raises(BackupProblem, match="damaged"):
            read_manifest(backup)
    (backup / "database.dump").write_bytes(whole)
    with scratch_database(database_url()) as empty:
        with pytest.raises(BackupProblem, match="core_company has 1 rows instead of 2"):
            restore_database(backup, empty, {**made, "rows": {**made["rows"], "core_company": 2}}, quiet)
        with pytest.raises(BackupProblem, match="not empty"):
            restore_database(backup, empty, made, quiet)
    digest = made["files"][0]
    (files / digest[:2] / digest).write_bytes(b"forged")
    with pytest.raises(BackupProblem, match="another hash"):
        back_up(database_url(), files, tmp_path / "second", quiet)
    (files / digest[:2] / digest).unlink()
    with pytest.raises(BackupProblem, match="is named by the database"):
        back_up(database_url(), files, tmp_path / "second", quiet)
    assert not (tmp_path / "second").exists()


def test_an_upgrade_is_tried_on_a_copy(house: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    told = rehearse(database_url(), Path(settings.FILES_DIR), quiet)
    assert (told["migrations"], told["findings"]) == (0, 0)
    assert told["rows"] > 1000

    def spoil(url: str, home: Path) -> None:
        with psycopg.connect(url) as connection:
            connection.execute("alter table books_line disable trigger user")
            connection.execute("alter table books_line no force row level security")
            connection.execute("update books_line set quantity_minor = quantity_minor * 2")

    monkeypatch.setattr("enfilade.site.restore._migrate", spoil)
    with pytest.raises(BackupProblem, match="would change totals of the ledger"):
        rehearse(database_url(), Path(settings.FILES_DIR), quiet)
    with psycopg.connect(database_url()) as connection:
        names: list[Any] = connection.execute("select datname from pg_database where datname like '%rehearsal'").fetchall()
    assert names == []
