"""The server: one supervisor for the database, the pages, the live updates and the jobs.

Owns the order of a start (data folder, database, migrations, demo company, processes) and of a stop (the reverse). Guarantees: no
second server on the same data folder; after a kill at any moment the next start works; nothing that it started outlives it.

ENFILADE_HOME, DATABASE_URL, SECRET_KEY   see settings
PORT                                      where pages and API are served (8000)
LIVE_PORT                                 where live updates are served (PORT + 1, or any free one)
ENFILADE_BIND                             the address to listen on (127.0.0.1)
"""

import argparse
import errno
import hashlib
import json
import os
import shutil
import signal
import socket
import sys
import time
from pathlib import Path

import psycopg

from enfilade.site.embedded import EmbeddedPostgres, place_cluster
from enfilade.site.home import HomeLock, HomeProblem, find_home, prepare_home, read_secret_key, short_hash, write_private
from enfilade.site.processes import Process, StopRequested, Supervisor, Terminal, end_marked, start_child

DATABASE = "enfilade"
DRAFT_DATABASE = "enfilade_draft"
PACKAGE = Path(__file__).resolve().parent.parent
OLDEST_POSTGRES = 150000
PATIENCE_S = 120
MARKER = "ENFILADE_SERVED_HOME"


class House:
    """One server on one data folder."""

    def __init__(self, demo: str) -> None:
        """Name what to serve.

        demo: the kind of the demo company that an empty database gets; empty for none.
        """
        self.demo = demo
        self.home = find_home()
        self.bind = os.environ.get("ENFILADE_BIND", "127.0.0.1")
        self.port = read_port("PORT", 8000)
        self.terminal = Terminal()
        self.say = self.terminal.say
        self.supervisor = Supervisor(self.terminal)
        self.postgres: EmbeddedPostgres | None = None
        self.env: dict[str, str] = {}

    def run(self) -> int:
        """Start everything, serve until asked to stop, end everything. Returns the exit code."""
        self.supervisor.listen()
        os.umask(0o077)  # What the house writes is nobody else's.
        prepare_home(self.home)
        lock = HomeLock(self.home)
        lock.take()
        address = f"http://{self.bind}:{self.port}"
        try:
            lock.write(address=address)
            marker = f"{MARKER}={self.home}"
            end_marked(marker, self.say)
            self.claim_port(self.port, "PORT")
            self.env = self.make_environment()
            self.start_database()
            return self.serve(address, lock)
        except StopRequested:
            self.say("Stopping")
            return 0
        except HomeProblem as problem:
            self.say(str(problem))
            return 2
        finally:
            self.supervisor.watching = True  # From here on a further signal only hurries.
            lock.write(address=address, stopping=True)
            self.end()
            lock.release()

    def make_environment(self) -> dict[str, str]:
        """Return the environment of every child."""
        if not os.environ.get("SECRET_KEY"):
            read_secret_key(self.home)
        # Without compiled files every process would read the whole house from its source again.
        outer = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        return {
            **outer,
            "ENFILADE_HOME": str(self.home),
            MARKER: str(self.home),
            "PORT": str(self.port),
            "ENFILADE_BIND": self.bind,
            "LIVE_PORT": str(self.choose_live_port()),
            "PYTHONUNBUFFERED": "1",
            "PROMETHEUS_MULTIPROC_DIR": str(empty_folder(self.home / "metrics")),
            # The children write into a pipe; who reads it in the end is seen here only.
            "ENFILADE_LOG": os.environ.get("ENFILADE_LOG") or ("lines" if sys.stdout.isatty() else "json"),
        }

    def claim_port(self, port: int, name: str) -> None:
        """See that nobody listens on a port; a kind check before the long steps."""
        problem = try_port(self.bind, port)
        if problem == errno.EADDRINUSE:
            raise HomeProblem(f"Port {port} is taken by another program. Choose another one: make run {name}={port + 10}")
        if problem:
            raise HomeProblem(f"Cannot listen on {self.bind}:{port} ({os.strerror(problem)}). Choose another one with {name}.")

    def choose_live_port(self) -> int:
        """Return the port for live updates: the one asked for, else the next one, else any."""
        if os.environ.get("LIVE_PORT"):
            port = read_port("LIVE_PORT", 0)
            self.claim_port(port, "LIVE_PORT")
            return port
        if try_port(self.bind, self.port + 1) == 0:
            return self.port + 1
        with socket.socket() as free:
            free.bind((self.bind, 0))
            return int(free.getsockname()[1])

    # -- the database

    def start_database(self) -> None:
        """Make a migrated database ready, embedded or named by DATABASE_URL; with the demo company if it is new."""
        url = os.environ.get("DATABASE_URL", "")
        if url:
            self.say("Using the PostgreSQL of DATABASE_URL")
            check_server(url)
            self.env["DATABASE_URL"] = url
            self.migrate()
            self.load_demo()
            return
        self.postgres = EmbeddedPostgres(place_cluster(self.home, self.say), say=self.say)
        self.say(f"Starting PostgreSQL on {self.postgres.folder}")
        self.supervisor.keep("database", self.spawn_database)
        self.postgres.make_roles()
        self.env["DATABASE_URL"] = self.postgres.url(DATABASE)
        if self.postgres.has_database(DATABASE):
            self.migrate()
            self.load_demo()
            return
        # The first database gets its name only when it is complete, so that a kill on the way leaves a draft, which is made anew.
        self.say("Making the database")
        self.postgres.make_database(DRAFT_DATABASE)
        self.env["DATABASE_URL"] = self.postgres.url(DRAFT_DATABASE)
        self.migrate()
        self.load_demo()
        self.postgres.rename_database(DRAFT_DATABASE, DATABASE)
        self.env["DATABASE_URL"] = self.postgres.url(DATABASE)

    def spawn_database(self) -> Process:
        """Start the embedded PostgreSQL, at first and whenever it died."""
        if self.postgres is None:
            raise HomeProblem("There is no embedded PostgreSQL here.")
        return self.postgres.start(output=-1)

    def migrate(self) -> None:
        """Bring the tables up to date, unless this very code already did so with this very database."""
        mark = self.home / "migrated"
        before = fingerprint(self.env["DATABASE_URL"])
        if mark.exists() and mark.read_text() == before:
            return
        self.say("Bringing the tables up to date")
        code, _ = self.supervisor.run_step("migrate", self.python("enfilade.site.manage", "migrate", "--no-input"), self.env)
        if code != 0:
            raise HomeProblem("The tables could not be brought up to date; the lines above say why.")
        write_private(mark, fingerprint(self.env["DATABASE_URL"]))

    def load_demo(self) -> None:
        """Give an empty database the demo company; where an earlier loading was cut off, found another one beside the half one."""
        url = self.env["DATABASE_URL"]
        mark = self.home / "demo-loading"
        empty = is_empty(url)
        cut_off = not empty and mark.exists() and mark.read_text() == short_hash(Path(url))
        if not self.demo or not (empty or cut_off):
            return
        self.say(f"Loading the demo company (kind: {self.demo})")
        if cut_off:
            self.say("The earlier loading was cut off; another company is founded beside the half one")
        write_private(mark, short_hash(Path(url)))
        code, lines = self.supervisor.run_step("demo", self.python("enfilade.site.cli", "demo", "--kind", self.demo), self.env)
        if code != 0:
            raise HomeProblem("The demo company could not be loaded; the lines above say why.")
        write_private(self.home / "demo-logins", "\n".join(lines) + "\n")
        mark.unlink()

    # -- serving

    def serve(self, address: str, lock: HomeLock) -> int:
        """Start the processes, say where the house is, and watch until asked to stop.

        The pages come first and alone: whoever waits, waits for them.
        """
        self.say("Starting the pages")
        self.keep("web", self.python("enfilade.site.web"))
        ready = self.supervisor.watch(until=PageProbe(self.bind, self.port), timeout_s=PATIENCE_S)
        if not ready and not self.supervisor.requests:
            raise HomeProblem(f"The pages did not come up within {PATIENCE_S} s; the lines above say why.")
        if ready:
            live = ["--interface", "asgi", "--host", self.bind, "--port", self.env["LIVE_PORT"], "--workers", "1"]
            # An event stream does not end by itself, so there is nothing to wait for.
            quiet = ["--log-level", "warning", "--workers-kill-timeout", "1"]
            self.keep("live", self.python("granian", *live, *quiet, "enfilade.site.live:application"))
            self.keep("jobs", self.python("enfilade.site.manage", "procrastinate", "worker"))
            lock.write(address=address, serving=True)
            self.announce(address)
            self.supervisor.watch()
        self.say("Stopping")
        return 0

    def keep(self, name: str, command: list[str]) -> None:
        """Keep a program running as long as the server does."""
        self.supervisor.keep(name, lambda: start_child(command, self.env))

    def python(self, module: str, *words: str) -> list[str]:
        """Return the command that runs a module with this very Python."""
        return [sys.executable, "-m", module, *words]

    def announce(self, address: str) -> None:
        """Say where the house is and who may enter."""
        self.say("")
        self.say(f"Enfilade serves on {address}   (Ctrl-C ends it)")
        self.say(f"Data: {self.home}" if self.postgres else f"Files: {self.home}; data: the PostgreSQL of DATABASE_URL")
        logins = self.home / "demo-logins"
        for line in logins.read_text().splitlines() if logins.exists() else ():
            self.say(line)
        self.say("")

    def end(self) -> None:
        """End everything that was started: first what uses the database, then the database."""
        self.supervisor.stop(["web", "live", "jobs"])
        if self.postgres:
            self.supervisor.forget("database")
            self.postgres.stop()
        self.say("Everything has ended; the data stay")


def empty_folder(folder: Path) -> Path:
    """Return a folder without anything in it: figures of processes that have ended count no more."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    return folder


def read_port(name: str, default: int) -> int:
    """Return a port from the environment."""
    text = os.environ.get(name) or str(default)
    if not text.isdigit() or not 0 < int(text) < 65535:
        raise HomeProblem(f"{name} must be a number from 1 to 65534, not {text!r}.")
    return int(text)


def try_port(bind: str, port: int) -> int:
    """Return 0 if a server could listen there, else the error number."""
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bind, port))
        except OSError as error:
            return error.errno or errno.EINVAL
    return 0


class PageProbe:
    """Asks for the sign-in page without waiting: call it until it says True. Any answer counts."""

    def __init__(self, bind: str, port: int) -> None:
        # Who listens on all addresses is asked on this machine's own.
        self.target = ({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(bind, bind), port)  # noqa: S104
        self.connection: socket.socket | None = None

    def __call__(self) -> bool:
        """Say whether an answer has begun."""
        try:
            if self.connection is None:
                self.connection = socket.create_connection(self.target, timeout=1)
                self.connection.sendall(b"GET /sign-in/ HTTP/1.0\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                self.connection.setblocking(False)
            head = self.connection.recv(12)
        except BlockingIOError:
            return False
        except OSError:
            head = b""
        if self.connection:
            self.connection.close()
            self.connection = None
        return head.startswith(b"HTTP/")


def check_server(url: str) -> None:
    """See that the PostgreSQL of DATABASE_URL answers and is new enough."""
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            version = connection.info.server_version
    except psycopg.Error as error:
        raise HomeProblem(f"The PostgreSQL of DATABASE_URL does not let us in: {str(error).strip()}") from error
    if version < OLDEST_POSTGRES:
        raise HomeProblem(f"Enfilade needs PostgreSQL 15 or newer; the server of DATABASE_URL is version {version // 10000}.")


def schema_files() -> dict[str, str]:
    """Return what the tables follow from, each file with its hash: our migrations, and the locked packages with theirs."""
    lock = PACKAGE.parent.parent / "requirements" / "core.txt"
    files = [*PACKAGE.rglob("migrations/*.py"), *PACKAGE.rglob("*.sql"), *([lock] if lock.exists() else [])]
    return {str(path.relative_to(PACKAGE.parent.parent)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(files)}


def schema_fingerprint() -> str:
    """Return a hash over all of these: the same hash, the same tables."""
    return hashlib.sha256(json.dumps(schema_files()).encode()).hexdigest()


def fingerprint(url: str) -> str:
    """Return a hash over what the tables should be and what the database says was applied to it."""
    with psycopg.connect(url, connect_timeout=10) as connection:
        known = connection.execute("select to_regclass('django_migrations') is not null").fetchone()
        rows = connection.execute("select app, name, applied from django_migrations order by id").fetchall() if known and known[0] else []
    return hashlib.sha256(f"{schema_fingerprint()} {json.dumps(rows, default=str)}".encode()).hexdigest()


def is_empty(url: str) -> bool:
    """Say whether the database holds no company yet."""
    with psycopg.connect(url, connect_timeout=10) as connection:
        found = connection.execute("select exists (select 1 from core_company)").fetchone()
    return not (found and found[0])


def main(arguments: list[str] | None = None) -> int:
    """Serve until asked to stop; a problem is one sentence and exit code 2."""
    parser = argparse.ArgumentParser(prog="enfilade serve", description="Serve the house: database, pages, live updates, jobs.")
    parser.add_argument("--demo", default="", metavar="KIND", help="load the demo company of this kind into an empty database")
    options = parser.parse_args(arguments)
    began = time.monotonic()
    terminal = Terminal()
    try:
        return House(options.demo).run()
    except HomeProblem as problem:
        terminal.say(str(problem))
        return 2
    except (StopRequested, KeyboardInterrupt):
        terminal.say(f"Stopped after {time.monotonic() - began:.0f} s")
        return 128 + signal.SIGINT


if __name__ == "__main__":
    sys.exit(main())
