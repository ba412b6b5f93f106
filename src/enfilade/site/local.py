"""The database of a command line: DATABASE_URL, else the embedded one of the data folder, started for the while if it is down."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from .embedded import EmbeddedPostgres, find_cluster, find_database_url
from .home import HomeLock, HomeProblem, find_home, read_secret_key


@contextmanager
def local_database() -> Iterator[None]:
    """Set DATABASE_URL and ENFILADE_HOME for this process; nothing is made that is not there yet.

    Raises: HomeProblem with a sentence when there is no database to use.
    """
    home = find_home()
    os.environ.setdefault("ENFILADE_HOME", str(home))
    if os.environ.get("DATABASE_URL"):
        yield
        return
    url = find_database_url(home)
    os.environ["DATABASE_URL"] = url
    if answers(url):
        yield
        return
    if not (find_cluster(home) / "data").exists():
        raise HomeProblem(f"There is no database in {home} yet. Start the house once with `make run`, or name a server in DATABASE_URL.")
    if not os.environ.get("SECRET_KEY"):
        read_secret_key(home)
    lock = HomeLock(home)
    lock.take()
    server = EmbeddedPostgres(find_cluster(home))
    try:
        server.start()
        yield
    finally:
        server.stop()
        lock.release()


def answers(url: str) -> bool:
    """Whether a server accepts connections at this address."""
    try:
        with psycopg.connect(url, connect_timeout=3):
            return True
    except psycopg.OperationalError:
        return False
