"""A real SMTP server (Debian's exim4-daemon-light) for the length of a test."""

from __future__ import annotations

import contextlib
import email
import email.policy
import os
import pwd
import shutil
import smtplib
import subprocess
import tempfile
import time
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import cast

from django.test import override_settings

from .post import free_port

PROGRAM = shutil.which("exim4", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
# Where the tests run as root, exim goes on as somebody who has nothing else.
KEEPER = pwd.getpwnam("mail") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
DOMAIN = "post.example"
# Who has no mailbox, whose mailbox is full for good, and who takes nothing from a stranger at his first knock (greylisting).
GONE, FULL, GREY = f"gone@{DOMAIN}", f"full@{DOMAIN}", f"grey@{DOMAIN}"
SIZE_MAX_BYTES = 200_000
CONFIG = """
primary_hostname = mail.{domain}
domainlist here = {domain}
daemon_smtp_ports = {port}
local_interfaces = 127.0.0.1
spool_directory = {folder}/spool
log_file_path = {folder}/log/%s
pid_file_path = {folder}/pid
exim_user = {uid}
exim_group = {gid}
never_users =
deliver_drop_privilege = true
host_lookup =
rfc1413_query_timeout = 0s
tls_advertise_hosts =
keep_environment =
message_size_limit = {size_max}
acl_smtp_rcpt = at_recipient

begin acl
at_recipient:
  deny   local_parts = gone
         message = 550 5.1.1 No such person here
  defer  local_parts = full
         message = 452 4.2.2 Mailbox full
  defer  local_parts = grey
         ! condition = ${{if exists{{{folder}/knocked}}}}
         set acl_m_knocked = ${{run{{/usr/bin/touch {folder}/knocked}}}}
         message = 451 4.7.1 Greylisted, come back later
  accept domains = +here
  deny   message = 550 5.7.1 Relaying denied

begin routers
inbox:
  driver = accept
  transport = maildir

begin transports
maildir:
  driver = appendfile
  directory = {folder}/mail
  maildir_format
  envelope_to_add
  batch_max = 50
  user = {uid}
  group = {gid}

begin retry
* * F,1h,1m
"""


class Smtp:
    """The running server. `taken` is what lies in the mailboxes; the header Envelope-to says for whom."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        for name in ("spool", "log", "mail"):
            (folder / name).mkdir(parents=True)
        config = folder / "exim.conf"
        values = {"folder": folder, "domain": DOMAIN, "uid": KEEPER.pw_uid, "gid": KEEPER.pw_gid, "size_max": SIZE_MAX_BYTES}
        config.write_text(CONFIG.format(port=self.port, **values))
        if os.geteuid() == 0:
            for place in (folder, *folder.iterdir()):
                # Exim reads no configuration that somebody else could have written.
                if place != config:
                    os.chown(place, KEEPER.pw_uid, KEEPER.pw_gid)
        command = [str(PROGRAM), "-C", str(config), "-bdf", "-q1h"]
        self.errors = (folder / "errors").open("wb")
        self.process = subprocess.Popen(command, stdout=self.errors, stderr=self.errors)
        self._wait()

    def _wait(self) -> None:
        for _ in range(100):
            with contextlib.suppress(OSError, smtplib.SMTPException):
                smtplib.SMTP("127.0.0.1", self.port, timeout=5).quit()
                return
            time.sleep(0.1)
        raise RuntimeError(Path(self.errors.name).read_text()[-2000:] or "exim does not start")

    def taken(self, number: int) -> list[EmailMessage]:
        """The mails that were delivered, by the time of their arrival, as soon as there are so many: exim answers first, then delivers."""
        for _ in range(100):
            found = sorted((self.folder / "mail" / "new").glob("*"), key=lambda p: p.stat().st_mtime_ns)
            if len(found) >= number:
                break
            time.sleep(0.1)
        return [cast("EmailMessage", email.message_from_bytes(p.read_bytes(), policy=email.policy.default)) for p in found]

    def log(self) -> str:
        """What it wrote about its work."""
        return (self.folder / "log" / "main").read_text()

    def stop(self) -> None:
        """End the server."""
        self.process.terminate()
        self.process.wait(10)
        self.errors.close()


@contextlib.contextmanager
def smtp_server() -> Iterator[Smtp]:
    """A running server in a folder of its own, to which Django sends."""
    with tempfile.TemporaryDirectory(prefix="enfilade-smtp-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        server = Smtp(Path(folder) / "house")
        try:
            with override_settings(
                EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
                EMAIL_HOST="127.0.0.1",
                EMAIL_PORT=server.port,
                EMAIL_TIMEOUT=10,
            ):
                yield server
        finally:
            server.stop()
