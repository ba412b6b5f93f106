"""Lists, forms and panels of messages."""

from __future__ import annotations

from typing import Any

from django.db.models import Model

from enfilade.base.party.models import Party
from enfilade.base.work.models import Case
from enfilade.core.context import Context
from enfilade.core.files import file_guard
from enfilade.core.models import RecordQuerySet, StoredFile
from enfilade.core.pages.context import department
from enfilade.core.resource import Resource, panel

from . import commands, hooks, pages, queries  # noqa: F401 - they register themselves
from .models import Block, Mail, Mailbox, MessageTemplate
from .panels import about

department("message", "Messages", "mail", 15, office="front")


class MessageResource(Resource):
    """Everything that was written and came in."""

    model = Mail
    columns = ("written_at", "subject", "whom", "direction", "state", "written_by")
    filters = ("state", "direction", "party", "purpose", "mailbox", "written_at", "origin", "automatic")
    search = ("subject", "text", "from_address", "party__name")
    facts = (
        "direction",
        "state",
        "reason",
        "party",
        "from_address",
        "origin",
        "purpose",
        "mailbox",
        "written_at",
        "written_by",
        "queued_at",
        "next_try_at",
        "sent_at",
        "attempts",
        "server_reply",
        "message_id",
        "text",
    )
    lines = {"recipients": ("role", "address", "name", "state", "reason"), "attachments": ("name", "file")}
    verbs = ("draft_message",)
    icon = "mail"
    order = 10
    empty = "Write the first message with “New message”, or from the page of a person, a case or an invoice."

    def queryset(self) -> RecordQuerySet:
        """With the names that every line shows."""
        return super().queryset().select_related("party").prefetch_related("recipients")

    def tone(self, _ctx: Context, row: Model) -> str:
        """What did not reach anybody needs somebody."""
        bad = isinstance(row, Mail) and row.state in {"failed", "unclear", "bounced"}
        return "bad" if bad else ""


class MailboxResource(Resource):
    """Addresses of the company."""

    model = Mailbox
    columns = ("address", "name", "preferred", "becomes", "queue", "fetched_at", "problem", "active")
    filters = ("active", "becomes")
    search = ("address", "name")
    fields = (
        *("address", "name", "preferred", "active", "becomes", "topic", "queue"),
        *("imap_host", "imap_port", "imap_security", "imap_user", "imap_folder"),
    )
    facts = (*fields, "fetched_at", "problem")
    import_key = "address"
    ordering = "address"
    icon = "at-sign"
    order = 60
    empty = "Add the address from which the company writes. Without one nothing is sent."

    def tone(self, _ctx: Context, row: Model) -> str:
        """A mailbox that can't be read needs somebody."""
        return "bad" if isinstance(row, Mailbox) and row.problem else ""


class MessageTemplateResource(Resource):
    """The company's own words."""

    model = MessageTemplate
    columns = ("purpose", "language", "subject", "active")
    filters = ("purpose", "language", "active")
    search = ("purpose", "subject", "text")
    facts = ("purpose", "language", "active", "subject", "text")
    ordering = "purpose"
    icon = "file-text"
    order = 70
    empty = "Enfilade brings words along for each purpose. Add a template where yours should be used instead."


class BlockResource(Resource):
    """Addresses that are left alone."""

    model = Block
    columns = ("address", "scope", "cause", "since_at", "note")
    filters = ("scope", "cause")
    search = ("address", "note")
    ordering = "address"
    verbs = ("block_address",)
    icon = "mail-x"
    order = 80
    empty = "Nobody asked to be left alone, and nothing came back."


@panel(on=Party, title="Messages", permission=queries.VIEW, template="message/panel_messages.html", icon="mail")
def party_messages(ctx: Context, party: Party) -> dict[str, Any]:
    """What was written to a party and came from it; and where it is not to be written to."""
    addresses = [p.value for p in party.contact_points.all() if p.kind == "email"]
    return about(ctx, party, f"?party={party.pk}") | {"blocks": queries.blocks_of(ctx, addresses)}


@panel(on=Case, title="Messages", permission=queries.VIEW, template="message/panel_messages.html", icon="mail")
def case_messages(ctx: Context, case: Case) -> dict[str, Any]:
    """What was written about a case."""
    whom = f"&party={case.party_id}" if case.party_id else ""
    return about(ctx, case, f"?origin=work.case:{case.pk}{whom}")


@file_guard
def guard(ctx: Context, file: StoredFile) -> bool:
    """An attachment may be opened by whoever may see its message."""
    return queries.may_read_file(ctx, file)
