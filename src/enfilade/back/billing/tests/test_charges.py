"""Charges: added, made cheaper, waived."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from enfilade.back.billing.commands import give_discount, invoice_charges, waive_charge
from enfilade.back.billing.queries import charges_of, open_charges
from enfilade.base.item.commands import set_price
from enfilade.core.command import run_raw
from enfilade.core.context import Invalid, Refusal
from enfilade.core.models import AuditEntry, EventEntry
from enfilade.core.scope import scope

from .shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_charge_takes_price_and_tax_class_from_the_item(shop: Shop) -> None:
    """Of the day of supply, and keeps them."""
    set_price(shop.ctx, item=shop.check, price=15_000, valid_from=date(2021, 1, 1))
    set_price(shop.ctx, item=shop.check, price=12_000, valid_from=date(2020, 1, 1))
    old = shop.charge(on=date(2020, 6, 1), origin="appointments.visit:5")
    new = shop.charge(quantity=Decimal("1.5"))
    assert (old.unit_price_minor, old.net_minor, old.tax_class, old.description) == (12_000, 12_000, "exempt", "Check-up")
    assert (new.unit_price_minor, new.gross_minor, new.on) == (15_000, 22_500, shop.ctx.today)
    with scope(shop.company.pk):
        assert [c.pk for c in charges_of(shop.ctx, "appointments.visit:5")] == [old.pk]
        assert [c.pk for c in open_charges(shop.ctx, shop.party)] == [old.pk, new.pk]
        event = EventEntry.objects.get(name="billing.ChargeAdded", payload__charge=old.pk)
        assert event.payload == {"charge": old.pk, "party": shop.party.pk, "net_minor": 12_000, "origin": "appointments.visit:5"}


def test_a_price_below_the_usual_one_is_told_to_the_door(shop: Shop) -> None:
    """So that a cheaper price can't do what a discount may not."""
    shop.charge(unit_price=9_000, quantity=Decimal(2))
    with scope(shop.company.pk):
        facts = AuditEntry.objects.get(command="billing.add_charge").facts
    assert (facts["percent"], facts["amount"], facts["item"]) == ("40.00", "120.00", "CHECK")


@pytest.mark.parametrize(
    "wrong",
    [
        {"quantity": "0"},
        {"quantity": "-1"},
        {"quantity": "NaN"},
        {"quantity": "1e308"},
        {"quantity": "0.0001"},
        {"quantity": "1000001"},
        {"unit_price": "-1"},
        {"unit_price": "0.001"},
        {"unit_price": "1e308"},
        {"unit_price": "9999999999999.99", "quantity": "1000000"},
        {"on": "0001-01-01"},
        {"on": "9999-12-31"},
        {"on": "2026-02-30"},
        {"item": "999999999"},
        {"party": "999999999"},
    ],
)
def test_charges_that_make_no_sense_are_refused(shop: Shop, wrong: dict[str, str]) -> None:
    """With a sentence at the input, and nothing written."""
    before = shop.rows()
    with pytest.raises(Refusal) as refused:
        run_raw(shop.ctx, "billing.add_charge", {"party": shop.party.pk, "item": shop.check.pk, **wrong})
    assert refused.value.field in wrong
    assert str(refused.value)
    assert shop.rows() == before


def test_a_discount_replaces_the_one_before(shop: Shop) -> None:
    """Small ones don't pile up; the door sees the whole."""
    charge = shop.charge()
    give_discount(shop.ctx, charge=charge, discount=1_500, reason="Waited long")
    changed = give_discount(shop.ctx, charge=charge, discount=3_000, reason="Waited very long")
    assert (changed.discount_minor, changed.net_minor, changed.discount_reason) == (3_000, 12_000, "Waited very long")
    with scope(shop.company.pk):
        facts = AuditEntry.objects.filter(command="billing.give_discount").order_by("pk").last().facts
        event = EventEntry.objects.filter(name="billing.DiscountGiven").order_by("pk").last().payload
    assert {k: facts[k] for k in ("percent", "amount", "item", "total")} == {
        "percent": "20.00",
        "amount": "30.00",
        "item": "CHECK",
        "total": "150.00",
    }
    assert (event["percent"], event["discount_minor"], event["reason"]) == ("20.00", 3_000, "Waited very long")


@pytest.mark.parametrize(("discount", "code"), [(15_001, "discount_too_large"), (10**14, "discount_too_large")])
def test_a_discount_above_the_price_is_refused(shop: Shop, discount: int, code: str) -> None:
    """And nothing changed."""
    charge = shop.charge()
    before = shop.rows()
    with pytest.raises(Refusal) as refused:
        give_discount(shop.ctx, charge=charge, discount=discount, reason="x")
    assert (refused.value.code, shop.rows(), shop.fresh(charge).discount_minor) == (code, before, 0)


@pytest.mark.parametrize("wrong", [{"discount": "-1"}, {"discount": ""}, {"discount": "1,50"}, {"reason": "   "}])
def test_a_discount_needs_amount_and_reason(shop: Shop, wrong: dict[str, str]) -> None:
    """The one validator says so."""
    charge = shop.charge()
    values: dict[str, Any] = {"charge": charge.pk, "discount": "10.00", "reason": "x", **wrong}
    with pytest.raises(Invalid) as refused:
        run_raw(shop.ctx, "billing.give_discount", values)
    assert set(refused.value.errors) == set(wrong)


def test_a_waived_charge_is_never_invoiced(shop: Shop) -> None:
    """It stays, with its reason, and can't be changed any more."""
    charge = waive_charge(shop.ctx, charge=shop.charge(), reason="Warranty")
    assert (charge.state, charge.waived_reason) == ("waived", "Warranty")
    with pytest.raises(Refusal) as refused:
        invoice_charges(shop.ctx, party=shop.party)
    assert refused.value.code == "no_open_charges"
    with pytest.raises(Refusal) as refused:
        give_discount(shop.ctx, charge=charge, discount=1, reason="x")
    assert refused.value.code == "not_open"
