"""Live updates: after a commit the database tells every listener which kinds of record changed, never their content.

The notice is sent by a transaction of its own after the commit. Inside the writing transaction NOTIFY would take a lock
that every committing writer waits for while the log is flushed; a lost notice only costs the page its next poll.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from django.db import connection, transaction

from .context import OutcomeUnknown

if TYPE_CHECKING:
    from .command.work import Work
    from .context import Context

CHANNEL = "enfilade"
TOPICS_MAX = 60
# Connections that are listened to, and whether the last COMMIT of one came with the warning.
_WATCHED: WeakKeyDictionary[Any, bool] = WeakKeyDictionary()
_UNSURE = ("canceling wait for synchronous replication", "may not have been replicated")


def announce_after_commit(ctx: Context, work: Work) -> None:
    """Tell open pages which records (`appointments.visit:42`) changed, once the transaction is durable."""
    topics = sorted(work.subjects)
    if len(topics) > TOPICS_MAX:
        topics = sorted({reference.partition(":")[0] for reference in topics})[:TOPICS_MAX]
    if topics:
        payload = json.dumps({"company": ctx.company_id, "topics": topics})
        transaction.on_commit(lambda: _notify(payload), robust=True)


def announce(company_id: int, topics: list[str]) -> None:
    """The same for one who is not in a command (a finished job)."""
    payload = json.dumps({"company": company_id, "topics": topics})
    transaction.on_commit(lambda: _notify(payload), robust=True)


def _notify(payload: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, payload])


def watch_notices(sender: Any, connection: Any, **_: Any) -> None:
    """Listen for the warning with which COMMIT admits that a standby may lack the transaction."""
    raw = connection.connection
    if raw is not None and raw not in _WATCHED:
        _WATCHED[raw] = False
        raw.add_notice_handler(lambda diag: _on_notice(raw, diag.message_primary or ""))


def _on_notice(raw: Any, message: str) -> None:
    if any(text in message for text in _UNSURE):
        _WATCHED[raw] = True


def check_commit() -> None:
    """Raise OutcomeUnknown when the last COMMIT came with that warning."""
    raw = connection.connection
    if _WATCHED.get(raw):
        _WATCHED[raw] = False
        raise OutcomeUnknown
