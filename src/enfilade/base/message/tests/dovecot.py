"""A real IMAP server (Debian's dovecot-imapd) for the length of a test."""

from __future__ import annotations

import contextlib
import grp
import imaplib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from .post import free_port

PROGRAM = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
USER, PASSWORD = "office", "only-for-tests"
# Mail is never kept as root: where the tests run as root, it belongs to somebody who has nothing else.
KEEPER = "mail" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_login_user = {keeper}
default_internal_user = {keeper}
default_internal_group = {group}
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:{folder}/mail/%u
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


class Imap:
    """The running server. `put` lays a mail into the inbox, as a delivery agent would."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        keeper = pwd.getpwnam(KEEPER)
        for name in ("run", "state", "mail", "home"):
            (folder / name).mkdir(parents=True)
        if os.geteuid() == 0:
            for place in (folder, *folder.iterdir()):
                os.chown(place, keeper.pw_uid, keeper.pw_gid)
        config = folder / "dovecot.conf"
        values = {"folder": folder, "keeper": KEEPER, "uid": keeper.pw_uid, "gid": keeper.pw_gid, "port": self.port, "password": PASSWORD}
        config.write_text(CONFIG.format(group=grp.getgrgid(keeper.pw_gid).gr_name, **values))
        self.process = subprocess.Popen([str(PROGRAM), "-F", "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._wait()

    def _wait(self) -> None:
        for _ in range(100):
            with contextlib.suppress(OSError, imaplib.IMAP4.error):
                self.open().logout()
                return
            time.sleep(0.1)
        log = self.folder / "log"
        raise RuntimeError(log.read_text()[-2000:] if log.exists() else "dovecot does not start")

    def open(self) -> imaplib.IMAP4:
        """A signed-in connection of somebody else."""
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=5)
        client.login(USER, PASSWORD)
        return client

    def put(self, *mails: bytes) -> None:
        """Lay mails into the inbox."""
        client = self.open()
        for mail in mails:
            done = client.append("INBOX", "", imaplib.Time2Internaldate(time.time()), mail)
            assert done[0] == "OK", done
        client.logout()

    def stop(self) -> None:
        """End the server."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)


@contextlib.contextmanager
def imap_server() -> Iterator[Imap]:
    """A running server in a folder of its own, which its keeper may enter."""
    with tempfile.TemporaryDirectory(prefix="enfilade-imap-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        server = Imap(Path(folder) / "house")
        try:
            yield server
        finally:
            server.stop()
