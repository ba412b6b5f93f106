"""Readers of files from outside, each in a process of its own that a hostile file can't take the house down with.

The process gets the bytes, may use so much memory and so much time, and answers with JSON. Whoever takes it over finds nothing in it: no
address of the database, no key.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

_SOURCE = str(Path(__file__).resolve().parents[2])
_ENV = {"PYTHONPATH": _SOURCE, "PATH": os.defpath, "LC_ALL": "C.UTF-8"}


def read_apart(module: str, data: bytes, seconds_max: int, *arguments: str) -> Any:
    """What the reader in a module says of these bytes; None where it came to nothing, whatever the bytes. The module ends in `answer`."""
    asked = [sys.executable, "-P", "-m", module, *arguments]
    try:
        done = subprocess.run(asked, input=data, capture_output=True, timeout=2 * seconds_max, env=_ENV, check=False)
        return json.loads(done.stdout) if done.returncode == 0 else None
    except (subprocess.TimeoutExpired, ValueError):
        return None


def answer(read: Callable[..., Any], memory_max_bytes: int, seconds_max: int) -> None:
    """In the process: read the bytes within these limits, and answer. `read` gets them and the arguments.

    A reader that asks another one hands its own limits on, where they are lower.
    """
    import resource

    for kind, most in ((resource.RLIMIT_AS, memory_max_bytes), (resource.RLIMIT_CPU, seconds_max)):
        _, hard = resource.getrlimit(kind)
        limit = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (limit, limit))
    json.dump(read(sys.stdin.buffer.read(), *sys.argv[1:]), sys.stdout)
