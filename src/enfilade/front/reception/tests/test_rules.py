"""Pure rules, with properties where money and time are concerned."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.front.reception.rules import (
    begun_minutes,
    digits_for,
    fold,
    interruption_cost_minor,
    kept_away_minor,
    looks_like_number,
    pieces_of,
    relevance,
    share_bp,
    stray_braces,
)

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(("seconds", "minutes"), [(-60, 0), (0, 0), (1, 1), (59, 1), (60, 1), (61, 2), (3600, 60), (3601, 61)])
def test_every_begun_minute_counts(seconds: int, minutes: int) -> None:
    """And none where nothing was begun."""
    assert begun_minutes(NOON, NOON + timedelta(seconds=seconds)) == minutes


@pytest.mark.parametrize(
    ("minutes", "recovery", "hourly", "cost"),
    [(6, 0, 7400, 740), (7, 0, 7400, 863), (1, 0, 30, 1), (1, 0, 29, 0), (6, 23, 7400, 3577), (0, 0, 7400, 0), (5, 0, 0, 0)],
)
def test_cost_of_an_interruption(minutes: int, recovery: int, hourly: int, cost: int) -> None:
    """By hand: 7 minutes at 74.00 an hour are 8.6333, so 8.63; half a cent is rounded up."""
    assert interruption_cost_minor(minutes, recovery, hourly) == cost


@given(st.integers(0, 600), st.integers(0, 120), st.integers(0, 10**7))
def test_cost_is_rounded_half_up_and_never_further(minutes: int, recovery: int, hourly: int) -> None:
    """The same as exact arithmetic with decimals."""
    exact = Decimal(minutes + recovery) * hourly / 60
    assert interruption_cost_minor(minutes, recovery, hourly) == int(exact.quantize(Decimal(1), ROUND_HALF_UP))


@given(st.integers(0, 10**5), st.integers(0, 10**9), st.integers(1, 10**4))
def test_kept_away_is_an_average_times_a_number(alone: int, cost: int, priced: int) -> None:
    """Rounded once, at the end."""
    exact = Decimal(alone) * cost / priced
    assert abs(Decimal(kept_away_minor(alone, cost, priced) or 0) - exact) <= Decimal("0.5")


def test_nothing_is_compared_with_nothing() -> None:
    """No share of no contacts, no average of no interruptions."""
    assert share_bp(0, 0) is None
    assert kept_away_minor(5, 0, 0) is None


@pytest.mark.parametrize(("part", "whole", "bp"), [(1, 3, 3333), (2, 3, 6667), (1, 1, 10_000), (0, 7, 0), (1, 20_000, 1)])
def test_shares_in_basis_points(part: int, whole: int, bp: int) -> None:
    """Rounded half up."""
    assert share_bp(part, whole) == bp


@pytest.mark.parametrize(
    ("text", "is_number"),
    [("030 555", True), ("٠٣٠٥٥", True), ("Ada", False), ("Ada 030555", False), ("12", False), ("", False), ("²³²³", False)],
)
def test_numbers_and_names(text: str, is_number: bool) -> None:
    """What was typed into one field."""
    assert looks_like_number(text) is is_number


@given(st.text(max_size=60))
def test_any_text_can_be_looked_at(text: str) -> None:
    """Nothing that a person or a telephone system sends makes the rules fail."""
    looks_like_number(text)
    assert fold(fold(text)) == fold(text)
    assert "".join(p.text for p in pieces_of(text)) == text
    stray_braces(text)
    relevance(text, text, text, text)


def test_the_same_question_folds_to_the_same() -> None:
    """Case, accents, punctuation and spaces do not make a question new."""
    assert fold("  Ünlü, do you take CARDS?! ") == fold("unlu do you take cards") == "unlu do you take cards"


def test_placeholders_are_taken_apart() -> None:
    """Text, a value without and one with an argument."""
    pieces = pieces_of("Open {opening_hours_today}; a check is {fee:CHECK}.")
    assert [(p.name, p.argument) for p in pieces] == [("", ""), ("opening_hours_today", ""), ("", ""), ("fee", "CHECK"), ("", "")]


@pytest.mark.parametrize("text", ["{", "a } b", "{Fee:X}", "{fee:}", "{fee:A B}", "{{fee:X}}", "{0}", "{fee.__class__}"])
def test_nothing_else_is_a_placeholder(text: str) -> None:
    """The language is closed: anything with braces that is not in it is refused."""
    assert stray_braces(text)


def test_the_best_answer_comes_first() -> None:
    """A word of the question weighs more than one of the text, and a word that occurs nowhere rules an answer out."""
    cleaning = relevance("cost cleaning", "What does a cleaning cost?", "", "98 euros")
    whitening = relevance("cost cleaning", "What does whitening cost?", "", "Teeth need cleaning before.")
    assert cleaning > whitening > 0
    assert relevance("cost of parking", "What does a cleaning cost?", "", "98 euros") == 0
    assert relevance("the", "When are the doors open?", "", "") > 0


@given(st.dictionaries(st.integers(1, 9), st.integers(1, 40), max_size=9), st.lists(st.integers(1, 40), max_size=20, unique=True))
def test_digits_keep_what_is_pinned(pinned: dict[int, int], by_use: list[int]) -> None:
    """Every digit 1 to 9 opens at most one answer; pinned ones keep theirs; no answer that is pinned takes a second digit."""
    found = digits_for(pinned, by_use)
    assert all(found[digit] == answer for digit, answer in pinned.items())
    assert set(found) <= set(range(1, 10))
    free = [answer for digit, answer in found.items() if digit not in pinned]
    assert len(free) == len(set(free))
    assert not set(free) & set(pinned.values())
