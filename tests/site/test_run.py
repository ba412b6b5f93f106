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

from enfilade.site.embedded import find_processes_in
from enfilade.site.processes import find_marked

pytestmark = pytest.mark.server
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


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Callable[[], object], patience_s: float = PATIENCE_S) -> bool:
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.05)
    return False


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """One data folder for all tests here: each leaves it stopped, the next one starts on what was left."""
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


@pytest.mark.parametrize("moment", ["Making the database cluster", "Making the database\n", "Applying core."])
def test_a_kill_during_the_first_start_leaves_nothing_running(served: Served, moment: str) -> None:
    process = served.start()
    assert served.says(moment)
    process.kill()
    process.wait()
    assert wait_until(lambda: not served.left(), 20), served.log.read_text()


def test_the_start_after_the_kills_serves_and_a_second_one_is_told_so(served: Served) -> None:
    begin = served.length()
    first = served.start()
    assert served.says("Enfilade serves on", begin)
    assert first.poll() is None, served.log.read_text()
    assert served.status() == 200

    second = served.start(PORT=str(free_port()))
    assert second.wait(PATIENCE_S) == 2
    assert f"already runs on the data folder {served.home} (process {first.pid}, http://127.0.0.1:{served.port})" in served.log.read_text()
    assert served.status() == 200

    first.send_signal(signal.SIGINT)
    assert first.wait(PATIENCE_S) == 0
    assert served.left() == set()


def test_a_port_in_use_is_a_sentence(served: Served) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        process = served.start(PORT=str(port))
        assert process.wait(PATIENCE_S) == 2
    assert f"Port {port} is taken by another program. Choose another one: make run PORT={port + 10}" in served.log.read_text()
    assert served.left() == set()


def test_a_killed_supervisor_takes_everything_with_it_and_the_next_start_works(served: Served) -> None:
    begin = served.length()
    process = served.start()
    assert served.says("Enfilade serves on", begin)
    process.kill()
    process.wait()
    begin = served.length()
    again = served.start()  # At once: what is left of the first one may still be ending.
    assert served.says("Enfilade serves on", begin)
    assert again.poll() is None, served.log.read_text()
    assert served.status() == 200
    again.terminate()
    assert again.wait(PATIENCE_S) == 0
    assert served.left() == set()
