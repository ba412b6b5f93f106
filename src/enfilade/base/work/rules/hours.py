"""Working time: minutes that count only while somebody is open. Pure functions over intervals in order that do not overlap."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

Interval = tuple[datetime, datetime]


def open_seconds(intervals: Sequence[Interval], start: datetime, end: datetime) -> int:
    """Seconds between two instants that lie in the intervals; 0 where the end is not after the start."""
    total = sum(((min(e, end) - max(s, start)) for s, e in intervals if s < end and e > start), timedelta())
    return int(total.total_seconds())


def after_seconds(intervals: Sequence[Interval], start: datetime, seconds: int) -> datetime | None:
    """The instant at which so many seconds of the intervals have passed since `start`; None where they do not reach that far.

    What is used up already (0 or less) is reached at the start itself.
    """
    if seconds <= 0:
        return start
    left = timedelta(seconds=seconds)
    for begin, end in intervals:
        begin = max(begin, start)
        if end <= begin:
            continue
        if end - begin >= left:
            return begin + left
        left -= end - begin
    return None
