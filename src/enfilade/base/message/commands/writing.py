"""Writing messages, and putting them into the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from enfilade.base.message import rules
from enfilade.base.message.models import Mail, Mailbox
from enfilade.base.message.queries import sending_mailbox, wording
from enfilade.base.party.models import Party
from enfilade.core.command import Input, LongText, Ref, command
from enfilade.core.context import Context, NotFound, Refusal
from enfilade.core.files import may_open
from enfilade.core.models import StoredFile

from .common import attach, new_thread, queue, set_recipients

Files = Annotated[tuple[StoredFile, ...], Input(shared=True)]
Subject = Annotated[str, Input(max_length=200)]
Addresses = Annotated[tuple[str, ...], Input(help="One a line; left empty, the address of the party.")]
Reference = Annotated[str, Input(max_length=120, help="Reference of the record it is about.")]


@command(permission="message.write", label="New message")
def draft_message(
    ctx: Context,
    *,
    party: Ref[Party] | None = None,
    to: Addresses = (),
    cc: tuple[str, ...] = (),
    subject: Subject,
    text: LongText,
    attachments: Files = (),
    mailbox: Ref[Mailbox] | None = None,
    origin: Reference = "",
) -> Mail:
    """Write a message. It stays a draft until it is sent.

    party: who is written to.
    cc: who gets a copy, one address a line.
    attachments: files that you may open yourself.
    mailbox: from which address; left empty, the preferred one.
    Refuses: no_mailbox, no_address, not_an_address, too_many, too_large, not_found.
    """
    require_files(ctx, attachments)
    return write(ctx, party=party, to=to, cc=cc, subject=subject, text=text, files=attachments, mailbox=mailbox, origin=origin)


@command(permission="message.write", label="Change")
def change_draft(
    ctx: Context,
    *,
    message: Mail,
    subject: Annotated[str, Input(max_length=200, prefill="row.subject")],
    text: Annotated[str, Input(widget="textarea", max_length=20_000, prefill="row.text")],
    to: Annotated[tuple[str, ...], Input(prefill="row.to_addresses", help="One a line.")] = (),
    cc: Annotated[tuple[str, ...], Input(prefill="row.cc_addresses", help="One a line.")] = (),
) -> Mail:
    """Change a draft. Refuses: not_draft, no_address, not_an_address, too_many."""
    message.subject, message.text = rules.one_line(subject), text
    message.html = rules.as_html(text)
    message.save(update_fields=["subject", "text", "html"])
    set_recipients(ctx, message, to, cc)
    return message


@command(permission="message.write", label="Attach a file")
def attach_file(ctx: Context, *, message: Mail, file: Ref[StoredFile]) -> Mail:
    """Hang a file on a draft. Refuses: not_draft, not_found, too_large; attachment_once (database)."""
    require_files(ctx, [file])
    attach(ctx, message, [file])
    return message


@command(permission="message.send", tone="primary", label="Send")
def send_message(ctx: Context, *, message: Mail) -> Mail:
    """Put a draft into the outbox; it is handed to the mail server within moments.

    Refuses: not_draft, empty, address_blocked, no_mailbox.
    """
    return queue(ctx, message)


@command(permission="message.write", label="Answer", offered=lambda row: row.state in {"received", "sent"} and not row.automatic)
def answer_message(ctx: Context, *, message: Mail, text: LongText, attachments: Files = ()) -> Mail:
    """Write an answer to a message, or go on after one of our own. It stays a draft until it is sent.

    Refuses: not_answerable, no_mailbox, not_found, too_large.
    """
    require_files(ctx, attachments)
    came_in = message.direction == Mail.Direction.IN
    if message.state not in {Mail.State.RECEIVED, Mail.State.SENT}:
        raise Refusal("not_answerable", "Only what came in or was sent can be answered.", field="message")
    if came_in and (message.automatic or not message.from_address):
        raise Refusal("not_answerable", "No person wrote this: an answer would reach nobody.", field="message")
    to = [message.from_address] if came_in else [str(r) for r in message.recipients.filter(role="to")]
    return write(
        ctx,
        party=message.party,
        to=to,
        subject=message.subject if message.subject.lower().startswith("re:") else f"Re: {message.subject}",
        text=text,
        files=attachments,
        mailbox=message.mailbox,
        origin=message.origin,
        answers=message,
    )


@command(permission="message.write", hidden=True)
def write_from_template(
    ctx: Context,
    *,
    purpose: str,
    party: Ref[Party],
    values: dict,
    to: tuple[str, ...] = (),
    attachments: Files = (),
    origin: Reference = "",
    automatic: bool = False,
    send: bool = True,
) -> Mail:
    """Write to a party in the words that the company keeps for a purpose, in the party's language, and send it.

    values: placeholder -> text.
    automatic: nobody asked for it; who does not want such messages gets none.
    send: false leaves it a draft.
    Refuses: unknown_purpose, no_mailbox, no_address, not_an_address, too_large, address_blocked.
    """
    words = wording(ctx, purpose, {str(k): str(v) for k, v in values.items()}, party.language)
    message = write(
        ctx,
        party=party,
        to=to,
        subject=words.subject,
        text=words.text,
        files=attachments,
        origin=origin,
        purpose=purpose,
        automatic=automatic,
    )
    return queue(ctx, message) if send else message


def write(
    ctx: Context,
    *,
    party: Party | None,
    to: Sequence[str],
    subject: str,
    text: str,
    cc: Sequence[str] = (),
    files: Sequence[StoredFile] = (),
    mailbox: Mailbox | None = None,
    origin: str = "",
    purpose: str = "",
    automatic: bool = False,
    answers: Mail | None = None,
) -> Mail:
    """A draft with recipients and files, in a new thread or in the one of the message it answers."""
    subject = rules.one_line(subject)
    message = Mail.objects.create(
        company=ctx.company,
        thread=answers.thread if answers is not None else new_thread(ctx, subject, party, origin),
        mailbox=mailbox or sending_mailbox(ctx),
        party=party,
        subject=subject,
        text=text,
        html=rules.as_html(text),
        origin=origin,
        purpose=purpose,
        automatic=automatic,
        written_at=ctx.now,
        written_by=ctx.user,
        in_reply_to=answers.message_id if answers is not None else "",
        reference_ids=rules.thread_references(answers.reference_ids.split(), answers.message_id) if answers is not None else "",
    )
    set_recipients(ctx, message, to, cc)
    attach(ctx, message, files)
    return message


def require_files(ctx: Context, files: Sequence[StoredFile]) -> None:
    """Refuse `not_found` for a file that the caller could not open: sending it would show it."""
    for file in files:
        if not may_open(ctx, file):
            raise NotFound("file", file.pk, field="attachments")
