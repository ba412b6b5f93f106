"""The supervisor restarts what dies, ends what it started, and never leaves a grandchild behind."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from enfilade.site.processes import Supervisor, Terminal, catches_interrupt, describe_exit, find_marked, start_child

pytestmark = pytest.mark.server


def sleeper(name: str, env: dict[str, str]) -> list[str]:
    return [sys.executable, "-c", f"import time; print({name!r}, flush=True); time.sleep(60)"]


def test_a_child_that_dies_is_started_again_with_its_grandchild_ended(capsys: pytest.CaptureFixture[str]) -> None:
    env = dict(os.environ)
    supervisor = Supervisor(Terminal())
    spawned: list[subprocess.Popen[bytes]] = []
    code = (
        "import subprocess, sys, time\nchild = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print('grandchild', child.pid, flush=True)\ntime.sleep(60)\n"
    )

    def spawn() -> subprocess.Popen[bytes]:
        spawned.append(start_child([sys.executable, "-c", code], env))
        return spawned[-1]

    text = ""

    def seen(count: int) -> bool:
        nonlocal text
        text += capsys.readouterr().out
        return text.count("grandchild") >= count

    supervisor.keep("worker", spawn)
    assert supervisor.watch(until=lambda: seen(1), timeout_s=20)
    grandchild = int(re.search(r"grandchild (\d+)", text)[1])
    spawned[0].kill()
    assert supervisor.watch(until=lambda: seen(2), timeout_s=20)
    assert "worker   | grandchild" in text
    assert "worker ended unexpectedly (signal SIGKILL); it is started again in 0.5 s" in text
    until = time.monotonic() + 5
    while is_running(grandchild) and time.monotonic() < until:
        time.sleep(0.02)
    assert not is_running(grandchild)

    supervisor.stop(["worker"])
    assert [process.poll() is not None for process in spawned] == [True, True]


def is_running(pid: int) -> bool:
    try:
        return Path("/proc", str(pid), "stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_a_step_returns_its_results_apart_from_its_progress(capsys: pytest.CaptureFixture[str]) -> None:
    code = "import sys; print('result'); print('progress', file=sys.stderr); sys.stdout.write('no line end'); sys.exit(3)"
    assert Supervisor(Terminal()).run_step("step", [sys.executable, "-c", code], dict(os.environ)) == (3, ["result", "no line end"])
    shown = capsys.readouterr().out
    assert sorted(shown.splitlines()) == ["step     | no line end", "step     | progress", "step     | result"]


def test_a_child_is_found_by_its_mark() -> None:
    mark = f"ENFILADE_TEST_MARK={os.getpid()}"
    name, value = mark.split("=")
    child = start_child(sleeper("marked", {}), {**os.environ, name: value})
    assert child.stdout is not None
    assert child.stdout.readline() == b"marked\n"
    assert find_marked(mark) == {child.pid}
    child.kill()
    child.wait()
    child.stdout.close()
    assert find_marked(mark) == set()


def test_an_interrupted_make_is_noticed() -> None:
    code = "import signal, time; print('up', flush=True); signal.signal(signal.SIGINT, signal.{}); print('set', flush=True); time.sleep(60)"
    for handler, expected in (("default_int_handler", True), ("SIG_DFL", False)):
        child = subprocess.Popen([sys.executable, "-c", code.replace("{}", handler)], stdout=subprocess.PIPE)
        assert child.stdout is not None
        assert [child.stdout.readline(), child.stdout.readline()] == [b"up\n", b"set\n"]
        assert catches_interrupt(child.pid) is expected
        child.kill()
        child.wait()
        child.stdout.close()


def test_an_exit_is_told_in_words() -> None:
    assert describe_exit(3) == "exit code 3"
    assert describe_exit(-signal.SIGTERM) == "signal SIGTERM"
