"""Pauses between attempts, the body of a call. Pure functions."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

# As Standard Webhooks proposes: quickly, then slowly, over a little more than a day.
PAUSES = tuple(timedelta(seconds=s) for s in (5, 300, 1800, 7200, 18_000, 28_800, 36_000))
# A subscriber that took nothing for so long is left alone until somebody looks.
SILENT_FOR = timedelta(days=5)
# Whoever began to call and died has called by then; after it the delivery is anybody's again.
LEASE = timedelta(minutes=2)
# After a change of the secret calls are signed with both for so long.
BOTH_FOR = timedelta(days=1)


def next_attempt(now: datetime, attempts: int) -> datetime | None:
    """When to try again after so many attempts failed; None when that was the last."""
    return now + PAUSES[attempts - 1] if attempts <= len(PAUSES) else None


def body_of(name: str, at: datetime, company: str, data: dict[str, Any]) -> str:
    """What is sent: type, timestamp and data, as Standard Webhooks wants them."""
    fields = {"type": name, "timestamp": at.isoformat(), "company": company, "data": data}
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def wants(events: list[str], name: str) -> bool:
    """Whether a subscription asks for an event: by its name, by `module.*`, or for all by `*`."""
    return any(one in ("*", name) or (one.endswith(".*") and name.startswith(one[:-1])) for one in events)
