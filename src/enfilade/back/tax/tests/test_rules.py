"""Nothing is lost in rounding."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from enfilade.back.tax.rules import Rounding, net_of_gross, tax_groups, tax_lines, totals

RATES = st.sampled_from([("S", 1900), ("S", 700), ("E", 0), ("Z", 0), ("S", 500)])
NETS = st.integers(0, 10**10)
LINES = st.lists(st.tuples(RATES, NETS).map(lambda t: (*t[0], t[1])), max_size=30)
SIGNED = st.lists(st.tuples(RATES, st.integers(-(10**9), 10**9)).map(lambda t: (*t[0], t[1])), max_size=30)


@given(SIGNED, st.sampled_from(Rounding))
def test_lines_groups_and_totals_are_one_sum(lines: list[tuple[str, int, int]], rounding: Rounding) -> None:
    taxed, groups = tax_lines(lines, rounding), tax_groups(lines, rounding)
    net, tax, total = totals(lines, rounding)
    assert sum(t.net_minor for t in taxed) == sum(g.net_minor for g in groups) == net == sum(n for _, _, n in lines)
    assert sum(t.tax_minor for t in taxed) == sum(g.tax_minor for g in groups) == tax == total - net
    assert [g.rate_bp for g in groups] == sorted((g.rate_bp for g in groups), reverse=True)


@given(SIGNED)
def test_by_document_the_tax_of_a_rate_is_rounded_once(lines: list[tuple[str, int, int]]) -> None:
    for group in tax_groups(lines):
        assert abs(Fraction(group.net_minor * group.rate_bp, 10_000) - group.tax_minor) <= Fraction(1, 2)


@given(LINES)
def test_by_document_every_line_is_less_than_a_unit_off(lines: list[tuple[str, int, int]]) -> None:
    for taxed in tax_lines(lines):
        assert abs(Fraction(taxed.net_minor * taxed.rate_bp, 10_000) - taxed.tax_minor) < Fraction(3, 2)


@given(SIGNED)
def test_by_line_every_line_is_rounded_by_itself(lines: list[tuple[str, int, int]]) -> None:
    for taxed in tax_lines(lines, Rounding.LINE):
        assert abs(Fraction(taxed.net_minor * taxed.rate_bp, 10_000) - taxed.tax_minor) <= Fraction(1, 2)


@given(LINES)
def test_a_credit_note_is_the_mirror_of_its_invoice(lines: list[tuple[str, int, int]]) -> None:
    mirrored = [(c, r, -n) for c, r, n in lines]
    for rounding in Rounding:
        assert [t.tax_minor for t in tax_lines(mirrored, rounding)] == [-t.tax_minor for t in tax_lines(lines, rounding)]


@given(SIGNED)
def test_exempt_and_zero_rates_bear_no_tax(lines: list[tuple[str, int, int]]) -> None:
    for rounding in Rounding:
        assert all(t.tax_minor == 0 for t in tax_lines(lines, rounding) if t.category in {"E", "Z"})


@given(LINES)
def test_amounts_that_include_the_tax_keep_their_sum(lines: list[tuple[str, int, int]]) -> None:
    for taxed, (_, rate, gross) in zip(net_of_gross(lines), lines, strict=True):
        assert taxed.net_minor + taxed.tax_minor == gross
        assert abs(Fraction(gross * 10_000, 10_000 + rate) - taxed.net_minor) <= Fraction(1, 2)


def test_known_figures() -> None:
    # Three lines of 0.33 at 19 %: by line 3 x 0.06, by document 0.99 x 19 % = 0.1881.
    lines = [("S", 1900, 33)] * 3
    assert totals(lines, Rounding.LINE) == (99, 18, 117)
    assert totals(lines) == (99, 19, 118)
    assert [t.tax_minor for t in tax_lines(lines)] == [7, 6, 6]
    assert totals([("S", 1900, 10_000), ("S", 700, 10_000), ("E", 0, 4_200)]) == (24_200, 2_600, 26_800)
    assert totals([]) == (0, 0, 0)
    assert Decimal(totals([("S", 1900, 50)])[1]) == 10  # 9.5 goes up
