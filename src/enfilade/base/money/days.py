"""On which days clearings are open, and the European Central Bank publishes its rates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import holidays


@cache
def _closed(market: str) -> holidays.HolidayBase:
    """The days on which a clearing rests; a year is reckoned when it is first asked for."""
    return holidays.financial_holidays(market)


@dataclass(frozen=True, slots=True)
class BankingDays:
    """On which days the banks of a clearing settle. market: whose holidays: XECB is T2 of the ECB, XFED the Federal Reserve."""

    market: str

    def is_open(self, on: date) -> bool:
        """Whether banks settle on a day."""
        return on.weekday() < 5 and on not in _closed(self.market)

    def from_day(self, on: date) -> date:
        """The first banking day from a day on."""
        while not self.is_open(on):
            on += timedelta(days=1)
        return on

    def after(self, on: date, days: int) -> date:
        """The banking day that is so many banking days after a day."""
        for _ in range(days):
            on = self.from_day(on + timedelta(days=1))
        return on


# Source: ECB, T2 calendar. Its reference rates are published on the same days.
T2_DAYS = BankingDays("XECB")
