"""Where incoming mail is fetched from, and how far it was read."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from typing import Annotated

from enfilade.base.message.models import Mailbox
from enfilade.core.command import Input, command
from enfilade.core.context import Context
from enfilade.core.notify import tell_role
from enfilade.core.refs import ref
from enfilade.core.sealed import seal

Password = Annotated[str, Input(secret=True, max_length=500)]
IMAP, HOOK = "imap", "mail-hook"


@dataclass(frozen=True, slots=True)
class HookSecret:
    """What the sender of a web hook has to know. The secret is shown this once."""

    address: str
    secret: str


@command(permission="message.change_mailbox", label="Set password")
def set_mailbox_password(ctx: Context, *, mailbox: Mailbox, password: Password) -> Mailbox:
    """Keep the password with which mail is fetched, sealed under the key of the house.

    password: nobody can read it here again.
    """
    mailbox.sealed_password, mailbox.problem = seal(password, IMAP), ""
    mailbox.save(update_fields=["sealed_password", "problem"])
    return mailbox


@command(permission="message.change_mailbox", label="New web hook secret")
def make_hook_secret(ctx: Context, *, mailbox: Mailbox) -> HookSecret:
    """Make the secret with which a mail service signs what it delivers here; an earlier one is worth nothing from now on."""
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    mailbox.sealed_hook = seal(secret, HOOK)
    mailbox.save(update_fields=["sealed_hook"])
    return HookSecret(f"/hooks/{ctx.company.slug}/mail/{mailbox.pk}/", secret)


@command(permission="message.receive", hidden=True)
def note_fetched(ctx: Context, *, mailbox: Mailbox, validity: int, uid: int) -> Mailbox:
    """Note up to which message the folder was read. validity: of the numbers (UIDVALIDITY); uid: the last number."""
    mailbox.seen_validity, mailbox.seen_uid, mailbox.fetched_at, mailbox.problem = validity, uid, ctx.now, ""
    mailbox.save(update_fields=["seen_validity", "seen_uid", "fetched_at", "problem"])
    return mailbox


@command(permission="message.receive", hidden=True)
def note_problem(ctx: Context, *, mailbox: Mailbox, problem: str) -> Mailbox:
    """Note why mail could not be fetched; whoever runs the company is told when it begins, not each minute."""
    if not mailbox.problem:
        tell_role(ctx, "owner", f"Mail of {mailbox.address} can't be fetched: {problem}", ref(mailbox))
    mailbox.problem = problem
    mailbox.save(update_fields=["problem"])
    return mailbox
