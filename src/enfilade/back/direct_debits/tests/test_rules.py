"""Days of the banks, check digits, and what a line of the bank may be."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from enfilade.back.banking.rules import SEPA_DAYS, LineFacts
from enfilade.back.direct_debits import rules
from enfilade.back.direct_debits.guesses import CollectionFacts, guesses


def test_banks_rest_on_six_days_and_weekends() -> None:
    """Source: ECB, T2 calendar."""
    closed = [date(2026, 1, 1), date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 1), date(2026, 12, 25), date(2026, 12, 26)]
    assert not any(SEPA_DAYS.is_open(day) for day in closed)
    # A holiday of a country is none of the banks' clearing: German Unity Day of 2028 is a Tuesday.
    assert SEPA_DAYS.is_open(date(2028, 10, 3))
    assert rules.earliest(date(2026, 12, 24), 1, 1) == date(2026, 12, 28)
    assert rules.earliest(date(2026, 11, 27), 1, 14) == date(2026, 12, 11)
    assert rules.earliest(date(2026, 11, 27), 5, 1) == date(2026, 12, 4)


@pytest.mark.parametrize(("lead", "notice"), [(1, 1), (1, 14), (5, 2), (14, 60)])
def test_what_is_earliest_is_a_banking_day_late_enough(lead: int, notice: int) -> None:
    """Of every day of five years."""
    for number in range(5 * 365):
        today = date(2026, 1, 1) + timedelta(days=number)
        found = rules.earliest(today, lead, notice)
        assert SEPA_DAYS.is_open(found)
        assert (found - today).days >= max(lead, notice)


def test_a_mandate_expires_after_36_months_without_use() -> None:
    assert rules.expires_on(date(2024, 2, 29)) == date(2027, 2, 28)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("DE98 ZZZ0 9999 9999 99", "DE98ZZZ09999999999"),
        ("de98abc09999999999", "DE98ABC09999999999"),
        ("AT61ZZZ01234567890", "AT61ZZZ01234567890"),
        ("DE97ZZZ09999999999", ""),
        ("nonsense", ""),
        ("", ""),
    ],
)
def test_a_creditor_identifier_is_proved(text: str, plain: str) -> None:
    """The three signs of the creditor's own are not part of the proof."""
    assert rules.plain_identifier(text) == plain


def test_a_line_may_be_one_collection_a_run_or_a_part_of_it() -> None:
    day = date(2026, 12, 14)
    run = [
        CollectionFacts(1, "DD-2026-00001-1", "DD-2026-00001", "FRST", day, "Ada", "A", 100),
        CollectionFacts(2, "DD-2026-00001-2", "DD-2026-00001", "RCUR", day, "Ben", "B", 200),
        CollectionFacts(3, "DD-2026-00001-3", "DD-2026-00001", "RCUR", day, "Cem", "C", 300),
    ]

    def taken(amount: int, text: str = "", on: date = day) -> list[tuple[int, int]]:
        return [(p.percent, len(p.items)) for p in guesses(LineFacts(9, amount, on, "Bank", "", text, "EUR"), run)]

    assert taken(600) == [(82, 3)]
    assert taken(500, "DD202600001RCUR") == [(97, 2)]
    assert taken(300, "dd-2026-00001-3") == [(98, 1)]
    assert taken(600, on=date(2026, 12, 1)) == []
    # What went out: the amount itself, or with a fee where the bank names it.
    assert taken(-200) == [(35, 1)]
    assert taken(-203, "DD-2026-00001-2") == [(97, 1)]
    assert taken(-203) == []
    assert taken(-20_000, "DD-2026-00001-2") == []
