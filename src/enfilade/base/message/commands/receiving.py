"""Taking what came in: read, put into its thread, matched to a party, sent to where somebody answers it.

What a mail says of itself is not believed further than it has to be: it goes on with a thread only where it names one of its messages and
comes from an address that takes part in it; no mail can name a record, a case or a person of the house.
"""

from __future__ import annotations

import hashlib
import io
import re

import nh3
from django.utils.html import strip_tags

from enfilade.base.message import rules
from enfilade.base.message.events import MailBounced, MailTaken
from enfilade.base.message.formats.mime import ReadMail, Returned, Unreadable, read_mail
from enfilade.base.message.models import Attachment, Block, Mail, Mailbox, Recipient, Thread
from enfilade.base.message.queries import sent_by_id, thread_by_token
from enfilade.base.party.models import Party
from enfilade.base.party.queries import party_by_email
from enfilade.base.work.commands import open_case, reopen_case, resume_case
from enfilade.base.work.models import Case
from enfilade.core import files
from enfilade.core.command import Ref, command
from enfilade.core.context import Context, Refusal
from enfilade.core.events import publish
from enfilade.core.models import StoredFile
from enfilade.core.notify import tell, tell_role
from enfilade.core.refs import ref

from .common import new_thread

_TOKEN = re.compile(r"(?<![a-z0-9])([a-z0-9]{20})(?![a-z0-9])")


@command(permission="message.receive", hidden=True)
def take_mail(ctx: Context, *, mailbox: Ref[Mailbox], file: Ref[StoredFile]) -> Mail:
    """Take a mail as it came over the wire. The same mail again changes nothing.

    file: the whole mail (RFC 5322).
    Refuses: no_queue, where neither the mailbox nor a routing rule says who answers.
    Why: also what cannot be read is kept and shown to somebody; only then may the server forget it. What hangs on the mail is
    scanned as files of their own.
    """
    with files.open_file(file, unscanned=True) as content:
        raw = content.read()
    whole = None
    try:
        mail = read_mail(raw)
    except Unreadable as why:
        mail, whole = ReadMail(subject="A mail that could not be read", text=f"{why} It is attached as it came."), file
    known = mail.message_id or _own_id(raw)
    return Mail.objects.visible_to(ctx).filter(message_id=known).first() or _keep(ctx, mailbox, mail, known, whole)


@command(permission="message.receive", hidden=True)
def note_bounce(ctx: Context, *, message: Mail, address: str, words: str, permanent: bool) -> Mail:
    """Note that a message came back from an address; where it came back for good, the address is written to no more.

    words: what the other side said.
    Refuses: not_sent_or_unclear_or_bounced.
    """
    rows = message.recipients.filter(address__iexact=address)
    if not permanent or not rows.exclude(state=Recipient.State.BOUNCED).exists():
        return message
    rows.update(state=Recipient.State.BOUNCED, reason=words)
    key = rules.address_key(address)
    Block.objects.get_or_create(
        company=ctx.company,
        address=key,
        scope=Block.Scope.ALL,
        defaults={"cause": Block.Cause.BOUNCED, "since_at": ctx.now, "note": words[:500]},
    )
    if not message.recipients.exclude(state__in=[Recipient.State.BOUNCED, Recipient.State.REFUSED]).exists():
        message.state, message.reason = Mail.State.BOUNCED, f"{address}: {words or 'it came back'}"
        message.sent_at = message.sent_at or ctx.now
        message.save(update_fields=["state", "reason", "sent_at"])
    publish(ctx, MailBounced(message.pk, address, permanent))
    if message.written_by is not None:
        tell(ctx, [message.written_by], f"Came back from {address}: {message.subject}", ref(message))
    return message


def _own_id(raw: bytes) -> str:
    """The identity of a mail that brings none along: the same bytes are the same mail."""
    return f"<{hashlib.sha256(raw).hexdigest()}@without-message-id.invalid>"


def _keep(ctx: Context, mailbox: Mailbox, mail: ReadMail, message_id: str, whole: StoredFile | None) -> Mail:
    party = _writer(ctx, mail.from_address)
    thread = _thread(ctx, mail)
    page = nh3.clean(mail.html) if mail.html else ""
    row = Mail.objects.create(
        company=ctx.company,
        direction=Mail.Direction.IN,
        state=Mail.State.RECEIVED,
        thread=thread or new_thread(ctx, mail.subject or "(no subject)", party, ""),
        mailbox=mailbox,
        party=party,
        from_address=mail.from_address,
        from_name=mail.from_name,
        subject=mail.subject or "(no subject)",
        text=mail.text or " ".join(strip_tags(page).split()),
        html=page,
        origin=thread.origin if thread is not None else "",
        automatic=mail.automatic,
        message_id=message_id,
        in_reply_to=mail.in_reply_to,
        reference_ids=" ".join(mail.references),
        written_at=ctx.now if mail.at is None or mail.at > ctx.now else mail.at,
    )
    _keep_people(ctx, row, mail)
    _keep_files(ctx, row, mail, whole)
    for back in mail.returned:
        _take_back(ctx, back, mail)
    if not mail.automatic:
        _hand_on(ctx, mailbox, row, known=thread is not None)
    publish(ctx, MailTaken(row.pk, mailbox.pk, mailbox.becomes, row.automatic))
    return row


def _writer(ctx: Context, address: str) -> Party | None:
    """Whose address it is, when exactly one party has it."""
    found = [p for p in party_by_email(ctx, address) if p.archived_at is None] if address else []
    return found[0] if len(found) == 1 else None


def _thread(ctx: Context, mail: ReadMail) -> Thread | None:
    """The thread that a mail goes on with.

    Its token stands in the Message-ID of each of our messages, so in the references of every answer. Who knows it has got one of them; and
    still only an address that takes part goes on with it, since tokens are forwarded along with what they came with.
    """
    named = " ".join([mail.in_reply_to, *mail.references])
    for token in dict.fromkeys(_TOKEN.findall(named)):
        thread = thread_by_token(ctx, token)
        if thread is not None and (mail.automatic or _takes_part(thread, mail.from_address)):
            return thread
    answered = Mail.objects.visible_to(ctx).filter(message_id__in=[mail.in_reply_to, *mail.references]).exclude(message_id="")
    for earlier in answered.select_related("thread").order_by("-pk")[:20]:
        if _takes_part(earlier.thread, mail.from_address):
            return earlier.thread
    return None


def _takes_part(thread: Thread, address: str) -> bool:
    key = address.lower()
    rows = thread.messages.prefetch_related("recipients")
    return bool(key) and any(key == m.from_address.lower() or key in {r.address.lower() for r in m.recipients.all()} for m in rows)


def _keep_people(ctx: Context, row: Mail, mail: ReadMail) -> None:
    rows: dict[str, Recipient] = {}
    for role, people in (("to", mail.to), ("cc", mail.cc)):
        for name, address in people:
            one = Recipient(company=ctx.company, message=row, role=role, address=address, name=name, state=Recipient.State.ACCEPTED)
            rows.setdefault(address.lower(), one)
    Recipient.objects.bulk_create(rows.values())


def _keep_files(ctx: Context, row: Mail, mail: ReadMail, whole: StoredFile | None) -> None:
    kept = [(file.name, files.store(ctx, file.name, io.BytesIO(file.content))) for file in mail.files]
    if whole is not None:
        kept.append(("mail.eml", whole))
    Attachment.objects.bulk_create([Attachment(company=ctx.company, message=row, file=file, name=name[:200]) for name, file in kept])


def _take_back(ctx: Context, back: Returned, mail: ReadMail) -> None:
    """A report counts only when it names one of our messages and an address to which that went: anybody can write a report."""
    message = sent_by_id(ctx, mail.returned_id)
    if message is not None and message.state in {"sent", "unclear", "bounced"}:
        note_bounce(ctx, message=message.pk, address=back.address, words=f"{back.status} {back.words}".strip(), permanent=back.permanent)


def _hand_on(ctx: Context, mailbox: Mailbox, row: Mail, *, known: bool) -> None:
    """To the case that the thread belongs to, taken up again where it was done; or to a new one."""
    thread = row.thread
    if thread.case is not None:
        _go_on(ctx, thread.case, row)
        return
    if mailbox.becomes != Mailbox.Becomes.CASE:
        return
    thread.case = _new_case(ctx, mailbox, row, thread.origin if known and thread.origin else ref(row))
    thread.save(update_fields=["case"])


def _new_case(ctx: Context, mailbox: Mailbox, row: Mail, origin: str) -> Case:
    """The case that a mail begins. Refuses `no_queue` where nobody would have it, so that the mail waits on its server."""
    nobody = Refusal("no_queue", f"Nobody answers {mailbox.address}: give the mailbox a queue, or its topic a routing rule.", field="queue")
    try:
        case: Case = open_case(
            ctx,
            kind="inquiry",
            title=row.subject[:200],
            topic=mailbox.topic,
            description=row.text[:20_000],
            party=row.party,
            contact_name="" if row.party is not None else (row.from_name or row.from_address)[:200],
            queue=mailbox.queue,
            origin=origin,
        )
    except Refusal as no:
        raise nobody if no.code == nobody.code else no from no
    if case.owner_id == ctx.user.pk:
        raise nobody
    return case


def _go_on(ctx: Context, case: Case, row: Mail) -> None:
    if case.state in {Case.State.ANSWERED, Case.State.CLOSED}:
        reopen_case(ctx, case=case.pk, reason=f"{row.whom} wrote again: {row.subject}"[:500])
        return
    if case.state == Case.State.WAITING:
        resume_case(ctx, case=case.pk)
    text = f"{row.whom} wrote: {case.title}"
    if case.owner is not None:
        tell(ctx, [case.owner], text, ref(case))
    elif case.queue is not None:
        tell_role(ctx, case.queue.role_code, text, ref(case))
