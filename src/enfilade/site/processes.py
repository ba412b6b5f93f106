"""Child processes: started so that they end with their starter, shown with a name before each line, restarted when they die.

Guarantees: each child leads a session of its own, so that Ctrl-C reaches only the supervisor, which ends them in order; when the
supervisor itself is killed the kernel tells the children; what a dead child left in its session is ended before it is restarted.
"""

import contextlib
import ctypes
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO, Any

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)
BACKOFF_S = (0.5, 1, 2, 4, 8, 15, 30)
HEALTHY_AFTER_S = 60
TERM_PATIENCE_S = 10

Process = subprocess.Popen[bytes]


def end_with_parent(number: int) -> None:
    """Ask the kernel to send this process a signal when its parent dies (Linux only). Called in the child, before the program starts."""
    if sys.platform == "linux":
        LIBC.prctl(PR_SET_PDEATHSIG, number)


def catches_interrupt(pid: int) -> bool:
    """Say whether a process handles SIGINT itself (Linux; False where that cannot be seen)."""
    with contextlib.suppress(OSError, ValueError, StopIteration):
        lines = Path("/proc", str(pid), "status").read_text().splitlines()
        caught = int(next(line for line in lines if line.startswith("SigCgt:")).split()[1], 16)
        return bool(caught >> (signal.SIGINT - 1) & 1)
    return False


class StopRequested(BaseException):
    """Somebody asked the server to stop while it was still preparing."""


class Terminal:
    """Where people read what happens; a reader that went away does not stop the server."""

    def line(self, name: str, text: str) -> None:
        """Write one line with the name of the process before it."""
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.write(f"{name:<8} | {text}\n")
            sys.stdout.flush()

    def say(self, text: str) -> None:
        """Write a line of the supervisor."""
        self.line("enfilade", text)


@dataclass
class Child:
    """One program that has to run as long as the server does."""

    name: str
    spawn: Callable[[], Process]
    process: Process | None = None
    started_at: float = 0.0
    failures: int = 0
    restart_at: float = 0.0
    rest: bytes = field(default=b"", repr=False)


def start_child(command: list[str], env: Mapping[str, str], number: int = signal.SIGTERM, *, errors_apart: bool = False) -> Process:
    """Start a program in a session of its own, its output in a pipe; it gets the signal `number` when this process dies."""
    return subprocess.Popen(
        command,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE if errors_apart else subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=lambda: end_with_parent(number),  # noqa: PLW1509 - the supervisor has no threads
    )


def kill_session(leader: int) -> None:
    """Kill what is left of the process group that a child led."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def find_marked(marker: str) -> set[int]:
    """Return the processes whose environment holds this line, except this one (Linux; only those of this user)."""
    found = set()
    wanted = marker.encode()
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if int(entry.name) != os.getpid() and wanted in (entry / "environ").read_bytes().split(b"\0"):
                found.add(int(entry.name))
    return found


def end_marked(marker: str, say: Callable[[str], None]) -> None:
    """End processes that survived an earlier supervisor of the same data folder."""
    for number, seconds in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)):
        left = find_marked(marker)
        if not left:
            return
        if number == signal.SIGTERM:
            say("Processes left over from an earlier start are ended first")
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        until = time.monotonic() + seconds
        while find_marked(marker) and time.monotonic() < until:
            time.sleep(0.05)


class Supervisor:
    """Runs steps one after the other, then keeps children alive until it is asked to stop. One thread; the kernel wakes it.

    Why it looks at its parent: `make` that alone is interrupted waits for us without a word, but stops catching the signal.
    """

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self.children: list[Child] = []
        self.selector = selectors.DefaultSelector()
        self.requests = 0
        self.watching = False
        self.parent = os.getppid() if catches_interrupt(os.getppid()) else 0
        self._wake_reader, self._wake_writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def listen(self) -> None:
        """Take Ctrl-C, a polite kill and the closing of the terminal as the wish to stop; be woken when a child ends."""
        signal.set_wakeup_fd(self._wake_writer, warn_on_full_buffer=False)
        self.selector.register(self._wake_reader, selectors.EVENT_READ, None)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._take_signal)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def _take_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.requests += 1
        if not self.watching:
            raise StopRequested

    def run_step(self, name: str, command: list[str], env: Mapping[str, str]) -> tuple[int, list[str]]:
        """Run a program to its end, showing its lines. Returns its exit code and the lines of its standard output."""
        process = start_child(command, env, signal.SIGKILL, errors_apart=True)
        results: list[str] = []
        rests: dict[Any, bytes] = {process.stdout: b"", process.stderr: b""}
        try:
            with selectors.DefaultSelector() as selector:
                for stream in rests:
                    selector.register(stream, selectors.EVENT_READ)
                while selector.get_map():
                    for key, _ in selector.select():
                        chunk = os.read(key.fd, 65536)
                        whole = rests[key.fileobj] + chunk
                        *lines, rests[key.fileobj] = whole.split(b"\n") if chunk or not whole else [whole, b""]
                        for line in lines:
                            self.terminal.line(name, text := line.decode(errors="replace").rstrip())
                            if key.fileobj is process.stdout:
                                results.append(text)
                        if not chunk:
                            selector.unregister(key.fileobj)
            return process.wait(), results
        finally:
            kill_session(process.pid)
            process.wait()

    def keep(self, name: str, spawn: Callable[[], Process]) -> None:
        """Start a child and keep it running from now on."""
        child = Child(name, spawn)
        self.children.append(child)
        self._start(child)

    def _start(self, child: Child) -> None:
        child.process = child.spawn()
        child.started_at = time.monotonic()
        self._watch_output(child)

    def _watch_output(self, child: Child) -> None:
        if child.process and child.process.stdout:
            os.set_blocking(child.process.stdout.fileno(), False)
            self.selector.register(child.process.stdout, selectors.EVENT_READ, child)

    def watch(self, *, until: Callable[[], bool] | None = None, timeout_s: float | None = None) -> bool:
        """Pass on output and restart what dies, until asked to stop (returns False) or until the condition holds (returns True).

        timeout_s: how long the condition may take; False after it.
        """
        self.watching = True
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        while not self.requests:
            if until and until():
                return True
            if deadline and time.monotonic() > deadline:
                return False
            due = [child.restart_at - time.monotonic() for child in self.children if child.process is None]
            wait_s = min([0.05 if until else 1.0, *due])
            self._pump(max(0.0, wait_s))
            if self.parent and not catches_interrupt(self.parent):
                self.requests += 1
            for child in self.children:
                self._tend(child)
        return False

    def _pump(self, wait_s: float) -> None:
        for key, _ in self.selector.select(wait_s):
            if key.data is None:
                with contextlib.suppress(BlockingIOError):
                    os.read(self._wake_reader, 4096)
            else:
                self._pass_on(key.data, key.fileobj)

    def _pass_on(self, child: Child, stream: Any) -> None:
        """Show whole lines; keep the beginning of the next."""
        try:
            chunk = os.read(stream.fileno(), 65536)
        except BlockingIOError:
            return
        *lines, child.rest = (child.rest + chunk).split(b"\n")
        if not chunk:
            self.selector.unregister(stream)
            stream.close()
            lines, child.rest = [child.rest] if child.rest else [], b""
        for line in lines:
            self.terminal.line(child.name, line.decode(errors="replace").rstrip())

    def _tend(self, child: Child) -> None:
        """Restart a child that died, later each time it dies soon."""
        now = time.monotonic()
        if child.process is None:
            if now >= child.restart_at:
                self._restart(child)
            return
        code = child.process.poll()
        if code is None:
            return
        self._drain(child)
        kill_session(child.process.pid)
        child.failures = 1 if now - child.started_at > HEALTHY_AFTER_S else child.failures + 1
        pause_s = BACKOFF_S[min(child.failures, len(BACKOFF_S)) - 1]
        self.terminal.say(f"{child.name} ended unexpectedly ({describe_exit(code)}); it is started again in {pause_s:g} s")
        child.process, child.restart_at = None, now + pause_s

    def _restart(self, child: Child) -> None:
        """Start a child again; a wish to stop interrupts a start that takes long (a recovery of the database)."""
        self.watching = False
        try:
            self._start(child)
        except (OSError, RuntimeError) as error:
            child.failures += 1
            child.restart_at = time.monotonic() + BACKOFF_S[min(child.failures, len(BACKOFF_S)) - 1]
            self.terminal.say(f"{child.name} could not be started: {error}")
        finally:
            self.watching = True

    def _drain(self, child: Child) -> None:
        """Show the last words of a child that is gone, without waiting for heirs that keep its pipe open."""
        stream = child.process.stdout if child.process else None
        if stream is None or stream.closed:
            return
        while not stream.closed and select_now(stream):
            self._pass_on(child, stream)
        if not stream.closed:
            self.selector.unregister(stream)
            stream.close()

    def forget(self, name: str) -> None:
        """Do not restart this child any more; somebody else ends it."""
        for child in self.children:
            if child.name == name:
                self._drain(child)
        self.children = [child for child in self.children if child.name != name]

    def stop(self, names: Iterable[str]) -> None:
        """End these children together: politely first, after the patience or a second Ctrl-C by force."""
        self.watching = True
        chosen = [child for child in self.children if child.name in set(names)]
        self.children = [child for child in self.children if child not in chosen]
        asked, seen = time.monotonic(), self.requests
        alive = {child.process.pid: child for child in chosen if child.process and child.process.poll() is None}
        for child in alive.values():
            if child.process:
                child.process.terminate()
        while any(child.process and child.process.poll() is None for child in alive.values()):
            if time.monotonic() - asked > TERM_PATIENCE_S or self.requests > seen + 1:
                self.terminal.say(f"{', '.join(child.name for child in alive.values())}: ended by force")
                break
            self._pump(0.05)
        for pid, child in alive.items():
            kill_session(pid)
            if child.process:
                child.process.wait()
            self._drain(child)


def select_now(stream: IO[bytes]) -> bool:
    """Say whether something can be read at once."""
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        return bool(selector.select(0))


def describe_exit(code: int) -> str:
    """Return how a process ended, in words."""
    if code >= 0:
        return f"exit code {code}"
    with contextlib.suppress(ValueError):
        return f"signal {signal.Signals(-code).name}"
    return f"signal {-code}"
