"""The server as a person starts it: one per data folder, ended by Ctrl-C without a trace, started again after every kill."""

import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from enfilade.site.embedded import EmbeddedPostgres, find_processes_in
from enfilade.site.home import prepare_home
from enfilade.site.processes import find_marked
from tests.server import TEMPLATE, copy, free_port, make_kept_cluster

pytestmark = [pytest.mark.server, pytest.mark.long]
PATIENCE_S = 90


class Served:
    """A data folder and the server processes on it."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.port = free_port()
        self.log = folder / "log"
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self, **more: str) -> subprocess.Popen[bytes]:
        dropped = ("DATABASE_URL", "LIVE_PORT", "SECRET_KEY")
        env = {name: value for name, value in os.environ.items() if name not in dropped}
        env |= {"ENFILADE_HOME": str(self.home), "PORT": str(self.port), "WEB_WORKERS": "1", **more}
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "enfilade.site.serve"], env=env, stdout=log, stderr=log, start_new_session=True
            )
        self.running.append(process)
        return process

    def says(self, text: str, after: int = 0) -> bool:
        return wait_until(lambda: (self.log.exists() and text in self.log.read_text()[after:]) or self.running[-1].poll() is not None)

    def length(self) -> int:
        return len(self.log.read_text()) if self.log.exists() else 0

    def status(self) -> int:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)) as connection:
            connection.request("GET", "/sign-in/", headers={"Host": "localhost"})
            return connection.getresponse().status

    def left(self) -> set[int]:
        return find_marked(f"ENFILADE_SERVED_HOME={self.home}") | find_processes_in(self.home / "postgres" / "data")


def wait_until(condition: Callable[[], object], patience_s: float = PATIENCE_S) -> bool:
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def served() -> Iterator[Served]:
    """A data folder that does not exist yet; whatever runs on it is ended with the test."""
    folder = Path(tempfile.mkdtemp(prefix="enfilade-run-"))
    folder.chmod(0o711)
    made = Served(folder)
    yield made
    for process in made.running:
        if process.poll() is None:
            process.kill()
            process.wait()
    wait_until(lambda: not made.left(), 20)
    for pid in made.left():
        os.kill(pid, signal.SIGKILL)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def founded(served: Served) -> Served:
    """A data folder with a migrated database in it, as a first start leaves it; its migrations are those of the test run."""
    prepare_home(served.home)
    cluster = served.home / "postgres"
    cluster.mkdir(mode=0o711)
    copy(make_kept_cluster(), cluster / "data")
    server = EmbeddedPostgres(cluster, durable=False)
    server.start()
    server.rename_database(TEMPLATE, "enfilade")
    server.stop()
    return served


def test_a_first_start_that_is_killed_at_every_step_goes_on_the_next_time(served: Served) -> None:
    for moment in (
        "Making the database cluster",
        "Making the database\n",
        "Applying contenttypes.0001_initial",
        "Applying contenttypes.0001_initial",
    ):
        begin = served.length()
        process = served.start()
        assert served.says(moment, begin)
        assert process.poll() is None, served.log.read_text()
        process.kill()
        process.wait()
        assert wait_until(lambda: not served.left(), 20), served.log.read_text()


def test_ctrl_c_leaves_nothing_and_a_second_server_is_told_who_has_the_folder(founded: Served) -> None:
    first = founded.start()
    assert founded.says("Enfilade serves on")
    assert first.poll() is None, founded.log.read_text()
    assert founded.status() == 200

    second = founded.start(PORT=str(free_port()))
    assert second.wait(PATIENCE_S) == 2
    assert (
        f"already runs on the data folder {founded.home} (process {first.pid}, http://127.0.0.1:{founded.port})" in founded.log.read_text()
    )
    assert founded.status() == 200

    first.send_signal(signal.SIGINT)
    assert first.wait(PATIENCE_S) == 0
    assert founded.left() == set()


def test_a_killed_supervisor_takes_everything_with_it_and_the_next_start_works(founded: Served) -> None:
    process = founded.start()
    assert founded.says("Enfilade serves on")
    process.kill()
    process.wait()
    begin = founded.length()
    again = founded.start()  # At once: what is left of the first one may still be ending.
    assert founded.says("Enfilade serves on", begin)
    assert again.poll() is None, founded.log.read_text()
    assert founded.status() == 200
    again.terminate()
    assert again.wait(PATIENCE_S) == 0
    assert founded.left() == set()


def test_a_port_in_use_is_a_sentence(served: Served) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        process = served.start(PORT=str(port))
        assert process.wait(PATIENCE_S) == 2
    assert f"Port {port} is taken by another program. Choose another one: make run PORT={port + 10}" in served.log.read_text()
    assert served.left() == set()


def test_a_server_that_is_not_there_is_a_sentence(served: Served) -> None:
    process = served.start(DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")
    assert process.wait(PATIENCE_S) == 2
    assert "The PostgreSQL of DATABASE_URL does not let us in" in served.log.read_text()
