"""Numbers in any spelling, names in any alphabet."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.base.party import rules
from enfilade.base.party.formats.addresses import EASTERN, FORMS, envelope

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


@pytest.mark.parametrize(
    ("given_name", "additional", "family", "language", "spoken"),
    [
        ("Ada", "Maria", "Lindqvist", "sv", "Ada Maria Lindqvist"),
        ("Béla", "", "Bartók", "hu", "Bartók Béla"),
        ("Phương", "Thị", "Nguyễn", "vi", "Nguyễn Thị Phương"),
        ("太郎", "", "山田", "ja", "山田太郎"),
        ("Taro", "", "Yamada", "ja", "Taro Yamada"),
        ("小龙", "", "李", "", "李小龙"),
        ("민준", "", "김", "", "김민준"),
        ("", "", "Bartók", "hu", "Bartók"),
        ("", "", "", "hu", ""),
    ],
)
def test_a_name_in_the_order_of_its_language(given_name: str, additional: str, family: str, language: str, spoken: str) -> None:
    """As people are called where they come from."""
    assert rules.full_name(given_name, additional, family, language) == spoken


@pytest.mark.parametrize(
    ("country", "street", "postal_code", "city", "region", "lines"),
    [
        ("DE", "Hafenstraße 1", "24103", "Kiel", "", "Hafenstraße 1/24103 Kiel"),
        ("", "Hafenstraße 1", "24103", "Kiel", "", "Hafenstraße 1/24103 Kiel"),
        ("FR", "55 rue du Faubourg Saint-Honoré", "75008", "Paris", "", "55 rue du Faubourg Saint-Honoré/75008 Paris/FRANKREICH"),
        ("GB", "10 Downing Street", "SW1A 2AA", "London", "", "10 Downing Street/London/SW1A 2AA/VEREINIGTES KÖNIGREICH"),
        ("US", "350 Fifth Avenue", "10118", "New York", "NY", "350 Fifth Avenue/New York, NY 10118/VEREINIGTE STAATEN"),
        ("US", "350 Fifth Avenue", "10118", "", "NY", "350 Fifth Avenue/NY 10118/VEREINIGTE STAATEN"),
        ("US", "350 Fifth Avenue", "", "New York", "", "350 Fifth Avenue/New York/VEREINIGTE STAATEN"),
        ("JP", "霞が関1-3-1", "100-0013", "千代田区", "東京都", "〒100-0013/東京都千代田区霞が関1-3-1/JAPAN"),
        ("JP", "1-3-1 Kasumigaseki", "100-0013", "Chiyoda-ku", "Tokyo", "1-3-1 Kasumigaseki/Chiyoda-ku, Tokyo 100-0013/JAPAN"),
        ("HU", "Kossuth Lajos tér 1-3", "1055", "Budapest", "", "Budapest/Kossuth Lajos tér 1-3/1055/UNGARN"),
        ("ZZ", "Somewhere 1", "1", "Nowhere", "", "Somewhere 1/1 Nowhere/UNBEKANNTE REGION"),
    ],
)
def test_an_address_as_its_country_writes_it(country: str, street: str, postal_code: str, city: str, region: str, lines: str) -> None:
    """Sent from Germany; the country is said, and in German, where the letter leaves it."""
    where = {"street": street, "extra": "", "postal_code": postal_code, "city": city, "region": region}
    assert envelope(country, where, home="DE", language="de") == lines.split("/")


@given(st.sampled_from(["", "XX", *FORMS, *EASTERN]), st.booleans())
def test_no_form_of_an_address_leaves_anything_out(country: str, eastern: bool) -> None:
    """Whatever somebody entered, stands on the envelope."""
    where = dict.fromkeys(("street", "extra", "postal_code", "city", "region"), "")
    where = {name: f"{'町' if eastern else ''}{name}" for name in where}
    text = "/".join(envelope(country, where, home="XX", language="en"))
    assert all(value in text for value in where.values())


@pytest.mark.parametrize(
    ("value", "region", "read"),
    [
        ("+4930901820", "DE", "030 901820"),
        ("030/90 18 20", "DE", "030 901820"),
        ("+4930901820", "FR", "+49 30 901820"),
        ("0145678901", "FR", "01 45 67 89 01"),
        ("+12125550123", "US", "(212) 555-0123"),
        ("+442079460958", "DE", "+44 20 7946 0958"),
        ("ask for Ada", "DE", "ask for Ada"),
        ("112", "DE", "112"),
    ],
)
def test_a_number_as_people_of_a_country_read_it(value: str, region: str, read: str) -> None:
    """National at home, international abroad; what can't be dialled from everywhere as it was given."""
    assert rules.phone_as_read(value, region) == read
