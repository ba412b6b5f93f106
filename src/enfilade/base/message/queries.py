"""Messages by what they are about, what waits in the outbox, and in which words to write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils import timezone, translation

from enfilade.base.party.models import Party
from enfilade.core.context import Context, Refusal
from enfilade.core.models import RecordQuerySet, StoredFile

from . import rules
from .models import Attachment, Block, Mail, Mailbox, MessageTemplate, Thread
from .purposes import PURPOSES

VIEW = "message.view_mail"


@dataclass(frozen=True, slots=True)
class Wording:
    """Subject and text of a message, filled in, and the language they are in."""

    subject: str
    text: str
    language: str


def messages(ctx: Context) -> RecordQuerySet:
    """All messages with what a line about them needs."""
    rows = Mail.objects.visible_to(ctx).select_related("party", "mailbox", "written_by", "thread")
    return rows.prefetch_related("recipients")


def messages_about(ctx: Context, reference: str) -> RecordQuerySet:
    """Messages about a record (`billing.invoice:5`), or from and to a party (`party.party:7`), newest first."""
    label, _, pk = reference.partition(":")
    if label == "party.party" and pk.isdecimal():
        return messages(ctx).filter(party_id=int(pk)).order_by("-pk")
    if label == "work.case" and pk.isdecimal():
        return messages(ctx).filter(Q(origin=reference) | Q(thread__case=int(pk))).order_by("-pk")
    return messages(ctx).filter(origin=reference).order_by("-pk")


def refs_written_to(ctx: Context, references: Iterable[str], purpose: str, since: datetime) -> set[str]:
    """Which of these records a message for a purpose was written about since then, whatever became of it, unless it was cancelled."""
    rows = Mail.objects.visible_to(ctx).filter(origin__in=list(references), purpose=purpose, written_at__gte=since)
    return set(rows.exclude(state=Mail.State.CANCELLED).values_list("origin", flat=True))


def thread_by_token(ctx: Context, token: str) -> Thread | None:
    """The thread of a token."""
    return Thread.objects.visible_to(ctx).select_related("case").filter(token=token).first()


def sent_by_id(ctx: Context, message_id: str) -> Mail | None:
    """The message of ours that has a Message-ID."""
    return Mail.objects.visible_to(ctx).filter(message_id=message_id, direction=Mail.Direction.OUT).first() if message_id else None


def mailboxes_to_fetch(ctx: Context) -> list[Mailbox]:
    """Mailboxes with a server and a password."""
    rows = Mailbox.objects.visible_to(ctx).filter(active=True).exclude(imap_host="").exclude(sealed_password="")
    return list(rows.order_by("pk"))


def due_messages(ctx: Context, limit: int = 200) -> list[int]:
    """Primary keys of messages whose next attempt is due, the longest waiting first."""
    rows = Mail.objects.visible_to(ctx).filter(state=Mail.State.QUEUED, next_try_at__lte=ctx.now)
    return list(rows.order_by("next_try_at", "pk").values_list("pk", flat=True)[:limit])


def cut_off_messages(ctx: Context) -> list[Mail]:
    """Messages whose hand-over to the mail server began and never ended."""
    rows = Mail.objects.visible_to(ctx).filter(state=Mail.State.SENDING, sending_at__lt=ctx.now - rules.CUT_OFF_AFTER)
    return list(rows.order_by("pk"))


def sending_mailbox(ctx: Context) -> Mailbox:
    """The mailbox that is used where nobody chooses one. Refuses: no_mailbox."""
    found = Mailbox.objects.visible_to(ctx).filter(active=True).order_by("-preferred", "pk").first()
    if found is None:
        raise Refusal("no_mailbox", "Add a mailbox first: the address from which the company writes.", field="mailbox")
    return found


def blocked(ctx: Context, addresses: Iterable[str], *, automatic: bool) -> list[Block]:
    """Which of these addresses the company leaves alone. automatic: whether the house writes by itself."""
    scopes = [Block.Scope.ALL, Block.Scope.AUTOMATIC] if automatic else [Block.Scope.ALL]
    keys = [rules.address_key(a) for a in addresses]
    return list(Block.objects.visible_to(ctx).filter(address__in=keys, scope__in=scopes).order_by("address", "scope"))


def blocks_of(ctx: Context, addresses: Iterable[str]) -> list[Block]:
    """Every block on these addresses."""
    return blocked(ctx, addresses, automatic=True)


def email_of(ctx: Context, party: Party) -> str:
    """The e-mail address at which a party is written to; "" where it has none."""
    points = party.contact_points.visible_to(ctx).filter(kind="email").exclude(normalised="").order_by("-preferred", "pk")
    return points.values_list("value", flat=True).first() or ""


@contextmanager
def as_read_by(ctx: Context, party: Party) -> Iterator[None]:
    """Inside, amounts, dates and times are written as the party reads them: in its language, in the company's time zone."""
    with translation.override(party.language or ctx.company.language), timezone.override(ctx.zone):
        yield


def wording(ctx: Context, purpose: str, values: Mapping[str, str], language: str = "") -> Wording:
    """The words for a purpose in the first language that has some: the party's, the company's, English.

    A template of the company comes before the words that the purpose brings along.
    Refuses: unknown_purpose.
    """
    declared = PURPOSES.get(purpose)
    if declared is None:
        raise Refusal("unknown_purpose", f"Nothing is written for the purpose {purpose[:60]}.", field="purpose")
    rows = MessageTemplate.objects.visible_to(ctx).filter(purpose=purpose, active=True)
    own = {code: (subject, text) for code, subject, text in rows.values_list("language", "subject", "text")}
    for code in rules.languages_for(language, ctx.company.language):
        words = own.get(code) or declared.texts.get(code)
        if words is not None:
            return Wording(rules.one_line(rules.fill(words[0], values)), rules.fill(words[1], values), code)
    raise AssertionError("every purpose has English words")


def files_of(ctx: Context, message: int) -> list[StoredFile]:
    """What hangs on a message, in its order."""
    rows = Attachment.objects.visible_to(ctx).filter(message=message).select_related("file").order_by("pk")
    return [attachment.file for attachment in rows]


def mails_with_file(ctx: Context, file: int) -> list[Mail]:
    """Messages that came in with a file, oldest first."""
    return list(messages(ctx).filter(direction=Mail.Direction.IN, attachments__file=file).order_by("pk").distinct())


def may_read_file(ctx: Context, file: StoredFile) -> bool:
    """Whether a message that the caller may see carries the file."""
    return ctx.may(VIEW) and Attachment.objects.visible_to(ctx).filter(file=file).exists()
