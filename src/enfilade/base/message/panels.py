"""The messages about a record, as a panel of its page; modules above add it to their own records."""

from __future__ import annotations

from typing import Any

from django.db.models import Model

from enfilade.core.context import Context
from enfilade.core.refs import ref

from .models import Mail
from .queries import messages_about

SHOWN = 12
TONES = {"failed": "bad", "unclear": "bad", "bounced": "bad", "queued": "info", "sending": "info", "draft": "warn", "cancelled": ""}


def about(ctx: Context, row: Model, query: str) -> dict[str, Any]:
    """The context of message/panel_messages.html. query: what a new message begins with, as a query string."""
    found: list[Mail] = list(messages_about(ctx, ref(row))[: SHOWN + 1])
    lines = [{"row": m, "tone": TONES.get(m.state, "ok"), "when": m.sent_at or m.written_at} for m in found[:SHOWN]]
    url = f"/message/do/draft_message/{query}" if ctx.may("message.write") else ""
    return {"lines": lines, "count": len(lines), "more": len(found) > SHOWN, "new_url": url, "new_label": "New message"}
