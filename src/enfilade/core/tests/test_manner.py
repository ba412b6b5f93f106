"""Numbers and dates of files, in the manner of many countries."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from babel.dates import format_date
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from enfilade.core.resource.manner import Manner, found_manner

COUNTRIES = {"de_DE": "DE", "en_US": "US", "fr_FR": "FR", "de_CH": "CH", "en_GB": "GB", "es_ES": "ES", "pl_PL": "PL", "it_IT": "IT"}


@given(st.sampled_from(sorted(COUNTRIES)), st.decimals(-(10**9), 10**9, places=2))
def test_a_number_reads_back_as_its_country_wrote_it(locale: str, number: Decimal) -> None:
    text = format_decimal(number, format="#,##0.00", locale=locale)
    assert Decimal(found_manner([text], [], region=COUNTRIES[locale]).number(text)) == number


@given(st.sampled_from(["de_DE", "en_US", "fr_FR", "es_ES", "it_IT"]), st.dates(date(1950, 1, 1), date(2040, 1, 1)))
def test_a_date_reads_back_as_its_country_wrote_it(locale: str, day: date) -> None:
    for text in (format_date(day, "short", locale=locale), day.isoformat()):
        read = found_manner([], [text], region=COUNTRIES[locale]).date(text)
        assert read == day.isoformat() or (len(text) < 9 and day.year < 1969 and read == day.replace(year=day.year + 100).isoformat())


@pytest.mark.parametrize(
    ("values", "region", "decimal"),
    [
        (["1.234", "5,5"], "US", ","),
        (["1,234", "5.25"], "DE", "."),
        (["1.234.567"], "US", ","),
        (["1.234"], "DE", ","),
        (["1.234"], "US", "."),
        (["0.125"], "DE", "."),
        (["1.5", "1,5"], "DE", ","),
        (["n/a", "", "12"], "", "."),
    ],
)
def test_the_other_rows_tell_what_one_can_not(values: list[str], region: str, decimal: str) -> None:
    assert found_manner(values, [], region=region).decimal == decimal


def test_what_a_program_wrote_is_read_as_programs_write() -> None:
    assert found_manner(["1.500"], ["2026-11-02"], region="DE", by_program=True) == Manner(".", "ymd")


@pytest.mark.parametrize(
    ("text", "read"),
    [("€ 1.234,50", "1234.50"), ("1 234,5 EUR", "1234.5"), ("(12,00)", "-12.00"), ("7,5-", "-7.5"), ("1'234,5", "1234.5"), ("abc", "abc")],
)
def test_what_stands_beside_a_number(text: str, read: str) -> None:
    assert Manner(",").number(text) == read


@pytest.mark.parametrize("text", ["1.5", "1,2,3", "12.34,5"])
def test_a_number_of_another_manner_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a number where a comma stands before the fraction"):
        Manner(",").number(text)


@pytest.mark.parametrize(("texts", "order"), [(["01/02/26", "13/02/26"], "dmy"), (["1/2/2026", "1/25/2026"], "mdy"), (["1.2.26"], "dmy")])
def test_the_order_of_dates(texts: list[str], order: str) -> None:
    assert found_manner([], texts, region="US").dates == order
