"""Fetching mail from an IMAP server: read from where the last reading ended, each mail taken before the place is noted."""

from __future__ import annotations

import imaplib
import io
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from imap_tools import BaseMailBox, ImapToolsError, MailBoxUnencrypted

from enfilade.core import files
from enfilade.core.context import Context, Refusal
from enfilade.core.models import StoredFile
from enfilade.core.outside import public_address
from enfilade.core.scope import scope
from enfilade.core.sealed import unseal

from .commands import note_fetched, note_problem, take_mail
from .commands.fetching import IMAP
from .formats.mime import SIZE_MAX_BYTES
from .models import Mailbox

PATIENCE_S = 60
# So many at once; the next minute goes on.
MAILS_MAX = 200
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


class NotFetched(Exception):
    """The server can't be used; the message is for people."""


def fetch(ctx: Context, mailbox: Mailbox) -> int:
    """Take what is new in a mailbox; how many mails. A server that can't be used is noted with the reason."""
    try:
        with _signed_in(mailbox) as box:
            return _take_new(ctx, mailbox, box)
    except Refusal as no:
        why = str(no)
    except (ImapToolsError, imaplib.IMAP4.error, NotFetched) as error:
        why = f"The server says no: {error}"[:300]
    except (OSError, ssl.SSLError) as error:
        why = f"The server does not answer: {error}"[:300]
    note_problem(ctx, mailbox=mailbox.pk, problem=why)
    return 0


def _take_new(ctx: Context, mailbox: Mailbox, box: BaseMailBox) -> int:
    status = box.folder.status(mailbox.imap_folder, ["UIDVALIDITY", "UIDNEXT"])
    validity = status["UIDVALIDITY"]
    # The numbers of a folder that was made anew mean nothing; known Message-IDs keep its mails from being taken twice.
    last = mailbox.seen_uid if mailbox.seen_validity == validity else 0
    uids = sorted(int(uid) for uid in box.uids(f"UID {last + 1}:*"))
    fresh = [uid for uid in uids if uid > last][:MAILS_MAX]
    for uid in fresh:
        take_mail(ctx, mailbox=mailbox.pk, file=_keep(ctx, box, uid))
        note_fetched(ctx, mailbox=mailbox.pk, validity=validity, uid=uid)
    if not fresh:
        note_fetched(ctx, mailbox=mailbox.pk, validity=validity, uid=last)
    return len(fresh)


def _keep(ctx: Context, box: BaseMailBox, uid: int) -> StoredFile:
    """The mail as a stored file. One that is too large stays on the server: its head is kept, so that somebody hears of it."""
    size = _SIZE.search(_bytes(box.client.uid("FETCH", str(uid), "(RFC822.SIZE)")))
    part = "BODY.PEEK[]" if size is not None and int(size[1]) <= SIZE_MAX_BYTES else "BODY.PEEK[HEADER]"
    raw = _literal(box.client.uid("FETCH", str(uid), f"({part})"))
    if part != "BODY.PEEK[]":
        raw += f"This mail is larger than {SIZE_MAX_BYTES // 1024 // 1024} MB. It is still on the mail server.\r\n".encode()
        raw = re.sub(rb"(?im)^content-(type|transfer-encoding):[^\n]*\n(?:[ \t][^\n]*\n)*", b"", raw)
    with scope(ctx.company_id):
        return files.store(ctx, "mail.eml", io.BytesIO(raw))


def _bytes(answer: Any) -> bytes:
    return b" ".join(item if isinstance(item, bytes) else b" ".join(item) for item in answer[1] if item)


def _literal(answer: Any) -> bytes:
    found = next((item[1] for item in answer[1] if isinstance(item, tuple)), None)
    if found is None:
        raise NotFetched("it does not show a mail that it has listed")
    return bytes(found)


@contextmanager
def _signed_in(mailbox: Mailbox) -> Iterator[BaseMailBox]:
    password = unseal(mailbox.sealed_password, IMAP)
    if password is None:
        raise NotFetched("the key of the house has changed; set the password anew")
    address = public_address(mailbox.imap_host, mailbox.imap_port)
    box = _Box(mailbox, address)
    box.login(mailbox.imap_user, password, initial_folder=None)
    try:
        box.folder.set(mailbox.imap_folder, readonly=True)
        yield box
    finally:
        try:
            box.client.logout()
        except (imaplib.IMAP4.error, OSError):
            # What was read was read.
            box.client.shutdown()


class _Box(MailBoxUnencrypted):
    """A connection to the very address that was looked at, with the certificate of the name."""

    def __init__(self, mailbox: Mailbox, address: str) -> None:
        self.mailbox, self.address = mailbox, address
        super().__init__(mailbox.imap_host, mailbox.imap_port, timeout=PATIENCE_S)

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        client = _Pinned(self.mailbox, self.address)
        if self.mailbox.imap_security == Mailbox.Security.STARTTLS:
            client.starttls(ssl.create_default_context())
        return client


class _Pinned(imaplib.IMAP4):
    def __init__(self, mailbox: Mailbox, address: str) -> None:
        self.mailbox, self.address = mailbox, address
        super().__init__(mailbox.imap_host, mailbox.imap_port, timeout=PATIENCE_S)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        plain = socket.create_connection((self.address, self.mailbox.imap_port), timeout)
        if self.mailbox.imap_security != Mailbox.Security.TLS:
            return plain
        return ssl.create_default_context().wrap_socket(plain, server_hostname=self.mailbox.imap_host)
