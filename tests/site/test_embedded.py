"""The embedded PostgreSQL starts after every kind of unclean end, lets nobody else in, and dies with its starter."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from enfilade.site.embedded import EmbeddedPostgres, find_processes_in, find_socket_folder, place_cluster

pytestmark = pytest.mark.server


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the database user can reach; pytest's own temporary folders are closed to it."""
    made = Path(tempfile.mkdtemp(prefix="enfilade-pg-"))
    made.chmod(0o711)
    yield made / "postgres"
    for pid in find_processes_in(made / "postgres" / "data"):
        os.kill(pid, signal.SIGKILL)
    shutil.rmtree(made, ignore_errors=True)


def start(folder: Path) -> EmbeddedPostgres:
    server = EmbeddedPostgres(folder, durable=False)
    server.start()
    return server


def wait_until_gone(folder: Path, patience_s: float = 20) -> set[int]:
    until = time.monotonic() + patience_s
    while find_processes_in(folder / "data") and time.monotonic() < until:
        time.sleep(0.05)
    return find_processes_in(folder / "data")


def test_data_survive_a_stop_and_the_owner_is_no_superuser(folder: Path) -> None:
    server = start(folder)
    server.make_roles()
    server.make_database("house")
    with psycopg.connect(server.url("house")) as connection:
        connection.execute("create table kept (id int)")
        connection.execute("insert into kept values (7)")
    server.stop()
    assert wait_until_gone(folder) == set()

    server = start(folder)
    server.make_roles()
    with psycopg.connect(server.url("house")) as connection:
        assert connection.execute("select id from kept").fetchall() == [(7,)]
        assert connection.execute("select rolsuper, rolcreatedb from pg_roles where rolname = current_user").fetchone() == (False, True)
        assert connection.execute("show listen_addresses").fetchone() == ("",)
        assert connection.execute("select pg_has_role('enfilade_app', 'member')").fetchone() == (True,)
    server.stop()


def test_nobody_else_gets_in(folder: Path) -> None:
    server = start(folder)
    assert stat.S_IMODE(server.sockets.stat().st_mode) == 0o700
    assert stat.S_IMODE(server.data.stat().st_mode) == 0o700
    if os.geteuid() == 0:
        psql = server._find_binaries() / "psql"
        command = [str(psql), "-h", str(server.sockets), "-U", "postgres", "-c", "select 1"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, **server._as_database_user())
        assert done.returncode != 0
        assert "Peer authentication failed" in done.stderr
    server.stop()


def test_a_kill_and_a_lock_file_with_a_pid_in_use_do_not_stop_the_next_start(folder: Path) -> None:
    server = start(folder)
    assert server.process is not None
    os.killpg(server.process.pid, signal.SIGKILL)
    server.process.wait()
    assert wait_until_gone(folder) == set()
    pid_file = server.data / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getppid()), *lines[1:]]) + "\n")
    (server.sockets / ".s.PGSQL.5432.lock").write_text(f"{os.getppid()}\n")

    start(folder).stop()


def test_half_an_initdb_is_done_again(folder: Path) -> None:
    draft = folder / "data.new-1"
    draft.mkdir(parents=True)
    (draft / "PG_VERSION").write_text("18\n")
    start(folder).stop()
    assert not draft.exists()


def test_a_server_left_over_is_ended_first(folder: Path) -> None:
    first = start(folder)
    second = start(folder)
    assert first.process is not None
    assert first.process.wait(10) == 0
    second.stop()
    assert wait_until_gone(folder) == set()


def test_the_server_ends_when_its_starter_is_killed(folder: Path) -> None:
    code = (
        "import sys, time, pathlib\nfrom enfilade.site.embedded import EmbeddedPostgres\n"
        "EmbeddedPostgres(pathlib.Path(sys.argv[1]), durable=False).start()\nprint('up', flush=True)\ntime.sleep(60)\n"
    )
    starter = subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE)
    assert starter.stdout is not None
    assert starter.stdout.readline() == b"up\n"
    assert find_processes_in(folder / "data")
    starter.kill()
    starter.wait()
    assert wait_until_gone(folder) == set()


def test_a_long_path_gets_a_short_socket_folder(folder: Path) -> None:
    deep = folder / ("x" * 90)
    short = find_socket_folder(deep)
    assert len(str(short)) < 60
    assert short != find_socket_folder(folder / ("y" * 90))
    server = start(deep)
    server.stop()
    shutil.rmtree(short)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the database as another user")
def test_root_with_a_closed_folder_keeps_the_cluster_elsewhere_and_opens_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = tmp_path / "closed"
    home = closed / "home"
    home.mkdir(parents=True)
    closed.chmod(0o700)
    said: list[str] = []
    placed = place_cluster(home, said.append)
    assert placed.parent == Path("/var/lib/enfilade")
    assert place_cluster(home, said.append) == placed
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert len(said) == 1
