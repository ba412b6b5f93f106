"""Bringing a backup back, and trying an upgrade on a copy first: `enfilade restore DIR`, `enfilade rehearse`.

Both end with the proof: every table has the rows it had, and `enfilade verify` finds nothing.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from .backup import BackupProblem, back_up, compare_rows, count_rows, read_manifest, restore_database, restore_files, see_every_company
from .embedded import EmbeddedPostgres, find_cluster, place_cluster
from .home import HomeLock, find_home, prepare_home
from .serve import DATABASE, DRAFT_DATABASE

Say = Callable[[str], object]
# Rows that a migration itself adds, and what only tells how far the house has come.
OF_THE_FRAMEWORK = {"django_migrations", "django_content_type", "auth_permission"}
_LEDGER = """
select e.book_id, l.unit, sum(greatest(l.quantity_minor, 0)), sum(l.quantity_minor)
  from books_line l join books_entry e on e.id = l.entry_id
 group by 1, 2 order by 1, 2
"""


@contextmanager
def _in_words() -> Iterator[None]:
    """What the database refuses, as a sentence."""
    try:
        yield
    except psycopg.Error as error:
        raise BackupProblem(f"The database refuses: {str(error).splitlines()[0]}.") from error


@_in_words()
def restore(source: Path, say: Say) -> int:
    """Restore into DATABASE_URL, an empty database, or into a data folder without one; the number of findings of `enfilade verify`.

    Raises: BackupProblem; then nothing was there before and nothing that looks complete is there now.
    """
    manifest = read_manifest(source)
    home = find_home()
    prepare_home(home)
    if url := os.environ.get("DATABASE_URL", ""):
        _bring_back(source, url, home, manifest, say)
        return _verify(url, home)
    if (find_cluster(home) / "data").exists():
        raise BackupProblem(f"There is a database in {home} already. Name another data folder with ENFILADE_HOME.")
    lock = HomeLock(home)
    lock.take()
    server = EmbeddedPostgres(place_cluster(home, say), say=say)
    try:
        server.start()
        server.make_roles()
        server.make_database(DRAFT_DATABASE)
        _bring_back(source, server.url(DRAFT_DATABASE), home, manifest, say)
        server.rename_database(DRAFT_DATABASE, DATABASE)
        return _verify(server.url(DATABASE), home)
    finally:
        server.stop()
        lock.release()


@_in_words()
def rehearse(url: str, files: Path, say: Say) -> dict[str, Any]:
    """Upgrade a copy of the database beside it, compare rows and ledger totals before and after, and drop the copy.

    Raises: BackupProblem with the first difference, or with the words of the migration that failed.
    """
    with tempfile.TemporaryDirectory(prefix="enfilade-rehearsal-") as folder:
        source = Path(folder) / "backup"
        manifest = back_up(url, files, source, say)
        with scratch_database(url) as copy:
            restore_database(source, copy, manifest, say)
            before = _totals(copy)
            say("Bringing the tables of the copy up to date")
            _migrate(copy, Path(folder))
            after = _totals(copy)
            if before["ledger"] != after["ledger"]:
                raise BackupProblem("The upgrade would change totals of the ledger. Nothing was changed; keep the version you have.")
            compare_rows({t: n for t, n in before["rows"].items() if t not in OF_THE_FRAMEWORK}, after["rows"])
            found = _verify(copy, Path(folder))
    ran = len(set(after["migrations"]) - set(before["migrations"]))
    return {"migrations": ran, "tables": len(after["rows"]), "rows": sum(before["rows"].values()), "findings": found}


@contextmanager
def scratch_database(url: str) -> Iterator[str]:
    """An empty database beside another one, dropped at the end; the role needs CREATEDB."""
    parts = urlsplit(url)
    name = f"{parts.path.lstrip('/')}_rehearsal"
    with psycopg.connect(url, autocommit=True) as connection:
        _drop(connection, name)
        connection.execute(sql.SQL("create database {} template template0").format(sql.Identifier(name)))
        try:
            yield urlunsplit(parts._replace(path=f"/{name}"))
        finally:
            _drop(connection, name)


def _drop(connection: psycopg.Connection[Any], name: str) -> None:
    """Drop a database, whoever is still connected to it.

    Why twice: a role of ours may not end PostgreSQL's own vacuum there, which a plain drop sends away by itself.
    """
    drop = sql.SQL("drop database if exists {}").format(sql.Identifier(name))
    try:
        connection.execute(drop + sql.SQL(" with (force)"))
    except psycopg.errors.InsufficientPrivilege:
        connection.execute(drop)


def _bring_back(source: Path, url: str, home: Path, manifest: dict[str, Any], say: Say) -> None:
    restore_database(source, url, manifest, say)
    if newer := set(manifest["migrations"]) - _known_migrations(url, home):
        raise BackupProblem(f"The backup was made by a newer version ({min(newer)}). Install that version first.")
    restore_files(source, home / "files", manifest, say)
    say("Bringing the tables up to date")
    _migrate(url, home)


def _migrate(url: str, home: Path) -> None:
    _python(url, home, "enfilade.site.manage", "migrate", "--no-input", "--verbosity", "0")


def _known_migrations(url: str, home: Path) -> set[str]:
    """The migrations of this very code, as `app.name`."""
    app, found = "", set()
    for line in _python(url, home, "enfilade.site.manage", "showmigrations", "--list").splitlines():
        if line.startswith(" ["):
            found.add(f"{app}.{line[5:].split(' ')[0]}")
        else:
            app = line.strip()
    return found


def _verify(url: str, home: Path) -> int:
    """How many findings `enfilade verify` has."""
    found = json.loads(_python(url, home, "enfilade.site.cli", "verify", "--json", allowed=(0, 1)))
    return len(found["findings"])


def _totals(url: str) -> dict[str, Any]:
    """What an upgrade must not change: rows of every table, turnover and balance of every book."""
    with psycopg.connect(url) as connection:
        see_every_company(connection)
        ran = [f"{app}.{name}" for app, name in connection.execute("select app, name from django_migrations")]
        return {"rows": count_rows(connection), "ledger": connection.execute(_LEDGER).fetchall(), "migrations": ran}


def _python(url: str, home: Path, module: str, *words: str, allowed: tuple[int, ...] = (0,)) -> str:
    """Run a module of ours on a database; what it printed."""
    env = {**os.environ, "DATABASE_URL": url, "ENFILADE_HOME": str(home)}
    env.setdefault("SECRET_KEY", "signs nothing here")
    done = subprocess.run([sys.executable, "-m", module, *words], env=env, capture_output=True, text=True, check=False)
    if done.returncode not in allowed:
        raise BackupProblem(f"{words[0]} failed: {(done.stderr.strip().splitlines() or ['without a word'])[-1]}")
    return done.stdout
