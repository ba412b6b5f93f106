"""Stretches of work in which the search for circles of objects stands still."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_lock = Lock()
_under_way = 0


@contextmanager
def uncollected() -> Iterator[None]:
    """A stretch that makes rows by the thousand and keeps them; looking for circles among them finds none and takes a tenth of the time.

    It holds for the whole process; where several overlap, the last one to end lets the search go on. Memory grows by what the stretch
    makes, so it is for steps of bounded size.
    """
    global _under_way  # noqa: PLW0603 - the collector is one for the process, and so is the count of those who hold it
    with _lock:
        _under_way += 1
        gc.disable()
    try:
        yield
    finally:
        with _lock:
            _under_way -= 1
            if not _under_way:
                gc.enable()
