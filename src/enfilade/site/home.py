"""The data folder (ENFILADE_HOME): where it lies, who may enter it, who uses it now, and the secret key in it.

Guarantees: nothing here opens a folder above the data folder to anybody, nothing in it is ever deleted, and two servers
never use one data folder at the same time.
"""

import fcntl
import hashlib
import json
import os
import pwd
import secrets
import stat
import time
from pathlib import Path
from typing import Any

ROOT_HOME = Path("/var/lib/enfilade")


class HomeProblem(RuntimeError):
    """A sentence for the person who starts the server."""


def find_home() -> Path:
    """Return the data folder: ENFILADE_HOME, else the user's data directory.

    Why /var/lib for root: PostgreSQL refuses to run as root, so it runs as `nobody`, who cannot enter /root; the folder goes
    where that user can get to, instead of opening /root to everybody.
    """
    named = os.environ.get("ENFILADE_HOME")
    if named:
        return Path(named).expanduser().absolute()
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share").absolute()
    if os.geteuid() != 0 or is_open_to_others(data):
        return data / "enfilade"
    usual = Path(pwd.getpwuid(0).pw_dir) / ".local" / "share"
    return ROOT_HOME if data == usual else ROOT_HOME.with_name(f"enfilade-{short_hash(data)}")


def is_open_to_others(folder: Path) -> bool:
    """Say whether any user may pass through this folder and all above it; a part that does not exist yet counts as open."""
    real = folder.resolve()
    return all(part.stat().st_mode & stat.S_IXOTH for part in (real, *real.parents) if part.exists())


def short_hash(path: Path) -> str:
    """Return eight letters that stand for a path."""
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:8]


def prepare_home(home: Path) -> None:
    """Make the data folder; closed to others, except that root's lets the database user pass through without listing it."""
    mode = 0o711 if os.geteuid() == 0 else 0o700
    missing = [part for part in (home, *home.parents) if not part.exists()]
    try:
        home.mkdir(parents=True, exist_ok=True)
        for part in {home, *missing}:
            part.chmod(mode)
        for name in ("files", "static"):
            (home / name).mkdir(mode=0o700, exist_ok=True)
            (home / name).chmod(0o700)
    except OSError as error:
        raise HomeProblem(f"The data folder {home} cannot be used ({error.strerror}). Name another one with ENFILADE_HOME.") from error


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner reads, whole or not at all, and on the disk when this returns."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def read_secret_key(home: Path) -> str:
    """Return the key that signs sessions; made once per data folder, 0600. Losing it signs everybody out, nothing more."""
    path = home / "secret_key"
    if not path.exists():
        write_private(path, secrets.token_urlsafe(64))
    return path.read_text().strip()


class HomeLock:
    """The right to run on one data folder, held by an open file; the kernel gives it back when the holder dies."""

    def __init__(self, home: Path) -> None:
        self.path = home / "server.lock"
        self.file = self.path.open("a+")

    def take(self, patience_s: float = 20.0, grace_s: float = 2.0) -> None:
        """Take the lock; wait only for a server that is stopping.

        grace_s: how long a server whose starter was just killed may take to notice it.
        Raises: HomeProblem with the pid and the address of the server that has the folder.
        """
        began = time.monotonic()
        while True:
            try:
                fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                holder = self.read()
                if time.monotonic() - began < (patience_s if holder.get("stopping") else grace_s):
                    time.sleep(0.1)
                    continue
                raise HomeProblem(
                    f"Enfilade already runs on the data folder {self.path.parent} (process {holder.get('pid', 'unknown')}, "
                    f"{holder.get('address', 'not serving yet')}). Stop it first, or name another ENFILADE_HOME and PORT for a second one."
                ) from None
            else:
                self.write()
                return

    def read(self) -> dict[str, Any]:
        """Return what the holder wrote about itself."""
        try:
            return dict(json.loads(self.path.read_text()))
        except (OSError, ValueError):
            return {}

    def write(self, **facts: object) -> None:
        """Write who holds the folder; only the holder may."""
        self.file.seek(0)
        self.file.truncate()
        self.file.write(json.dumps({"pid": os.getpid(), **facts}))
        self.file.flush()

    def release(self) -> None:
        """Give the folder back."""
        self.file.close()
