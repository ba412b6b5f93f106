"""What the commands share: threads, recipients, attachments, and how a message gets its identity."""

from __future__ import annotations

import secrets
import string
from collections.abc import Iterable, Sequence

from enfilade.base.message import rules
from enfilade.base.message.events import MessageQueued
from enfilade.base.message.models import Attachment, Mail, Mailbox, Recipient, Thread
from enfilade.base.message.queries import blocked, email_of
from enfilade.base.party.models import Party
from enfilade.base.work.models import Case
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.models import StoredFile
from enfilade.core.refs import resolve

RECIPIENTS_MAX = 50
ATTACHMENTS_MAX_BYTES = 20 * 1024 * 1024
_LETTERS = string.ascii_lowercase + string.digits


def new_thread(ctx: Context, subject: str, party: Party | None, origin: str) -> Thread:
    """A thread with a token that nobody can guess."""
    token = "".join(secrets.choice(_LETTERS) for _ in range(20))
    case = resolve(ctx, origin) if origin.startswith("work.case:") else None
    found = case if isinstance(case, Case) else None
    return Thread.objects.create(company=ctx.company, token=token, subject=subject, party=party, origin=origin, case=found)


def set_recipients(ctx: Context, message: Mail, to: Sequence[str], cc: Sequence[str]) -> None:
    """Write down whom a draft goes to; without an address, the one of its party.

    Refuses: no_address, not_an_address, too_many.
    """
    party = message.party
    given = list(to) or ([email_of(ctx, party)] if party is not None and email_of(ctx, party) else [])
    if not given:
        who = f"{party} has no e-mail address. " if party is not None else ""
        raise Refusal("no_address", f"{who}Give an address.", field="to")
    if len(given) + len(cc) > RECIPIENTS_MAX:
        raise Refusal("too_many", f"At most {RECIPIENTS_MAX} addresses.", field="to")
    rows: dict[str, Recipient] = {}
    for role, texts in (("to", given), ("cc", cc)):
        for text in texts:
            name, address = rules.read_address(text)
            if not address:
                raise Refusal("not_an_address", f"{text[:80]} is no e-mail address.", field=role)
            owner = party if party is not None and role == "to" else None
            row = Recipient(company=ctx.company, message=message, party=owner, role=role, address=address, name=name)
            rows.setdefault(address.lower(), row)
    message.recipients.all().delete()
    Recipient.objects.bulk_create(rows.values())


def attach(ctx: Context, message: Mail, files: Iterable[StoredFile]) -> None:
    """Hang files on a message. Refuses: too_large; attachment_once (database)."""
    rows = [Attachment(company=ctx.company, message=message, file=file, name=file.name) for file in files]
    there = sum(a.file.size_bytes for a in message.attachments.select_related("file"))
    if there + sum(row.file.size_bytes for row in rows) > ATTACHMENTS_MAX_BYTES:
        raise Refusal("too_large", f"Together the files are larger than {ATTACHMENTS_MAX_BYTES // 1024 // 1024} MB.", field="attachments")
    Attachment.objects.bulk_create(rows)


def queue(ctx: Context, message: Mail) -> Mail:
    """Put a draft into the outbox; from now on it has its Message-ID, and nobody edits it.

    Refuses: address_blocked, empty.
    """
    if not message.text.strip():
        raise Refusal("empty", "This message has no text.", field="text")
    addresses = [r.address for r in message.recipients.all()]
    if stopped := blocked(ctx, addresses, automatic=message.automatic):
        first = stopped[0]
        why = "a message to it came back" if first.cause == "bounced" else "its owner asked for it"
        raise Refusal("address_blocked", f"The company does not write to {first.address}: {why}. Lift the block first.", field="to")
    mailbox = message.mailbox
    if mailbox is None:
        raise Refusal("no_mailbox", "Choose the mailbox from which to write.", field="mailbox")
    message.from_address, message.from_name = mailbox.address, mailbox.name
    message.message_id = new_message_id(mailbox, message.thread)
    message.state, message.queued_at, message.next_try_at = Mail.State.QUEUED, ctx.now, ctx.now
    message.save(update_fields=["from_address", "from_name", "message_id", "state", "queued_at", "next_try_at"])
    publish(ctx, MessageQueued(message.pk, message.origin, message.purpose))
    return message


def new_message_id(mailbox: Mailbox, thread: Thread) -> str:
    """A Message-ID that nobody can guess. It names the thread, so that an answer finds back even where only it is kept."""
    return f"<{secrets.token_hex(12)}.{thread.token}@{mailbox.domain}>"
