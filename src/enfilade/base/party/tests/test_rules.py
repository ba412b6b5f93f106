"""Numbers in any spelling, names in any alphabet."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.base.party import rules

SPELLINGS = [
    "030 901820",
    "030/90 18 20",
    "(030) 901820",
    "+49 30 901820",
    "+49 (0)30 901820",
    "0049 30 901820",
    "tel:+49-30-901820",
    "030-901820",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_one_number_in_many_spellings(spelling: str) -> None:
    """All of them are the same number where 030 is Berlin."""
    assert rules.normalise("phone", spelling, "DE") == "+4930901820"


@given(st.sampled_from(["DE", "US", "GB", "FR", "AT", "CH", "IN", "JP", "BR"]))
def test_a_number_is_found_however_it_is_shown(region: str) -> None:
    """National, international, with 00 or bare: the stored form is among the keys."""
    example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    stored = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    shown = [phonenumbers.format_number(example, form) for form in (0, 1, 2)] + [stored[1:]]
    for text in shown:
        assert stored in rules.lookup_keys(text, region), text


@given(st.text(max_size=60))
def test_no_text_breaks_a_rule(text: str) -> None:
    """Whatever is typed, it is either understood or nothing."""
    for kind in ("phone", "email", "url", "fax"):
        key = rules.normalise(kind, text, "DE")
        assert rules.normalise(kind, key, "DE") == key or kind == "email"
    rules.lookup_keys(text, "DE")
    rules.phone_tail(text)
    assert rules.name_key(rules.name_key(text)) == rules.name_key(text)


def test_names_without_case_accents_and_strokes() -> None:
    """Whoever has no such key on the keyboard finds them too."""
    assert rules.name_key("Łukasz  MÜLLER-Øster") == "lukasz muller oster"
    assert rules.name_key("Straße") == rules.name_key("STRASSE")
    assert rules.name_key("O'Brien") == rules.name_key("O’Brien")


def test_numbers_shown_at_home_and_abroad() -> None:
    """National where one may dial it so, international elsewhere; what is no such number stays."""
    assert rules.shown_phone("+4930901820", "DE") == "030 901820"
    assert rules.shown_phone("+4930901820", "FR") == "+49 30 901820"
    assert rules.shown_phone("12", "DE") == "12"


def test_half_a_number_is_the_same_only_where_it_is_long_enough() -> None:
    """A short end would match half the town."""
    assert rules.same_number("+493090182000", "90182000")
    assert not rules.same_number("+4930901820", "1820")
    assert not rules.same_number("+4930901820", "+4940901820")


def test_relations_read_both_ways() -> None:
    """A mother is a parent of, her son a child of."""
    assert (rules.relation_words("parent"), rules.relation_words("parent", from_other=True)) == ("parent of", "child of")
    assert rules.relation_words("unheard of") == "is connected with"
