"""Needs in words and in lists."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.front.appointments.rules import need_for, needs_text, read_needs

TAGS = st.from_regex(r"[a-z][a-z0-9_-]{0,8}", fullmatch=True).filter(lambda t: t != "or")


@given(st.lists(st.lists(TAGS, min_size=1, max_size=4, unique=True), min_size=1, max_size=6))
def test_needs_come_back_from_their_text(needs: list[list[str]]) -> None:
    assert read_needs(needs_text(needs)) == needs
    assert read_needs(needs) == needs


@pytest.mark.parametrize("text", ["Dentist or HYGIENIST\n\n chair ", "dentist, hygienist\nchair", "dentist|hygienist\nchair"])
def test_people_write_alternatives_in_their_own_way(text: str) -> None:
    assert read_needs(text) == [["dentist", "hygienist"], ["chair"]]


@pytest.mark.parametrize("value", ["", [], [[]], "zahnärztin", "two words", 7, [7], [["ok", 7]], {"a": 1}, "x\n" * 13])
def test_nonsense_gets_a_sentence(value: object) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        read_needs(value)


def test_somebody_takes_the_first_place_that_fits() -> None:
    assert need_for([["chair"], ["dentist"], ["assistant", "dentist"]], ["dentist"]) == 1
    assert need_for([["chair"]], ["dentist"]) is None
