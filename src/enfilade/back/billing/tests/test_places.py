"""Where sales are taxed: each case of the law proposed, explained and posted; without a VAT id nothing leaves untaxed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from enfilade.back.billing.commands import InvoiceLineIn as Line
from enfilade.back.billing.commands import (
    change_draft,
    credit_invoice,
    invoice_charges,
    issue_invoice,
    issue_invoices,
    overrule_tax,
)
from enfilade.back.billing.models import Invoice, InvoiceLine
from enfilade.back.billing.reports import missing_proofs
from enfilade.core.command import run_raw
from enfilade.core.context import Refusal
from enfilade.core.scope import scope

from .shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)
FRENCH, OWN = "FR40303265045", "DE136695976"


class Trader(Shop):
    """A shop with a VAT id that sells goods (100.00), services (200.00) and downloads (10.00) at the standard rate."""

    def __init__(self) -> None:
        super().__init__()
        head = {
            "valid_from": "2000-01-01",
            "legal_name": "Handel GmbH",
            "address": "Weg 1\n10115 Berlin",
            "vat_id": OWN,
            "contact": "a@b.example",
        }
        self.head = run_raw(self.ctx, "billing.add_letterhead", head)
        self.goods = self.sold("BOOK", "Machine", "100.00", kind="product")
        self.work = self.sold("WORK", "Consulting", "200.00")
        self.download = self.sold("FILE", "Download", "10.00", place="digital")
        self.building = self.sold("WALL", "Wall", "1000.00", place="reverse")

    def sold(self, code: str, name: str, price: str, **more: Any) -> Any:
        """Something to sell."""
        return run_raw(self.ctx, "item.add_item", {"code": code, "name": name, "price": price, "tax_class": "standard", **more})

    def customer(self, country: str, kind: str = "organisation", tax_number: str = "") -> Any:
        """Somebody who lives in a country."""
        name = {"given_name": "Ada", "family_name": "L"} if kind == "person" else {"name": f"Firm {country}"}
        self.party = run_raw(self.ctx, "party.add_party", {"kind": kind, "tax_number": tax_number, **name})
        run_raw(self.ctx, "party.add_address", {"party": self.party.pk, "street": "1", "city": "X", "country": country})
        return self.party

    def lines(self, invoice: Invoice) -> list[InvoiceLine]:
        """The lines as they are kept."""
        with scope(self.company.pk):
            return list(invoice.lines.visible_to(self.ctx).order_by("pk"))


@pytest.fixture
def trader() -> Trader:
    """A company that sells abroad."""
    return Trader()


# country, kind of party, VAT id, item -> treatment, category, rate, a piece of the sentence. Rates: FR 20 %, as the table has it.
CASES = [
    ("FR", "organisation", FRENCH, "goods", "intra", "K", 0, "intra-community supply"),
    ("FR", "organisation", "", "goods", "domestic", "S", 1900, "without a valid VAT number"),
    ("FR", "organisation", "FR40303265046", "goods", "domestic", "S", 1900, "without a valid VAT number"),
    ("FR", "organisation", FRENCH, "work", "reverse_eu", "AE", 0, "reverse charge"),
    ("FR", "person", FRENCH, "work", "reverse_eu", "AE", 0, "reverse charge"),
    ("FR", "person", "", "work", "domestic", "S", 1900, "A service to a consumer"),
    ("FR", "person", "", "goods", "distance", "S", 1900, "below 10,000 EUR"),
    ("FR", "person", "", "download", "distance", "S", 1900, "below 10,000 EUR"),
    ("CH", "person", "", "goods", "export", "G", 0, "export"),
    ("CH", "organisation", "", "work", "outside", "O", 0, "taxed there"),
    ("CH", "person", "", "download", "outside", "O", 0, "taxed there"),
    ("GB", "organisation", "XI110305878", "goods", "intra", "K", 0, "intra-community supply"),
    ("DE", "organisation", "", "building", "reverse_home", "AE", 0, "domestic reverse charge"),
    ("DE", "person", "", "building", "domestic", "S", 1900, "in this country"),
    ("CH", "organisation", "", "check", "exempt", "E", 0, "Exempt"),
]


def test_each_case_is_proposed_and_explained(trader: Trader) -> None:
    for country, kind, vat_id, item, treatment, category, rate, said in CASES:
        trader.customer(country, kind, vat_id)
        (line,) = trader.lines(trader.draft(Line(getattr(trader, item))))
        assert (line.treatment, line.tax_category, line.tax_rate_bp) == (treatment, category, rate), (country, kind, vat_id, item)
        assert said in line.tax_why
        assert bool(line.tax_reason) == (rate == 0)
        assert line.tax_code.startswith("VATEX-EU-") == (rate == 0)


def test_goods_that_are_handed_over_here_are_taxed_here(trader: Trader) -> None:
    trader.customer("FR", "organisation", FRENCH)
    (line,) = trader.lines(trader.draft(Line(trader.goods), handed_over=True))
    assert (line.treatment, line.tax_minor) == ("domestic", 1_900)


def test_where_no_address_is_known_the_vat_id_says_the_country(trader: Trader) -> None:
    for vat_id, treatment in ((FRENCH, "intra"), ("XI110305878", "intra"), (OWN, "domestic"), ("", "domestic")):
        given = {"kind": "organisation", "name": f"Firm {vat_id}", "tax_number": vat_id}
        trader.party = run_raw(trader.ctx, "party.add_party", given)
        assert trader.lines(trader.draft(Line(trader.goods)))[0].treatment == treatment, vat_id


def test_what_rests_on_a_vat_id_is_not_issued_without_one(trader: Trader) -> None:
    """Overruled into an untaxed sale, with the id gone, of this country, or denied by the authority: each refused, alone and together."""
    wanted = Line(trader.goods, treatment="intra", treatment_reason="They promised the number")
    trader.customer("FR")
    with pytest.raises(Refusal) as no:
        trader.draft(Line(trader.goods, treatment="intra"))
    assert (no.value.code, no.value.field) == ("no_reason", "lines[0].treatment_reason")
    for vat_id, code in (("", "no_vat_id"), ("FR123", "wrong_vat_id"), (OWN, "home_vat_id")):
        trader.customer("FR", "organisation", vat_id)
        draft = trader.draft(wanted)
        (line,) = trader.lines(draft)
        assert (line.treatment, line.tax_overruled) == ("intra", "They promised the number")
        with pytest.raises(Refusal) as no:
            issue_invoice(trader.ctx, invoice=draft, on=trader.ctx.today)
        assert no.value.code == code
        (outcome,) = issue_invoices(trader.ctx, invoices=[draft], on=trader.ctx.today)
        assert (outcome.kind, outcome.code) == ("refused", code)
    party = trader.customer("FR", "organisation", FRENCH)
    draft = trader.draft(Line(trader.goods))
    denial = {"party": party.pk, "answer": "invalid", "on": trader.ctx.today.isoformat(), "reference": "WAPI1"}
    run_raw(trader.ctx, "tax.record_vat_check", denial)
    with pytest.raises(Refusal) as no:
        issue_invoice(trader.ctx, invoice=draft, on=trader.ctx.today)
    assert no.value.code == "denied_vat_id"
    assert trader.lines(trader.draft(Line(trader.goods)))[0].treatment == "domestic"
    run_raw(trader.ctx, "tax.record_vat_check", {**denial, "answer": "valid"})
    assert issue_invoice(trader.ctx, invoice=draft, on=trader.ctx.today).number
    later = trader.draft(Line(trader.goods))
    run_raw(trader.ctx, "party.change_party", {"party": party.pk, "tax_number": "FR83404833048"})
    with pytest.raises(Refusal) as no:
        issue_invoice(trader.ctx, invoice=trader.fresh(later), on=trader.ctx.today)
    assert no.value.code == "vat_id_changed"
    later = change_draft(trader.ctx, invoice=trader.fresh(later), lines=[Line(trader.goods)])
    assert issue_invoice(trader.ctx, invoice=later, on=trader.ctx.today).buyer_vat_id == "FR83404833048"


def test_without_an_own_vat_id_nothing_leaves_untaxed(trader: Trader) -> None:
    trader.customer("FR", "organisation", FRENCH)
    draft = trader.draft(Line(trader.work))
    run_raw(trader.ctx, "billing.change_letterhead", {"letterhead": trader.head.pk, "vat_id": ""})
    with pytest.raises(Refusal) as no:
        issue_invoice(trader.ctx, invoice=draft, on=trader.ctx.today)
    assert no.value.code == "own_vat_id"


def test_the_threshold_and_the_one_stop_shop(trader: Trader) -> None:
    """10,000.00 EUR without tax in a year are taxed here; the sale that passes them has the rate of France (20 %) and asks to register."""
    trader.customer("FR", "person")
    first = trader.draft(Line(trader.goods, quantity=Decimal(100)))
    assert trader.lines(first)[0].treatment == "distance"
    issue_invoice(trader.ctx, invoice=first, on=trader.ctx.today)
    (line,) = trader.lines(trader.draft(Line(trader.download, quantity=Decimal("0.001"))))
    assert (line.treatment, line.tax_class, line.tax_country, line.tax_rate_bp) == ("oss", "oss_services", "FR", 2000)
    assert "register" in line.tax_why
    credit_invoice(trader.ctx, invoice=trader.fresh(first), on=trader.ctx.today, reason="Came back")
    assert trader.lines(trader.draft(Line(trader.download)))[0].treatment == "distance"
    run_raw(
        trader.ctx,
        "tax.add_taxsetting",
        {
            "valid_from": f"{trader.ctx.today.year}-01-01",
            "basis": "accrual",
            "interval": "month",
            "distance": "oss",
            "rounding": "document",
        },
    )
    sale = trader.draft(Line(trader.goods))
    (line,) = trader.lines(sale)
    assert (line.tax_class, line.net_minor, line.tax_minor, "One-Stop Shop" in line.tax_why) == ("oss", 10_000, 2_000, True)
    issue_invoice(trader.ctx, invoice=sale, on=trader.ctx.today)
    assert trader.balances("revenue_oss", "tax_output_oss") == [-10_000, -2_000]
    note = credit_invoice(trader.ctx, invoice=trader.fresh(sale), on=trader.ctx.today, reason="Came back")
    assert trader.balances("revenue_oss", "tax_output_oss") == [0, 0]
    assert (note.buyer_country, trader.lines(note)[0].tax_country) == ("FR", "FR")
    # A rate that the company recorded goes before the table: books at 5.5 %.
    code = {
        "tax_class": "standard",
        "country": "FR",
        "code": "FR55",
        "name": "TVA 5,5 %",
        "category": "S",
        "rate_bp": 550,
        "valid_from": "2014-01-01",
    }
    run_raw(trader.ctx, "tax.add_taxcode", code)
    assert trader.lines(trader.draft(Line(trader.goods)))[0].tax_minor == 550


def test_each_treatment_has_its_account(trader: Trader) -> None:
    for country, vat_id, item, purpose, net in (
        ("FR", FRENCH, "goods", "revenue_eu_goods", 10_000), ("CH", "", "goods", "revenue_export", 10_000),
        ("FR", FRENCH, "work", "revenue_eu_services", 20_000), ("CH", "", "work", "revenue_outside", 20_000),
        ("DE", "", "building", "revenue_reverse", 100_000),
    ):  # fmt: skip
        trader.customer(country, "organisation", vat_id)
        issue_invoice(trader.ctx, invoice=trader.draft(Line(getattr(trader, item))), on=trader.ctx.today)
        assert trader.balances(purpose, "tax_output") == [-net, 0]


def test_goods_that_left_want_a_proof(trader: Trader) -> None:
    """An export and a sale to France stand in the report until a proof is noted; a service wants none, a credited sale none any more."""
    found = []
    for country, vat_id, item in (("CH", "", "goods"), ("FR", FRENCH, "goods"), ("FR", FRENCH, "work"), ("CH", "", "goods")):
        trader.customer(country, "organisation", vat_id)
        found.append(issue_invoice(trader.ctx, invoice=trader.draft(Line(getattr(trader, item))), on=trader.ctx.today))
    credit_invoice(trader.ctx, invoice=trader.fresh(found[3]), on=trader.ctx.today, reason="Came back")

    def missing() -> list[Any]:
        with scope(trader.company.pk, read_only=True):
            return [row["number"] for row in missing_proofs(trader.ctx, on=trader.ctx.today)["rows"]]

    assert missing() == [found[0].number, found[1].number]
    given = {"invoice": found[0].pk, "reference": "MRN 26DE1234", "on": trader.ctx.today.isoformat()}
    run_raw(trader.ctx, "billing.note_supply_proof", given)
    assert missing() == [found[1].number]
    with pytest.raises(Refusal) as no:
        run_raw(trader.ctx, "billing.note_supply_proof", {**given, "invoice": found[2].pk})
    assert no.value.code == "no_proof_needed"


def test_rounding_on_every_line_is_a_setting(trader: Trader) -> None:
    """Three lines of 0.33 at 19 %: 0.1881 of 0.99 is 0.19 once, 3 x 0.06 = 0.18 by line. Set-wise issuing posts what was drafted."""
    trader.customer("DE")
    three = [Line(description="Screw", unit_price=33, tax_class="standard") for _ in range(3)]
    assert trader.draft(*three).tax_minor == 19
    run_raw(
        trader.ctx,
        "tax.add_taxsetting",
        {"valid_from": "2020-01-01", "basis": "accrual", "interval": "month", "distance": "home", "rounding": "line"},
    )
    draft = trader.draft(*three)
    assert (draft.tax_minor, draft.rounding, [line.tax_minor for line in trader.lines(draft)]) == (18, "line", [6, 6, 6])
    (outcome,) = issue_invoices(trader.ctx, invoices=[draft], on=trader.ctx.today)
    assert outcome.kind == "done"
    assert trader.balances("tax_output", "receivable") == [-18, 117]


def test_the_tax_of_a_charge_is_overruled_with_a_reason_by_the_rules_of_lines(trader: Trader) -> None:
    """A machine that was charged here, 19 %, and sent to France after all: 20 % of 100.00; only while it is open."""
    trader.customer("FR", "person")
    charge = trader.charge(trader.goods)
    with pytest.raises(Refusal) as no:
        overrule_tax(trader.ctx, charge=charge, treatment="oss")
    assert (no.value.code, no.value.field) == ("no_reason", "treatment_reason")
    charge = overrule_tax(trader.ctx, charge=charge, treatment="ioss", treatment_reason="Sent from China.")
    before = trader.rows()
    with pytest.raises(Refusal) as no:
        invoice_charges(trader.ctx, party=trader.party)
    assert (no.value.code, trader.rows()) == ("no_import_scheme", before)
    charge = overrule_tax(trader.ctx, charge=trader.fresh(charge), treatment="oss", treatment_reason="Sent to her.")
    [line] = trader.lines(invoice_charges(trader.ctx, party=trader.party))
    assert (line.treatment, line.tax_country, line.tax_minor, line.tax_overruled) == ("oss", "FR", 2_000, "Sent to her.")
    with pytest.raises(Refusal) as no:
        overrule_tax(trader.ctx, charge=trader.fresh(charge))
    assert no.value.code == "not_open"
    other = overrule_tax(trader.ctx, charge=trader.charge(trader.goods), treatment="export", treatment_reason="Sent to Bern.")
    overrule_tax(trader.ctx, charge=trader.fresh(other))
    [line] = trader.lines(invoice_charges(trader.ctx, party=trader.party))
    assert (line.treatment, line.tax_minor, line.tax_overruled) == ("domestic", 1_900, "")
