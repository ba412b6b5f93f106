"""Whom the company does not write to, and its own words."""

from __future__ import annotations

from typing import Annotated

from enfilade.base.message import rules
from enfilade.base.message.models import Block, MessageTemplate
from enfilade.base.message.purposes import PURPOSES
from enfilade.core.command import Choice, Input, LongText, command
from enfilade.core.context import Context, Refusal

Scope = Annotated[str, Choice(*Block.Scope.choices)]
Words = Annotated[str, Input(max_length=200)]


@command(permission="message.block_address", label="Block an address")
def block_address(ctx: Context, *, address: Annotated[str, Input(widget="email")], scope: Scope = "automatic", note: str = "") -> Block:
    """Write no more to an address, as its owner asked.

    scope: automatic stops reminders and the like, all stops everything.
    note: how it was asked for.
    Refuses: not_an_address; block_once (database).
    """
    key = rules.address_key(address)
    if not key:
        raise Refusal("not_an_address", f"{address[:80]} is no e-mail address.", field="address")
    return Block.objects.create(company=ctx.company, address=key, scope=scope, since_at=ctx.now, note=note)


@command(permission="message.block_address", tone="danger", label="Write again")
def lift_block(ctx: Context, *, block: Block) -> None:
    """Write to an address again: its owner wants it, or the mailbox works again."""
    block.delete()


@command(permission="message.change_messagetemplate", label="Add template")
def add_messagetemplate(ctx: Context, *, purpose: str, language: str = "en", subject: Words, text: LongText) -> MessageTemplate:
    """Keep the company's own words for a purpose in one language.

    purpose: what it is for, for example billing.invoice.
    language: two letters, for example de.
    text: with placeholders in braces, for example {party}.
    Refuses: unknown_purpose, unknown_placeholder; template_once, template_complete (database).
    """
    _require_placeholders(purpose, subject, text)
    row = MessageTemplate(company=ctx.company, purpose=purpose, language=language.strip().lower(), subject=subject, text=text)
    row.save()
    return row


@command(permission="message.change_messagetemplate", label="Change template")
def change_messagetemplate(
    ctx: Context,
    *,
    messagetemplate: MessageTemplate,
    subject: Annotated[str, Input(max_length=200, prefill="row.subject")],
    text: Annotated[str, Input(widget="textarea", max_length=20_000, prefill="row.text")],
    active: Annotated[bool, Input(prefill="row.active")] = True,
) -> MessageTemplate:
    """Change the company's words; a template that is not active leaves the word to the one that Enfilade brings along.

    Refuses: unknown_purpose, unknown_placeholder; template_once (database).
    """
    _require_placeholders(messagetemplate.purpose, subject, text)
    messagetemplate.subject, messagetemplate.text, messagetemplate.active = subject, text, active
    messagetemplate.save(update_fields=["subject", "text", "active"])
    return messagetemplate


def _require_placeholders(purpose: str, subject: str, text: str) -> None:
    declared = PURPOSES.get(purpose)
    if declared is None:
        known = ", ".join(sorted(PURPOSES)) or "none yet"
        raise Refusal("unknown_purpose", f"Nothing is written for the purpose {purpose[:60]}. There are: {known}.", field="purpose")
    for field, words in (("subject", subject), ("text", text)):
        if unknown := rules.placeholders(words) - declared.samples.keys():
            allowed = ", ".join(f"{{{name}}}" for name in sorted(declared.samples))
            raise Refusal("unknown_placeholder", f"{{{min(unknown)}}} has no meaning here. There are: {allowed}.", field=field)
