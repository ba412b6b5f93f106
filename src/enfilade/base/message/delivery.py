"""From the outbox to the mail server: one message, one attempt."""

from __future__ import annotations

from django.core.mail import EmailMultiAlternatives
from django.utils.html import strip_tags

from enfilade.core import files
from enfilade.core.context import Context, Refusal
from enfilade.core.scope import scope

from .commands import begin_delivery, doubt_delivery, fail_delivery, finish_delivery, postpone_delivery
from .models import Mail
from .smtp import Never, NotKnown, NotNow, hand_over

_HTML = '<!doctype html><html lang="{language}"><meta charset="utf-8"><body>{body}</body></html>'


def deliver(ctx: Context, pk: int) -> Mail | None:
    """Hand a message of the outbox to the mail server, and note what came of it. None where somebody else was quicker.

    Why no key: a second run has to be refused by the state of the message, not answered with the result of the first.
    """
    try:
        message = begin_delivery(ctx, message=pk)
    except Refusal as no:
        if no.code in {"not_queued", "not_found", "busy"}:
            return None
        raise
    with scope(ctx.company_id, read_only=True):
        mail = as_mail(message)
    try:
        receipt = hand_over(mail)
    except NotNow as why:
        return postpone_delivery(ctx, message=pk, reason=str(why))
    except Never as why:
        return fail_delivery(ctx, message=pk, reason=str(why), refused=why.refused)
    except NotKnown as why:
        return doubt_delivery(ctx, message=pk, reason=f"{why} Whether it was sent is not known.")
    return finish_delivery(ctx, message=pk, reply=receipt.reply, refused=receipt.refused)


def as_mail(message: Mail) -> EmailMultiAlternatives:
    """A message as it goes over the wire, in plain text and HTML, with its files."""
    waiting = [r for r in message.recipients.order_by("pk") if r.state == "pending"]
    headers = {"Message-ID": message.message_id}
    if message.in_reply_to:
        headers |= {"In-Reply-To": message.in_reply_to, "References": message.reference_ids}
    if message.automatic:
        # RFC 3834: programs answer nothing that carries this.
        headers |= {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
    mail = EmailMultiAlternatives(
        subject=message.subject,
        body=message.text,
        from_email=_address(message.from_name, message.from_address),
        to=[_address(r.name, r.address) for r in waiting if r.role == "to"],
        cc=[_address(r.name, r.address) for r in waiting if r.role == "cc"],
        headers=headers,
    )
    if message.html and strip_tags(message.html).strip():
        mail.attach_alternative(_HTML.format(language=message.party.language if message.party else "", body=message.html), "text/html")
    for attachment in message.attachments.select_related("file").order_by("pk"):
        with files.open_file(attachment.file) as content:
            mail.attach(attachment.name, content.read(), attachment.file.media_type)
    return mail


def _address(name: str, address: str) -> str:
    quoted = name.replace("\\", "").replace('"', "")
    return f'"{quoted}" <{address}>' if quoted else address
