"""Until when papers are kept; no database, no clock."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

LONGEST_MONTH_DAYS = 31


def kept_until(start: date, months: int, *, whole_years: bool) -> date:
    """The last day of a period that begins on a day.

    whole_years: it begins with the end of that calendar year, as for books and vouchers.
    Source: German Fiscal Code (AO) § 147(4): from the end of the calendar year; Civil Code (BGB) § 188(2), (3): a month without the day
    ends with its last one.
    """
    begin = date(start.year, 12, 31) if whole_years else start
    year, month = divmod(begin.year * 12 + begin.month - 1 + months, 12)
    return date(year, month + 1, min(begin.day, calendar.monthrange(year, month + 1)[1]))


def latest_start(today: date, months: int) -> date:
    """No period of so many months that began after this day is over today."""
    return kept_until(today, -months, whole_years=False) + timedelta(days=LONGEST_MONTH_DAYS)
