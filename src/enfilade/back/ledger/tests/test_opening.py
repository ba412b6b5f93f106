"""Opening balances: typed or from a file, all of them or nothing, and taken back as a whole."""

import io
from datetime import date
from typing import Any

import pytest

from enfilade.back.ledger.commands import OpeningLine, close_period, enter_opening_balances, import_opening_balances, take_back_opening
from enfilade.back.ledger.models import OpeningBalance
from enfilade.back.ledger.queries import balance_of
from enfilade.base.books.models import Entry, Line
from enfilade.core.command import run_raw
from enfilade.core.context import Invalid, Refusal
from enfilade.core.files import store
from enfilade.core.scope import scope
from enfilade.core.testing import race

from .support import Practice

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2025, 1, 1)
FILE = """Konto;Saldo;Kunde;Text
1100;1.000,00;;
1200;300,00;;
1200;100,00;Ana Ruiz;R-17
1200;200,00;Ben Ode;R-18
3000;-1.300,00;;
1000;0,00;;
"""


@pytest.fixture
def practice() -> Practice:
    """A founded ledger, and two who owe."""
    made = Practice()
    for name in ("Ana Ruiz", "Ben Ode"):
        run_raw(made.ctx, "party.add_party", {"kind": "person", "name": name})
    return made


def kept(practice: Practice, text: str) -> Any:
    with scope(practice.company.pk):
        return store(practice.ctx, "opening.csv", io.BytesIO(text.encode()))


def refused(code: str, run: Any) -> str:
    with pytest.raises(Refusal) as no:
        run()
    assert no.value.code == code
    return str(no.value)


def balances(practice: Practice, *codes: str) -> list[int]:
    with scope(practice.company.pk):
        return [balance_of(practice.ctx, code, DAY) for code in codes]


def test_a_trial_balance_with_its_open_items(practice: Practice) -> None:
    opening = import_opening_balances(practice.ctx, on=DAY, file=kept(practice, FILE))
    assert (opening.line_count, opening.total_minor, opening.rest_minor) == (4, 130000, 0)
    assert balances(practice, "1100", "1200", "3000", "opening") == [100000, 30000, -130000, 0]
    with scope(practice.company.pk):
        lines = Line.objects.filter(account__code="1200").order_by("pk").select_related("party")
        assert [(line.party.name, line.quantity_minor, line.text) for line in lines] == [
            ("Ana Ruiz", 10000, "R-17"),
            ("Ben Ode", 20000, "R-18"),
        ]
        against = Line.objects.filter(account__code="3900").order_by("pk")
        assert [line.quantity_minor for line in against] == [130000, -130000]
    assert refused("opening_once", lambda: import_opening_balances(practice.ctx, on=DAY, file=kept(practice, FILE))).endswith("first.")
    take_back_opening(practice.ctx, opening=opening, reason="The tax adviser found more")
    assert balances(practice, "1100", "1200", "3000", "opening") == [0, 0, 0, 0]
    refused("not_stands", lambda: take_back_opening(practice.ctx, opening=opening, reason="x"))
    import_opening_balances(practice.ctx, on=DAY, file=kept(practice, FILE))
    assert balances(practice, "1200") == [30000]


def test_what_does_not_tie_is_told(practice: Practice) -> None:
    before = practice.counts()
    less = kept(practice, FILE.replace("200,00;Ben", "150,00;Ben"))
    told = refused("open_items_differ", lambda: import_opening_balances(practice.ctx, on=DAY, file=less))
    assert "300.00" in told
    assert "250.00" in told
    assert "50.00" in told
    odd = kept(practice, FILE.replace("-1.300,00", "-1.299,00"))
    assert "1.00" in refused("opening_unbalanced", lambda: import_opening_balances(practice.ctx, on=DAY, file=odd))
    bad = FILE.replace("Ana Ruiz", "Nobody").replace("3000;", "9999;").replace("1.000,00", "a lot")
    with pytest.raises(Invalid) as no:
        import_opening_balances(practice.ctx, on=DAY, file=kept(practice, bad))
    assert ["Line 2" in s for s in no.value.errors["file"]] == [True]
    bad = bad.replace("a lot", "1.000,00")
    with pytest.raises(Invalid) as no:
        import_opening_balances(practice.ctx, on=DAY, file=kept(practice, bad))
    assert [s.split(":")[0] for s in no.value.errors["file"]] == ["Line 4", "Line 6"]
    with pytest.raises(Invalid):
        import_opening_balances(practice.ctx, on=DAY, file=kept(practice, "a;b\n1;2\n"))
    assert practice.counts() == before


def test_the_rest_may_stand_on_opening_balances(practice: Practice) -> None:
    opening = run_raw(
        practice.ctx,
        "ledger.enter_opening_balances",
        {"on": DAY.isoformat(), "lines": [{"account_code": "1100", "debit": "12.50"}], "rest_to_opening": True},
    )
    assert (opening.rest_minor, opening.total_minor) == (1250, 1250)
    assert balances(practice, "1100", "opening") == [1250, -1250]
    lines = [{"account_code": "1100", "debit": "1", "credit": "1"}]
    refused("one_side", lambda: run_raw(practice.ctx, "ledger.enter_opening_balances", {"on": "2025-02-01", "lines": lines}))


def test_nothing_begins_or_goes_once_the_month_is_closed(practice: Practice) -> None:
    lines = [OpeningLine("1100", debit=5), OpeningLine("3000", credit=5)]
    opening = enter_opening_balances(practice.ctx, on=DAY, lines=lines)
    close_period(practice.ctx, period=practice.period(DAY))
    refused("entry_period_open", lambda: take_back_opening(practice.ctx, opening=opening, reason="x"))
    refused("entry_period_open", lambda: enter_opening_balances(practice.ctx, on=date(2025, 1, 2), lines=lines))


def test_a_thousand_open_items_are_several_entries(practice: Practice) -> None:
    lines = [OpeningLine("1100", debit=1) for _ in range(1200)]
    enter_opening_balances(practice.ctx, on=DAY, lines=[*lines, OpeningLine("3000", credit=1200)])
    with scope(practice.company.pk):
        assert sorted(Entry.objects.values_list("line_count", flat=True)) == [205, 999]
    assert balances(practice, "1100", "opening") == [1200, 0]


@pytest.mark.races
def test_two_begin_at_once_and_one_does(practice: Practice) -> None:
    lines = [OpeningLine("1100", debit=5), OpeningLine("3000", credit=5)]
    out = race(4, lambda _: enter_opening_balances(practice.ctx, on=DAY, lines=lines))
    assert sorted(type(one).__name__ for one in out) == ["OpeningBalance", "Refusal", "Refusal", "Refusal"]
    assert balances(practice, "1100") == [5]
    with scope(practice.company.pk):
        assert OpeningBalance.objects.count() == 1
