"""Accounts that demand dimensions: who enters what, through which way, and what stays as it was; attacked by SQL."""

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError

from enfilade.back.ledger.commands import JournalLine, close_year, lift_rule, post_planned, reverse_journal, rule_dimension, rule_purpose
from enfilade.back.ledger.commands.planning import defer_line
from enfilade.back.ledger.models import AccountPurpose, DimensionRule, PlannedEntry
from enfilade.back.ledger.queries import dimension_rules, places_of
from enfilade.base.books.models import Account, Dimension
from enfilade.base.books.tests.support import as_app
from enfilade.core.command import run_raw
from enfilade.core.context import Refusal
from enfilade.core.scope import scope

from .support import Practice

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 3, 5)


class Divided(Practice):
    """A practice with cost centres K1 and K2 and a project P7."""

    def __init__(self) -> None:
        super().__init__()
        self.dimensions: dict[str, Dimension] = {}
        for name, codes in (("Cost centre", ("K1", "K2")), ("Project", ("P7",))):
            made = run_raw(self.ctx, "books.add_dimension", {"code": name[:4].lower(), "name": name})
            self.dimensions[name] = made
            for code in codes:
                run_raw(self.ctx, "books.add_dimensionvalue", {"dimension": made.pk, "code": code, "name": f"Value {code}"})
        with scope(self.company.pk):
            places = places_of(self.ctx, ["rent", "cash"])
            self.rent, self.cash = (Account.objects.get(pk=places[name].account_id) for name in ("rent", "cash"))

    def demand(self, manner: str = "required", account: Any = None, name: str = "Cost centre", from_on: date = DAY) -> DimensionRule:
        """Rule the rent, or another account."""
        return rule_dimension(self.ctx, account=account or self.rent, dimension=self.dimensions[name], manner=manner, from_on=from_on)

    def spend(self, dimensions: str = "", on: date = DAY) -> Any:
        """Rent from the drawer."""
        return self.journal(on, JournalLine(self.rent.code, debit=900, dimensions=dimensions), JournalLine(self.cash.code, credit=900))

    def sentence(self, dimensions: str = "", on: date = DAY) -> tuple[str, str]:
        """With what it is refused."""
        before = self.counts()
        with pytest.raises(Refusal) as no:
            self.spend(dimensions, on)
        assert self.counts() == before
        return no.value.code, str(no.value)


@pytest.fixture
def practice() -> Divided:
    """A divided practice."""
    return Divided()


def test_what_is_demanded_is_named_and_what_is_forbidden_is_not(practice: Divided) -> None:
    practice.demand()
    code = practice.rent.code
    wanted = ("line_dimension_required", f"Each line of account {code} names a value of the dimension Cost centre.")
    assert practice.sentence() == wanted
    assert practice.sentence("P7") == wanted
    assert practice.spend("K1 P7").pk
    practice.demand("forbidden", name="Project")
    assert practice.sentence("K1 P7") == ("line_dimension_forbidden", f"Lines of account {code} name no value of the dimension Project.")
    assert practice.spend("K2").pk


def test_earlier_days_and_reversals_stay_as_they_are(practice: Divided) -> None:
    old = practice.spend(on=date(2026, 2, 27))
    late = practice.spend()
    practice.demand()
    assert practice.spend(on=date(2026, 2, 28)).pk
    for entry in (old, late):
        assert reverse_journal(practice.ctx, entry=entry, on=date(2026, 3, 31), reason="Wrong").pk


def test_the_nearest_rule_counts(practice: Divided) -> None:
    """Of the account, of its purpose, of a heading above it."""
    with scope(practice.company.pk):
        heading = practice.rent.parent
        purpose = AccountPurpose.objects.get(purpose="rent")
    practice.demand(account=heading)
    assert practice.sentence()[0] == "line_dimension_required"
    rule_purpose(practice.ctx, purpose=purpose, dimension=practice.dimensions["Cost centre"], manner="free", from_on=DAY)
    assert practice.spend().pk
    own = practice.demand("forbidden")
    assert practice.sentence("K1")[0] == "line_dimension_forbidden"
    with scope(practice.company.pk, read_only=True):
        assert dimension_rules(practice.ctx, practice.rent) == [own]
    lift_rule(practice.ctx, rule=own)
    assert practice.spend("K1").pk
    with scope(practice.company.pk, read_only=True):
        assert [rule.purpose for rule in dimension_rules(practice.ctx, practice.rent)] == ["rent"]


def test_said_again_it_is_changed(practice: Divided) -> None:
    first = practice.demand()
    assert practice.demand("free").pk == first.pk
    assert practice.spend().pk


def test_postings_of_modules_and_the_close_of_a_year(practice: Divided) -> None:
    practice.demand(from_on=date(2025, 1, 1))
    with pytest.raises(Refusal) as no:
        practice.legs(DAY, ("rent", 500), ("cash", -500))
    assert no.value.code == "line_dimension_required"
    practice.spend("K1", on=date(2025, 12, 5))
    assert close_year(practice.ctx, ends_on=date(2025, 12, 31), reason_not_done="Nothing to reconcile here").result_minor == -900


def test_what_was_spread_before_goes_on(practice: Divided) -> None:
    entry = practice.spend(on=date(2026, 1, 2))
    span = {"from_on": date(2026, 1, 1), "to_on": date(2026, 3, 31), "on": date(2026, 1, 2)}
    defer_line(practice.ctx, entry=entry, account_code=practice.rent.code, **span)
    practice.demand(from_on=date(2026, 1, 3))
    with scope(practice.company.pk):
        waiting = list(PlannedEntry.objects.order_by("on"))
    assert [post_planned(practice.ctx, planned=planned).state for planned in waiting] == ["posted"] * 3


UNDIVIDED = """
WITH old AS (
    SELECT * FROM books_entry ORDER BY id DESC LIMIT 1
), entry AS (
    INSERT INTO books_entry (company_id, book_id, period_id, "on", recorded_at, text, origin, line_count)
    SELECT company_id, book_id, period_id, "on", now(), 'x', '', 2 FROM old RETURNING id, "on", company_id
)
INSERT INTO books_line (company_id, entry_id, account_id, unit, quantity_minor, "on", text, dimensions)
SELECT l.company_id, entry.id, l.account_id, l.unit, l.quantity_minor, entry."on", '', '{}'
  FROM entry CROSS JOIN old JOIN books_line l ON l.entry_id = old.id
"""


def test_sql_is_refused(practice: Divided) -> None:
    practice.demand()
    practice.spend("K1")
    with pytest.raises(DatabaseError) as no, as_app(practice.company) as cursor:
        cursor.execute(UNDIVIDED)
    assert no.value.__cause__.diag.constraint_name == "line_dimension_required"  # type: ignore[union-attr]


def test_a_rule_is_of_the_company_of_its_account(practice: Divided) -> None:
    other = Divided()
    with pytest.raises(DatabaseError) as no, as_app(practice.company) as cursor:
        cursor.execute(
            "INSERT INTO ledger_dimensionrule (company_id, account_id, purpose, dimension_id, manner, from_on) "
            "VALUES (%s, %s, '', %s, 'required', '2026-01-01')",
            [practice.company.pk, practice.rent.pk, other.dimensions["Project"].pk],
        )
    assert no.value.__cause__.diag.constraint_name == "dimension_rule_fits"  # type: ignore[union-attr]
