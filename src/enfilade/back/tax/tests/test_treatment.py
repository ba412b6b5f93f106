"""What is a VAT id, what a country charges, and what the law proposes whatever is asked."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.back.tax.known import UNION, rate_abroad, rates_of, untaxed
from enfilade.back.tax.presets import preset
from enfilade.back.tax.treatment import (
    LABELS,
    NEEDS_VAT_ID,
    Customer,
    Kind,
    Supply,
    Treatment,
    VatState,
    country_of_vat_id,
    propose,
    read_vat_id,
    vat_state,
)

# One number of each member state and of Northern Ireland that is right by its check digits: the examples in python-stdnum's own documents.
RIGHT = [
    "ATU13585627", "BE0428759497", "BG175074752", "CY10259033P", "CZ25123891", "DE136695976", "DK13585628", "EE100931558", "EL094259216",
    "ESB58378431", "FI20774740", "FR40303265045", "HR33392005961", "HU12892312", "IE6433435F", "IT00743110157", "LT119511515", "LU15027442",
    "LV40003521600", "MT11679112", "NL004495445B01", "PL8567346215", "PT501964843", "RO18547290", "SE123456789701", "SI50223054",
    "SK2022749619", "XI980780684",
]  # fmt: skip


def test_numbers_of_every_member_state_are_known_by_their_check_digits() -> None:
    assert {country_of_vat_id(number) for number in RIGHT} == UNION | {"XI"}
    for number in RIGHT:
        country = country_of_vat_id(number)
        assert vat_state(number, country) is VatState.VALID, number
        assert vat_state(number, "US") is VatState.ELSEWHERE
        assert vat_state(number, country, denied=True) is VatState.DENIED
        last = number[-1]
        others = [number[:-1] + c for c in "0123456789" if c != last]
        assert any(vat_state(other, country) is VatState.WRONG for other in others), number


@pytest.mark.parametrize(("typed", "state"), [("", "none"), ("DE123", "wrong"), ("12/345/67890", "wrong"), ("fr 40 303265045", "valid")])
def test_what_was_typed_is_read(typed: str, state: str) -> None:
    vat_id = read_vat_id(typed)
    assert vat_state(vat_id, country_of_vat_id(vat_id)) == state


def test_every_member_state_has_rates() -> None:
    """Directive 2006/112/EC art. 97 and 98: a standard rate of 15 % at least; reduced ones below it."""
    for country in sorted(UNION):
        rows = rates_of(country)
        assert rows, country
        assert [row.valid_from for row in rows] == sorted({row.valid_from for row in rows})
        assert all(row.standard >= 1_500 and row.reduced < row.standard for row in rows)
        assert [code["valid_until"] for code in preset(country) if code["tax_class"] == "standard"][-1] is None
    # Published changes: Estonia 22 to 24 % on 2025-07-01, Slovakia 20 to 23 % on 2025-01-01, Finland 24 to 25.5 % on 2024-09-01.
    changes = [("EE", date(2025, 7, 1), 2_200, 2_400), ("SK", date(2025, 1, 1), 2_000, 2_300), ("FI", date(2024, 9, 1), 2_400, 2_550)]
    for country, day, before, after in changes:
        assert rate_abroad(country, "standard", date.fromordinal(day.toordinal() - 1)) == before
        assert rate_abroad(country, "standard", day) == after
    assert rate_abroad("DK", "reduced", date(2026, 1, 1)) == 2_500
    assert rate_abroad("CH", "standard", date(2026, 1, 1)) is None
    assert rate_abroad("FR", "standard", date(2021, 6, 30)) is None


COUNTRIES = st.sampled_from(["", "DE", "FR", "GB", "CH"])
CUSTOMERS = st.builds(Customer, COUNTRIES, st.booleans(), st.sampled_from(["", "FR40303265045"]), st.sampled_from(VatState))
SUPPLIES = st.builds(Supply, st.sampled_from(Kind), st.sampled_from(["standard", "reduced", "exempt", "zero"]), st.booleans())


@given(st.sampled_from(["DE", "FR", "GB", "US"]), CUSTOMERS, SUPPLIES, st.booleans(), st.booleans(), st.booleans())
def test_whatever_is_asked_has_an_answer_that_the_law_allows(
    seller: str, customer: Customer, supply: Supply, oss: bool, above: bool, ioss: bool
) -> None:
    found = propose(seller, customer, supply, oss=oss, above=above, ioss=ioss)
    assert found.treatment in LABELS
    assert found.why.endswith(".")
    if found.treatment in NEEDS_VAT_ID:
        assert customer.vat_state is VatState.VALID
        assert seller in UNION
    if found.treatment in {Treatment.OSS, Treatment.DISTANCE}:
        assert not customer.business
        assert customer.country in UNION - {seller}
    if found.treatment is Treatment.IOSS:
        assert ioss
        assert not customer.business
        assert customer.country in UNION
        assert seller not in UNION
    if customer.country in {"", seller}:
        assert found.treatment in {Treatment.DOMESTIC, Treatment.EXEMPT, Treatment.REVERSE_HOME}
    if found.treatment not in {Treatment.DOMESTIC, Treatment.EXEMPT, Treatment.DISTANCE, Treatment.OSS, Treatment.IOSS}:
        said = untaxed(found.treatment, seller)
        assert said.words
        assert said.code.startswith("VATEX-EU-")
