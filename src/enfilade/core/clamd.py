"""Asking clamd, the scanner of ClamAV, whether bytes hold something that harms: its INSTREAM command over a socket (clamd(8)).

Nothing is said about where a file lies: the bytes themselves go over the wire, so the scanner may live on another machine.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

PATIENCE_S = 30
PORT = 3310
_CHUNK = 64 * 1024
_ANSWER_MAX = 4096


class Unreachable(Exception):
    """The scanner does not answer, so no other file need be tried now."""


class NotScanned(Exception):
    """The scanner answers, and says why it can't scan these bytes."""


def found_in(data: bytes, patience_s: float = PATIENCE_S) -> str:
    """Name of what was found in these bytes, "" where nothing was. Raises Unreachable, NotScanned."""
    with _connected(patience_s) as link:
        try:
            link.sendall(b"zINSTREAM\0")
            for start in range(0, len(data), _CHUNK):
                part = data[start : start + _CHUNK]
                link.sendall(struct.pack("!I", len(part)) + part)
            link.sendall(struct.pack("!I", 0))
        except (BrokenPipeError, ConnectionResetError):
            # It has heard enough (the limit of its settings) and has said so; the answer is read below.
            pass
        said = _answer(link)
    verdict = said.partition(": ")[2] or said
    if verdict == "OK":
        return ""
    if verdict.endswith(" FOUND"):
        return verdict.removesuffix(" FOUND")
    raise NotScanned(verdict[:200] or "no answer")


def version(patience_s: float = 3) -> str:
    """What the scanner calls itself, with the day of its signatures. Raises Unreachable."""
    with _connected(patience_s) as link:
        link.sendall(b"zVERSION\0")
        return _answer(link)[:200]


@contextmanager
def _connected(patience_s: float) -> Iterator[socket.socket]:
    address = settings.CLAMD
    try:
        if address.startswith("/"):
            link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            link.settimeout(patience_s)
            link.connect(address)
        else:
            host, _, port = address.rpartition(":") if ":" in address else (address, "", "")
            link = socket.create_connection((host.strip("[]"), int(port or PORT)), patience_s)
    except (OSError, ValueError) as error:
        raise Unreachable(f"{address}: {error}") from error
    with link:
        try:
            yield link
        except OSError as error:
            raise Unreachable(f"{address}: {error}") from error


def _answer(link: socket.socket) -> str:
    said = b""
    while not said.endswith(b"\0") and len(said) < _ANSWER_MAX:
        part = link.recv(_ANSWER_MAX)
        if not part:
            break
        said += part
    if not said:
        raise Unreachable(f"{settings.CLAMD}: it ended the connection without a word")
    return said.rstrip(b"\0").decode("utf-8", "replace").strip()
