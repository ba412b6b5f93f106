"""The PostgreSQL of a test run: one embedded server per run, or the one that TEST_DATABASE_URL names.

The migrations run once per state of the migration files: the cluster they made is kept in `.cache/test-clusters` and copied for each
run, and each worker's database is a copy of the migrated one in it. Where only migrations were added, just these run, on a copy of the
cluster before them. The copy lives in a temporary folder, without fsync; the run ends
its server, the kernel ends it when the run is killed, and the next run removes the folder. So runs at the same time never meet.
"""

import fcntl
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.db import connections
from psycopg import sql

from enfilade.site.embedded import EmbeddedPostgres, socket_url
from enfilade.site.serve import schema_files, schema_fingerprint

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / ".cache" / "test-clusters"
KEPT_COUNT = 3
TEMPLATE = "enfilade_template"
PREFIX = "enfilade-test-"
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of a name nobody can guess is made in it
MEMORY_MIN_BYTES = 6 * 1024**3


class RunServer:
    """The server of one run. `url` names a database to connect to first, `template` the migrated one to copy.

    superuser_url: the same server for a superuser, who empties tables after a test; "" where there is none.
    """

    def __init__(self) -> None:
        self.embedded: EmbeddedPostgres | None = None
        self.url = os.environ.get("TEST_DATABASE_URL", "")
        self.superuser_url = os.environ.get("TEST_SUPERUSER_URL", "") if self.url else ""
        self.template = f"{TEMPLATE}{os.environ.get('ENFILADE_TEST_DB', '')}"

    def start(self) -> None:
        """Make the server and the migrated database ready."""
        if self.url:
            with psycopg.connect(self.url, autocommit=True) as connection:
                connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(self.template)))
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(self.template)))
            migrate(with_database(self.url, self.template))
            return
        self.template = TEMPLATE
        remove_folders_of_killed_runs()
        kept = make_kept_cluster()
        folder = temporary_folder()
        copy(kept, folder / "data")
        self.embedded = launch(folder)
        self.url = self.embedded.url("postgres")
        self.superuser_url = socket_url(self.embedded.sockets, "postgres", "postgres")

    def stop(self) -> None:
        """Leave nothing behind."""
        if self.embedded:
            self.embedded.stop()
            shutil.rmtree(self.embedded.folder, ignore_errors=True)
        elif self.url:
            with psycopg.connect(self.url, autocommit=True) as connection:
                connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(self.template)))


def make_kept_cluster() -> Path:
    """Return the cluster whose migrated database fits the migration files of now; make it if there is none."""
    kept = KEPT / schema_fingerprint()[:16]
    KEPT.mkdir(parents=True, exist_ok=True)
    with locked(KEPT / "lock"):
        if kept.exists():
            os.utime(kept)
            return kept
        folder = temporary_folder()
        if (earlier := find_earlier()) is not None:
            copy(earlier, folder / "data")
        server = launch(folder)
        try:
            if earlier is None:
                server.make_roles()
                server.make_database(TEMPLATE)
            migrate(server.url(TEMPLATE))
        finally:
            server.stop()
        draft = kept.with_name(f"{kept.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        copy(folder / "data", draft)
        files_of(kept).write_text(json.dumps(schema_files()))
        shutil.rmtree(folder, ignore_errors=True)
        draft.rename(kept)
        others = sorted((path for path in KEPT.iterdir() if path.is_dir()), key=lambda path: path.stat().st_mtime, reverse=True)
        for older in others[KEPT_COUNT:]:
            shutil.rmtree(older, ignore_errors=True)
            files_of(older).unlink(missing_ok=True)
        return kept


def files_of(kept: Path) -> Path:
    """Return where the files are listed that a kept cluster was made from."""
    return kept.with_name(f"{kept.name}.json")


def find_earlier() -> Path | None:
    """Return the newest kept cluster all of whose files are still the same, so that only what was added has to run."""
    now = schema_files().items()
    for path in sorted(KEPT.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True):
        kept = path.with_suffix("")
        if kept.is_dir() and json.loads(path.read_text()).items() <= now:
            # What drafts of a migration begin with outlives the drafts.
            os.utime(kept)
            return kept
    return None


def migrate(url: str) -> None:
    """Run the migrations on an empty database; their own words are the error."""
    env = {**os.environ, "DATABASE_URL": url, "SECRET_KEY": "for tests only"}
    command = [sys.executable, "-m", "enfilade.site.manage", "migrate", "--no-input", "--verbosity", "0"]
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"the migrations failed:\n{done.stdout}{done.stderr}")


def launch(folder: Path) -> EmbeddedPostgres:
    """Start a server on a folder."""
    server = EmbeddedPostgres(folder, durable=False)
    with (folder / "server.log").open("ab") as log:
        server.start(output=log)
    return server


def temporary_folder() -> Path:
    """Return a new folder with this run's number in its name; the database user may pass through it.

    Where there is plenty of memory it lies there: emptying two hundred tables after a test makes and removes a thousand files.
    """
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > MEMORY_MIN_BYTES
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=MEMORY if roomy else None))
    folder.chmod(0o711)
    return folder


def copy(source: Path, target: Path) -> None:
    """Copy a cluster with its owner; where the file system can, without copying the bytes."""
    subprocess.run(["cp", "-a", "--reflink=auto", str(source), str(target)], check=True)


def database_url() -> str:
    """The address of the database that the tests use, for a process beside them."""
    given = {name: str(value) for name, value in connections["default"].settings_dict.items()}
    login = given["USER"] + (f":{given['PASSWORD']}" if given["PASSWORD"] else "")
    if given["HOST"].startswith("/"):
        return f"postgresql://{login}@/{given['NAME']}?host={given['HOST']}&port={given['PORT']}"
    return f"postgresql://{login}@{given['HOST']}:{given['PORT']}/{given['NAME']}"


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def with_database(url: str, name: str) -> str:
    """Return a PostgreSQL URL with another database in it."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock that other runs on this checkout wait for."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def remove_folders_of_killed_runs() -> None:
    """Remove what runs that were killed left behind: their number is in the name of the folder."""
    for folder in (*Path(tempfile.gettempdir()).glob(f"{PREFIX}*"), *MEMORY.glob(f"{PREFIX}*")):
        number = re.match(rf"{PREFIX}(\d+)-", folder.name)
        if number and not Path("/proc", number[1]).exists() and folder.stat().st_uid == os.geteuid():
            shutil.rmtree(folder, ignore_errors=True)
