"""Reads of work: cases by what they belong to and by who has to do something, people who are there, and where a new case would go."""

from .cases import (
    MyWork,
    cases,
    cases_of,
    in_order,
    my_queues,
    my_work,
    named,
    notes_of,
    offices_of_users,
    open_cases,
    overdue,
    waiting_in,
    with_offices,
)
from .hours import Worktime
from .people import Team, absences_at, away_at, away_words, deputy_of, stood_in_for, team
from .routing import where_to
from .service import clocks_of, due_clocks, level_for, next_step, open_steps, reached_s, used_percent
from .times import WEEK_DAYS, TimeSums, WeekLine, running_timer, sums_of_time, time_of, time_rows, week_of

__all__ = [
    "WEEK_DAYS",
    "MyWork",
    "Team",
    "TimeSums",
    "WeekLine",
    "Worktime",
    "absences_at",
    "away_at",
    "away_words",
    "cases",
    "cases_of",
    "clocks_of",
    "deputy_of",
    "due_clocks",
    "in_order",
    "level_for",
    "my_queues",
    "my_work",
    "named",
    "next_step",
    "notes_of",
    "offices_of_users",
    "open_cases",
    "open_steps",
    "overdue",
    "reached_s",
    "running_timer",
    "stood_in_for",
    "sums_of_time",
    "team",
    "time_of",
    "time_rows",
    "used_percent",
    "waiting_in",
    "week_of",
    "where_to",
    "with_offices",
]
