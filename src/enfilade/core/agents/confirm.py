"""Confirmations: proof that this caller has seen what just this command does with just these inputs, a short while ago.

Nothing is stored: the text is signed. It carries the idempotency key under which the command will run, so that a
confirmation that is sent twice gives the first answer again.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any

from django.core import signing

from enfilade.core.context import Context, Refusal

VALID_S = 600
_SALT = "enfilade.agents.confirm"


def issue(ctx: Context, command: str, inputs: dict[str, Any]) -> str:
    """The confirmation of a rehearsal that was shown to this caller."""
    return signing.dumps({"of": _digest(ctx, command, inputs), "key": secrets.token_urlsafe(12)}, salt=_SALT)


def key_of(ctx: Context, command: str, inputs: dict[str, Any], text: object) -> str:
    """The idempotency key that a confirmation carries.

    Refuses: confirm_expired (older than VALID_S seconds); not_confirmed (made up, or given for other inputs or to somebody else).
    """
    try:
        found = signing.loads(str(text), salt=_SALT, max_age=VALID_S)
    except signing.SignatureExpired:
        raise Refusal(
            "confirm_expired", "This confirmation is too old: rehearse again, since things may have changed.", field="confirm"
        ) from None
    except signing.BadSignature:
        found = {}
    if found.get("of") != _digest(ctx, command, inputs):
        raise Refusal(
            "not_confirmed", "This confirmation belongs to other inputs or to somebody else: rehearse these first.", field="confirm"
        )
    return f"agent-{found['key']}"


def _digest(ctx: Context, command: str, inputs: dict[str, Any]) -> str:
    text = json.dumps([command, ctx.company_id, ctx.user.pk, ctx.authority, inputs], sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
