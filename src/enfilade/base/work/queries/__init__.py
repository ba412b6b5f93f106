"""Reads of work: cases by what they belong to and by who has to do something, people who are there, and where a new case would go."""

from .cases import MyWork, cases, cases_of, in_order, my_queues, my_work, named, offices_of_users, open_cases, overdue, waiting_in
from .people import Team, absences_at, away_at, away_words, deputy_of, stood_in_for, team
from .routing import where_to

__all__ = [
    "MyWork",
    "Team",
    "absences_at",
    "away_at",
    "away_words",
    "cases",
    "cases_of",
    "deputy_of",
    "in_order",
    "my_queues",
    "my_work",
    "named",
    "offices_of_users",
    "open_cases",
    "overdue",
    "stood_in_for",
    "team",
    "waiting_in",
    "where_to",
]
