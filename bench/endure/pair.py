"""A PostgreSQL primary and a standby that has everything a client was told: synchronous replication between two embedded servers."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from urllib.parse import quote

from psycopg import sql

from bench.endure.house import end, wait_until
from enfilade.site.embedded import OWNER_ROLE, PORT, EmbeddedPostgres, database_user, find_processes_in

STANDBY = "standby"


class Server(EmbeddedPostgres):
    """An embedded server that lets another one follow it."""

    def _write_configuration(self) -> None:
        super()._write_configuration()
        conf = self.folder / "conf"
        with (conf / "pg_hba.conf").open("a") as file:
            file.write("local replication all peer map=enfilade\n")
        with (conf / "pg_ident.conf").open("a") as file:
            file.write(f'enfilade "{database_user().pw_name}" postgres\n')

    def copy_base(self, other: EmbeddedPostgres) -> None:
        """Make this server's data folder from a running one, as PostgreSQL's own tool does it; it follows that one from then on."""
        self.folder.mkdir(mode=0o711)
        draft = self.folder / "draft"
        draft.mkdir(mode=0o700)
        os.chown(draft, database_user().pw_uid, database_user().pw_gid)
        where = f"host={other.sockets} port={PORT} user=postgres application_name={STANDBY}"
        command = [str(self._find_binaries() / "pg_basebackup"), "-D", str(draft), "-d", where, "-R", "-X", "stream", "-c", "fast"]
        subprocess.run(command, check=True, capture_output=True, **self._as_database_user())
        draft.rename(self.data)


class Pair:
    """Two servers, of which the first begins as the primary."""

    def __init__(self, folder: Path) -> None:
        self.servers = [Server(folder / name) for name in ("first", "second")]

    def start(self, data: Path) -> None:
        """Start the primary on a cluster, and the standby on a copy of it; from then on each commit waits for both."""
        first, second = self.servers
        first.folder.mkdir(mode=0o711)
        subprocess.run(["cp", "-a", "--reflink=auto", str(data), str(first.data)], check=True)
        first.start()
        second.copy_base(first)
        second.start()
        with first.connect() as connection:
            connection.execute(sql.SQL("ALTER SYSTEM SET synchronous_standby_names = {}").format(sql.Literal(STANDBY)))
            connection.execute("SELECT pg_reload_conf()")
            following = "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'"
            if not wait_until(lambda: connection.execute(following).fetchone(), 60):
                raise RuntimeError("The standby does not follow.")

    def url(self, database: str) -> str:
        """Both servers in one address: libpq takes the one that may be written to."""
        hosts = quote(",".join(str(server.sockets) for server in self.servers), safe="/,")
        ports = ",".join(str(PORT) for _ in self.servers)
        return f"postgresql://{OWNER_ROLE}@/{database}?host={hosts}&port={ports}&target_session_attrs=read-write"

    def lose_primary(self) -> None:
        """kill -9 the primary with all its sessions, then make the standby the one that is written to."""
        first, second = self.servers
        for pid in find_processes_in(first.data):
            end(pid)
        if first.process:
            first.process.wait()
        with second.connect() as connection:
            connection.execute("SELECT pg_promote()")

    def stop(self) -> None:
        """End both."""
        for server in reversed(self.servers):
            server.stop(10)
