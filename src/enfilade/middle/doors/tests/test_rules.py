"""Comparison and sentences, without a database."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.middle.doors.rules import compare, fill, number, sentence_problem, shown, value_problem


@pytest.mark.parametrize(
    ("fact", "op", "value", "found"),
    [
        (Decimal(25), ">", "20", True),
        (Decimal("20.00"), ">", "20", False),
        (Decimal("20.00"), ">=", "20", True),
        ("120.50", ">", "99", True),
        ("9.00", ">", "10", False),
        (3, "<", "4", True),
        (-1, "<=", "-1", True),
        ("2026-11-02", ">", "2026-10-31", True),
        ("2026-11-02T09:00:00+01:00", "<", "2026-11-03", True),
        ("card", "=", "Card", True),
        ("20.00", "=", "20", True),
        ("cash", "in", "card, transfer", False),
        ("transfer", "in", "card, transfer", True),
        (7, "in", "5, 7.0", True),
        (True, "=", "true", True),
        (False, "=", "true", False),
        ("NaN", ">", "1", None),
        ("1e9", ">", "1", None),
        (True, ">", "0", None),
        ("many", "<", "10", None),
        (float("inf"), ">", "1", None),
    ],
)
def test_comparison_is_typed(fact: object, op: str, value: str, found: bool | None) -> None:
    """Numbers as numbers, dates as dates, the rest only for equality; what can't be compared says so."""
    assert compare(fact, op, value) is found


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2), st.decimals(min_value=-(10**12), max_value=10**12, places=2))
def test_text_and_number_agree(a: Decimal, b: Decimal) -> None:
    """An amount in the facts is text, a limit in a rule is text; both compare like the decimals they stand for."""
    for op, want in ((">", a > b), (">=", a >= b), ("<", a < b), ("<=", a <= b), ("=", a == b)):
        assert compare(str(a), op, str(b)) is want
        assert compare(a, op, str(b)) is want


@given(st.text(max_size=60))
def test_no_text_breaks_a_comparison(text: str) -> None:
    """Whatever a fact says, the answer is yes, no or can't tell."""
    for op in (">", "=", "in"):
        assert compare(text, op, "20") in (True, False, None)
    assert number(text) is None or isinstance(number(text), Decimal)


def test_sentences_are_filled_in_one_pass() -> None:
    """A fact that looks like a placeholder, or like Python's own format language, stays what it is."""
    facts = {"percent": Decimal("40.00"), "item": "{amount}{0.__class__}", "amount": "48.00"}
    assert fill("{percent} % on {item} ({amount}; {unknown})", facts) == "40 % on {amount}{0.__class__} (48.00; –)"


@pytest.mark.parametrize("sentence", ["{percent!r}", "{facts.__class__}", "{}", "{0}", "50 {", "a } b", "{Percent}", "{percent:>10}"])
def test_the_language_of_sentences_is_closed(sentence: str) -> None:
    """Only {name} means anything; every other brace is refused when the rule is written."""
    assert sentence_problem(sentence)


def test_values_are_checked_against_the_comparison() -> None:
    """A number or a date where order matters; a list without holes."""
    assert value_problem(">", "20") == value_problem("<=", "2026-11-02") == value_problem("=", "card") == value_problem("in", "a, b") == ""
    assert value_problem(">", "twenty")
    assert value_problem("in", "a,,b")


def test_facts_are_shown_for_people() -> None:
    """Idle zeros and endless texts are not."""
    assert [shown(v) for v in (Decimal("33.3300"), Decimal("1E+2"), True, None, "x" * 500)] == ["33.33", "100", "yes", "–", "x" * 119 + "…"]
