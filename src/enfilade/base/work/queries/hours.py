"""Working time of the company: by when something is due, and how much of it has passed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from enfilade.base.calendar.queries import company_hours
from enfilade.base.work.rules.hours import Interval, after_seconds, open_seconds
from enfilade.core.context import Context

_WINDOW = timedelta(days=35)
_WINDOWS_MAX = 24


@dataclass
class Worktime:
    """The working time from an instant on, read in windows of some weeks as far as it is asked for.

    always: every minute counts, day and night.
    """

    ctx: Context
    start: datetime
    always: bool
    known: list[Interval] = field(default_factory=list)
    read_until: datetime | None = None

    def after(self, seconds: int) -> datetime:
        """The instant at which so many seconds have passed.

        A company that does not open for two years has no hours: every minute counts.
        """
        if self.always:
            return self.start + timedelta(seconds=max(0, seconds))
        for _ in range(_WINDOWS_MAX):
            found = after_seconds(self.known, self.start, seconds)
            if found is not None:
                return found
            self._read_on()
        return self.start + timedelta(seconds=seconds)

    def until(self, end: datetime) -> int:
        """Seconds that have passed at an instant."""
        if self.always:
            return max(0, int((end - self.start).total_seconds()))
        while (self.read_until or self.start) < end:
            self._read_on()
        return open_seconds(self.known, self.start, end)

    def _read_on(self) -> None:
        begin = self.read_until or self.start
        self.read_until = begin + _WINDOW
        self.known += company_hours(self.ctx, begin, self.read_until)
