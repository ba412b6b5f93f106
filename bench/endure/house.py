"""A house served on a folder of its own, as `enfilade serve` serves it: durable commits, several processes, each of which can be killed."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from enfilade.site.embedded import EmbeddedPostgres, find_cluster, find_database_url, find_processes_in, find_socket_folder, socket_url
from enfilade.site.home import prepare_home
from enfilade.site.processes import find_marked
from enfilade.site.serve import DATABASE, MARKER
from tests.server import TEMPLATE, copy, make_kept_cluster

PATIENCE_S = 180
# What the command line of a process says about its part.
PARTS = {"web": "enfilade.site.web", "worker": "procrastinate", "live": "enfilade.site.live:application"}


class House:
    """One served house and what is known about its processes."""

    def __init__(self, home: Path | None = None) -> None:
        """Name a data folder; without one a temporary one is made, which `remove` removes."""
        self.folder = Path(tempfile.mkdtemp(prefix="enfilade-endure-"))
        self.folder.chmod(0o711)
        self.home = home or self.folder / "home"
        self.log = self.folder / "log"
        self.port, self.live_port = free_port(), free_port()
        self.server: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where pages and API are."""
        return f"http://127.0.0.1:{self.port}"

    def prepare(self) -> None:
        """Begin with the migrated database that the tests keep, instead of making one; from here on it is used as any other."""
        prepare_home(self.home)
        cluster = find_cluster(self.home)
        cluster.mkdir(mode=0o711)
        copy(make_kept_cluster(), cluster / "data")
        server = EmbeddedPostgres(cluster)
        server.start()
        server.rename_database(TEMPLATE, DATABASE)
        server.stop()

    def start(self) -> None:
        """Serve, and return when the sign-in page answers."""
        left_out = ("DATABASE_URL", "SECRET_KEY", "DJANGO_SETTINGS_MODULE")
        env = {name: value for name, value in os.environ.items() if name not in left_out}
        env |= {
            "ENFILADE_HOME": str(self.home),
            "PORT": str(self.port),
            "LIVE_PORT": str(self.live_port),
            "API_RATE_PER_MIN": "0",
            "ENFILADE_LOG": "json",
        }
        with self.log.open("ab") as log:
            self.server = subprocess.Popen(
                [sys.executable, "-m", "enfilade.site.serve"], env=env, stdout=log, stderr=log, start_new_session=True
            )
        if not wait_until(lambda: self.answers() or self.has_ended(), PATIENCE_S) or self.has_ended():
            raise RuntimeError(f"The house did not come up:\n{self.last_words()}")

    def stop(self) -> None:
        """Ask it to end, as a person does."""
        if self.server is not None and not self.has_ended():
            self.server.terminate()
            try:
                self.server.wait(60)
            except subprocess.TimeoutExpired:
                self.kill("house")

    def remove(self) -> None:
        """Forget everything; whatever is left of it is ended first."""
        self.stop()
        for pid in self.processes("house"):
            end(pid)
        shutil.rmtree(self.folder, ignore_errors=True)

    def has_ended(self) -> bool:
        """Whether the supervisor is gone."""
        return self.server is None or self.server.poll() is not None

    def answers(self) -> bool:
        """Whether the pages and the database behind them answer."""
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            with contextlib.closing(connection):
                connection.request("GET", "/health/ready", headers={"Host": "localhost"})
                return connection.getresponse().status == 200
        return False

    def last_words(self) -> str:
        """The end of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-30:]) if self.log.exists() else ""

    # -- processes

    def processes(self, part: str) -> set[int]:
        """The processes of a part: web, worker, live, postgres, or house for all of them with the supervisor."""
        if part == "postgres":
            return find_processes_in(find_cluster(self.home) / "data")
        marked = find_marked(f"{MARKER}={self.home}")
        if part == "house":
            return marked | self.processes("postgres") | ({self.server.pid} if self.server and not self.has_ended() else set())
        return {pid for pid in marked if PARTS[part] in command_line(pid)}

    def kill(self, part: str, chosen: Callable[[list[int]], list[int]] = list) -> int:
        """kill -9 the processes of a part, or those that `chosen` picks of them; how many were hit."""
        pids = chosen(sorted(self.processes(part)))
        if part == "house" and self.server is not None and not self.has_ended():
            # The supervisor first, so that nothing is started again in between.
            end(self.server.pid)
            self.server.wait()
        for pid in pids:
            end(pid)
        return len(pids)

    # -- what is stored

    def connect(self) -> psycopg.Connection[Any]:
        """A session that sees every row of every company."""
        return psycopg.connect(socket_url(find_socket_folder(find_cluster(self.home)), "enfilade", "postgres"), autocommit=True)

    def found(self, name: str, patients: int = 1, days: int = 0) -> dict[str, Any]:
        """A company to work in, with so many patients and days behind it: key, slug, token, logins."""
        return dict(json.loads(self.run("bench.endure.found", name, str(patients), str(days)).splitlines()[-1]))

    def verify(self, slug: str = "") -> list[str]:
        """What `enfilade verify` finds."""
        words = ["verify", "--json", *(["--company", slug] if slug else [])]
        findings = json.loads(self.run("enfilade.site.cli", *words, allowed=(0, 1)))["findings"]
        return [f"verify: {f['code']} {f['ref']}: {f['sentence']}" for f in findings]

    def run(self, module: str, *words: str, allowed: tuple[int, ...] = (0,)) -> str:
        """What a module of ours prints, run beside the served house."""
        env = {**os.environ, "ENFILADE_HOME": str(self.home), "DATABASE_URL": find_database_url(self.home)}
        env["SECRET_KEY"] = (self.home / "secret_key").read_text().strip()
        done = subprocess.run([sys.executable, "-m", module, *words], env=env, capture_output=True, text=True, check=False)
        if done.returncode not in allowed:
            raise RuntimeError(f"{module} {' '.join(words)} failed:\n{done.stdout}{done.stderr}")
        return done.stdout


def end(pid: int) -> None:
    """kill -9, whether it is still there or not."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def command_line(pid: int) -> str:
    """What a process was started with; "" when it is gone."""
    try:
        return Path("/proc", str(pid), "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Callable[[], object], patience_s: float) -> bool:
    """Whether the condition came true in time."""
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.05)
    return False
