"""Amounts of orders, proposals and differences, without a database."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from enfilade.back.purchasing.rules import (
    Billed,
    Ordered,
    Part,
    Tolerance,
    cost_of,
    decided,
    differences,
    extras_within,
    net_of,
    plain,
    propose,
)

D = Decimal


def ordered(key: int = 1, *, order: str = "PO-1", text: str = "Gloves", code: str = "", came: str = "10", billed: str = "0") -> Ordered:
    """Ten at 10.00 each, all of which came."""
    return Ordered(key, order, key, code, text, D(10), 1_000, 1, D(came), D(billed))


def test_amounts() -> None:
    assert net_of(D(250), 1_234, 100) == 3_085
    assert net_of(D("0.5"), 1, 1) == 1
    assert [cost_of(10_000, 1_900, share) for share in (0, 5_000, 10_000)] == [11_900, 10_950, 10_000]
    assert [plain(D(text)) for text in ("10.000", "2.500", "100")] == ["10", "2.5", "100"]


def test_an_order_that_is_named_is_sure() -> None:
    lines = [ordered(1), ordered(2, text="Masks", code="M1")]
    by_position = Billed(7, "Handschuhe", 10_000, D(10), "PO-1", "1")
    by_code = Billed(8, "?", 5_000, D(5), "PO-1", codes=("M1",))
    found = propose([by_position, by_code], lines)
    assert [(one.billed, one.ordered, one.quantity, one.sure) for one in found] == [(7, 1, D(10), True), (8, 2, D(5), True)]
    assert propose([Billed(7, "Gloves", 10_000, D(10), "PO-2", "1")], lines) == []
    [guess] = propose([Billed(7, "Gloves", 10_000, D(10))], lines)
    assert (guess.ordered, guess.sure) == (1, False)


def test_one_amount_is_for_all_that_came() -> None:
    lines = [ordered(1), ordered(2, text="Masks", came="5"), ordered(3, order="PO-2")]
    assert [(one.ordered, one.quantity) for one in propose([Billed(7, "As delivered", 15_000)], lines)] == [(1, D(10)), (2, D(5))]
    assert propose([Billed(7, "As delivered", 15_001)], lines) == []


def test_a_bill_that_says_no_quantity() -> None:
    """What came, where that is its price; as many as it pays for, though fewer came; else what came, and dearer."""
    line = ordered(came="8")
    assert [propose([Billed(7, "Gloves", net)], [line])[0].quantity for net in (8_000, 10_000, 8_300, 12_000)] == [D(8), D(10), D(8), D(8)]


def test_differences() -> None:
    line, tolerance = ordered(came="8"), Tolerance(price_bp=200, price_minor=50)
    kinds = [
        (one.kind, one.over_minor, one.missing, one.within) for one in differences(Billed(7, "", 10_300), [Part(line, D(10))], tolerance)
    ]
    assert kinds == [("quantity", 0, D(2), False), ("price", 300, D(0), False)]
    assert [one.kind for one in differences(Billed(7, "", 1_000), [Part(ordered(came="0"), D(1))], tolerance)] == ["not_received"]
    assert [one.within for one in differences(Billed(7, "", 8_160), [Part(line, D(8))], tolerance)] == [True]
    assert differences(Billed(7, "", 7_000), [Part(line, D(8))], tolerance) == []
    extra = differences(Billed(7, "Freight", 500), [], tolerance)
    assert [(one.kind, one.over_minor) for one in extra] == [("not_ordered", 500)]
    assert not extras_within(extra, tolerance)
    assert extras_within(extra, Tolerance(extra_minor=500))


def test_a_decision_covers_no_more_than_it_was_made_for() -> None:
    found = differences(Billed(7, "", 10_300), [Part(ordered(came="8"), D(10))], Tolerance())
    assert decided(found, 300, D(2))
    assert not decided(found, 299, D(2))
    assert not decided(found, 300, D(1))


@given(st.lists(st.tuples(st.integers(1, 50_000), st.sampled_from(["Gloves", "Masks", "Paper", "?"])), max_size=6), st.integers(0, 6))
def test_every_line_is_proposed_at_most_once(charged: list[tuple[int, str]], count: int) -> None:
    """Whatever is charged: a line of a bill and a line of an order meet once, and never over nothing."""
    lines = [ordered(n, text=("Gloves", "Masks", "Paper")[n % 3]) for n in range(1, count + 1)]
    found = propose([Billed(n, text, net) for n, (net, text) in enumerate(charged)], lines)
    assert len({one.ordered for one in found}) == len(found)
    assert all(one.quantity > 0 for one in found)
