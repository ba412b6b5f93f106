"""Sales of a quarter at home and abroad: the German return, the EC sales list and the One-Stop Shop, every figure by hand."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.test import Client

from enfilade.back.billing.commands import InvoiceLineIn, credit_invoice, draft_invoice, issue_invoice
from enfilade.back.billing.models import Invoice
from enfilade.back.ledger.queries import ledger_book
from enfilade.back.tax.commands import file_return, pay_return, prepare_return, settle_return
from enfilade.back.tax.models import TaxReturn, TaxReturnBox
from enfilade.back.tax.parts import TaxedPart
from enfilade.back.tax.queries import told_on
from enfilade.back.tax.reports import return_lines, return_sheet, tax_proof
from enfilade.back.tax.rules import period_name
from enfilade.base.books import commands as books
from enfilade.base.books.queries import totals_on
from enfilade.core.command import run_raw
from enfilade.core.context import Refusal
from enfilade.core.files import open_file
from enfilade.core.scope import scope

from .business import YEAR, Business

pytestmark = pytest.mark.django_db(transaction=True)
FRENCH, ITALIAN, OWN = "FR40303265045", "IT00743110157", "DE136695976"


class Exporter(Business):
    """Takes part in the One-Stop Shop; sells goods and services to whom a line names."""

    def __init__(self, currency: str = "EUR") -> None:
        super().__init__(currency=currency)
        head = {"valid_from": "2000-01-01", "legal_name": "Handel GmbH", "address": "Weg 1\n10115 Berlin", "vat_id": OWN}
        run_raw(self.ctx, "billing.add_letterhead", head)
        setting = {"valid_from": f"{YEAR}-01-01", "basis": "accrual", "interval": "month", "distance": "oss", "rounding": "document"}
        run_raw(self.ctx, "tax.add_taxsetting", setting)

    def sold(
        self, on: date, net_minor: int, country: str, vat_id: str = "", kind: str = "product", person: bool = False, currency: str = "",
        **line_of: Any,
    ) -> Invoice:  # fmt: skip
        """An issued invoice to somebody in a country. line_of: more of its line."""
        given: dict[str, Any] = (
            {"kind": "person", "given_name": "A", "family_name": country} if person else {"kind": "organisation", "name": f"Firm {country}"}
        )
        party = run_raw(self.ctx, "party.add_party", {"role": "customer", "tax_number": vat_id, **given})
        run_raw(self.ctx, "party.add_address", {"party": party.pk, "city": "X", "country": country})
        line = InvoiceLineIn(description="Sold", unit_price=net_minor, tax_class="standard", kind=kind, **line_of)
        ctx = self.at(on)
        return issue_invoice(ctx, invoice=draft_invoice(ctx, party=party, lines=[line], on=on, currency=currency), on=on)

    def boxes(self, made: Any) -> dict[str, tuple[int, int]]:
        """What a return says: amount and tax of boxes that say something."""
        with scope(self.company.pk):
            rows = TaxReturnBox.objects.visible_to(self.ctx).filter(tax_return=made)
            return {row.code: (row.amount_minor, row.tax_minor) for row in rows if row.amount_minor or row.tax_minor}


def may(exporter: Exporter) -> None:
    """A month: home, France and Italy with VAT ids, Switzerland, consumers in France and Austria."""
    exporter.sold(date(YEAR, 5, 2), 100_000, "DE")
    exporter.sold(date(YEAR, 5, 3), 200_050, "FR", FRENCH)
    exporter.sold(date(YEAR, 5, 4), 50_000, "FR", FRENCH, "service")
    exporter.sold(date(YEAR, 5, 5), 30_049, "IT", ITALIAN, "service")
    exporter.sold(date(YEAR, 5, 6), 70_000, "CH")
    exporter.sold(date(YEAR, 5, 7), 11_000, "CH", kind="service")
    exporter.sold(date(YEAR, 5, 8), 10_000, "FR", person=True)
    exporter.sold(date(YEAR, 5, 9), 5_000, "AT", person=True)


def test_the_german_return_tells_them_apart() -> None:
    """41 goods to the Union, 21 services to it, 43 exports, 45 what is taxed elsewhere: 110.00 Switzerland, 150.00 One-Stop Shop."""
    exporter = Exporter()
    may(exporter)
    made = prepare_return(exporter.ctx, on=date(YEAR, 5, 1))
    # Bases without cents: 2000.50 -> 2000, 500.00 + 300.49 -> 800. The only tax is 19 % of 1000.00.
    assert {code: amount for code, (amount, _) in exporter.boxes(made).items()} == {
        "81": 100_000, "41": 200_000, "21": 80_000, "43": 70_000, "45": 26_000, "83": 19_000,
    }  # fmt: skip
    settle_return(exporter.ctx, tax_return=file_return(exporter.ctx, tax_return=made, on=date(YEAR, 6, 10)), on=date(YEAR, 6, 10))
    # What other states get is not settled with the German return.
    assert [exporter.balance(p) for p in ("tax_output", "tax_output_oss", "tax_settlement")] == [0, -3_000, -19_000]


def test_the_ec_sales_list_has_a_row_for_each_vat_id_and_kind() -> None:
    """Whole euros, rounded: 2000.50 is 2001, 300.49 is 300; each row leads to its documents; it is filed, and nothing is paid with it."""
    exporter = Exporter()
    may(exporter)
    made = prepare_return(exporter.ctx, on=date(YEAR, 5, 1), form="de_zm")
    assert {code: amount for code, (amount, _) in exporter.boxes(made).items()} == {
        f"{FRENCH} L": 200_100, f"{FRENCH} S": 50_000, f"{ITALIAN} S": 30_000,
    }  # fmt: skip
    assert (made.payable_minor, made.to_on) == (0, date(YEAR, 5, 31))
    with scope(exporter.company.pk, read_only=True):
        lines = return_lines(exporter.ctx, tax_return=made, box=f"{FRENCH} L")
        sheet = return_sheet(exporter.ctx, tax_return=made)
    assert [(row["base_minor"], row["url"].startswith("/billing/invoices/")) for row in lines["rows"]] == [(200_050, True)]
    assert [row["said"] for row in sheet["rows"]] == ["2001", "500", "300"]
    filed = file_return(exporter.ctx, tax_return=made, on=date(YEAR, 6, 25))
    with pytest.raises(Refusal) as no:
        settle_return(exporter.ctx, tax_return=filed, on=date(YEAR, 6, 25))
    assert no.value.code == "nothing_owed"
    exporter.sold(date(YEAR, 5, 30), 1_000, "IT", ITALIAN)
    again = prepare_return(exporter.ctx, on=date(YEAR, 5, 1), form="de_zm")
    assert (again.version, exporter.boxes(again)[f"{ITALIAN} L"]) == (2, (1_000, 0))


def test_the_one_stop_shop_has_a_row_for_each_country_and_rate() -> None:
    """France 20 % of 100.00, Austria 20 % of 50.00, for the quarter; settled and paid from its own account."""
    exporter = Exporter()
    may(exporter)
    made = prepare_return(exporter.ctx, on=date(YEAR, 5, 1), form="eu_oss")
    assert (made.from_on, made.to_on) == (date(YEAR, 4, 1), date(YEAR, 6, 30))
    assert exporter.boxes(made) == {"AT 20 goods": (5_000, 1_000), "FR 20 goods": (10_000, 2_000), "total": (3_000, 0)}
    client = Client()
    client.force_login(exporter.ctx.user, backend="django.contrib.auth.backends.ModelBackend")
    for report in ("return_sheet", "return_lines"):
        assert b"FR 20 goods" in client.get(f"/tax/reports/{report}/?tax_return={made.pk}").content
    with scope(exporter.company.pk, read_only=True):
        lines = return_lines(exporter.ctx, tax_return=made, box="FR 20 goods")
    assert [(row["on"], row["base_minor"]) for row in lines["rows"]] == [(date(YEAR, 5, 8), 10_000)]
    settled = settle_return(exporter.ctx, tax_return=file_return(exporter.ctx, tax_return=made, on=date(YEAR, 7, 31)), on=date(YEAR, 7, 31))
    assert [exporter.balance(p) for p in ("tax_output", "tax_output_oss", "tax_settlement")] == [-19_000, 0, -3_000]
    pay_return(exporter.ctx, tax_return=settled, on=date(YEAR, 7, 31))
    assert exporter.balance("tax_settlement") == 0
    with scope(exporter.company.pk, read_only=True):
        assert tax_proof(exporter.ctx, from_on=date(YEAR, 5, 1), to_on=date(YEAR, 5, 31))["difference_minor"] == 0


def test_a_triangular_deal_is_told_apart_and_taxes_nothing_here() -> None:
    """Goods go from Italy straight to France: nothing is taxed here, box 42 and kind D of the list say it, and the invoice its words."""
    exporter = Exporter()
    straight = {"treatment": "triangular", "treatment_reason": "Sent from Italy straight to France."}
    invoice = exporter.sold(date(YEAR, 5, 3), 200_000, "FR", FRENCH, **straight)
    with scope(exporter.company.pk, read_only=True):
        [line] = invoice.lines.visible_to(exporter.ctx)
    assert (line.tax_category, line.tax_minor, "§ 25b UStG" in line.tax_reason) == ("AE", 0, True)
    with pytest.raises(Refusal) as no:
        exporter.sold(date(YEAR, 5, 4), 1_000, "FR", **straight)
    assert no.value.code == "no_vat_id"
    supplier = run_raw(
        exporter.ctx, "party.add_party", {"role": "supplier", "kind": "organisation", "name": "Firm IT", "tax_number": ITALIAN}
    )
    bill = exporter.bill(date(YEAR, 5, 3), 150_000, purpose="goods", supplier=supplier, tax_class="triangular")
    assert (bill.total_minor, bill.tax_minor) == (150_000, 0)
    assert exporter.boxes(prepare_return(exporter.ctx, on=date(YEAR, 5, 1))) == {"42": (200_000, 0)}
    listed = prepare_return(exporter.ctx, on=date(YEAR, 5, 1), form="de_zm")
    assert exporter.boxes(listed) == {f"{FRENCH} D": (200_000, 0)}
    assert [exporter.balance(p) for p in ("revenue_eu_goods", "goods", "tax_output_acquisition")] == [-200_000, 150_000, 0]


def test_the_import_one_stop_shop_has_a_row_for_each_country_and_rate_of_a_month() -> None:
    """Goods from outside the Union: 20 % of 100.00 for France and 19 % of 50.00 for Germany, 20.00 and 9.50; none is declared at home."""
    exporter = Exporter()
    imported = {"treatment": "ioss", "treatment_reason": "Sent from China to her."}

    def refused(net_minor: int, **more: Any) -> str:
        with pytest.raises(Refusal) as no:
            exporter.sold(date(YEAR, 5, 3), net_minor, "FR", **{"person": True, **imported, **more})
        assert str(no.value).endswith(".")
        return no.value.code

    assert refused(10_000) == "no_import_scheme"
    scheme = {"number": "IM2760000001", "valid_from": f"{YEAR}-05-01"}
    with pytest.raises(Refusal) as no:
        run_raw(exporter.ctx, "tax.add_importscheme", {**scheme, "number": "IM27600"})
    assert no.value.code == "import_scheme_number"
    run_raw(exporter.ctx, "tax.add_importscheme", scheme)
    with pytest.raises(Refusal) as no:
        run_raw(exporter.ctx, "tax.add_importscheme", {**scheme, "number": "IM2760000002"})
    assert no.value.code == "import_scheme_one"
    assert (refused(15_001), refused(1_000, kind="service"), refused(1_000, person=False)) == (
        "above_consignment", "not_imported", "not_imported",
    )  # fmt: skip
    first = exporter.sold(date(YEAR, 5, 2), 10_000, "FR", person=True, **imported)
    exporter.sold(date(YEAR, 5, 3), 5_000, "DE", person=True, **imported)
    late = exporter.sold(date(YEAR, 6, 3), 15_000, "FR", person=True, **imported)
    made = prepare_return(exporter.ctx, on=date(YEAR, 5, 1), form="eu_ioss")
    assert (made.from_on, made.to_on) == (date(YEAR, 5, 1), date(YEAR, 5, 31))
    assert exporter.boxes(made) == {"DE 19 goods": (5_000, 950), "FR 20 goods": (10_000, 2_000), "total": (2_950, 0)}
    with scope(exporter.company.pk, read_only=True):
        lines = return_lines(exporter.ctx, tax_return=made, box="DE 19 goods")
    assert [(row["on"], row["base_minor"]) for row in lines["rows"]] == [(date(YEAR, 5, 3), 5_000)]
    assert exporter.boxes(prepare_return(exporter.ctx, on=date(YEAR, 5, 1))) == {"45": (15_000, 0)}
    assert exporter.boxes(prepare_return(exporter.ctx, on=date(YEAR, 5, 1), form="eu_oss")) == {}
    settled = settle_return(exporter.ctx, tax_return=file_return(exporter.ctx, tax_return=made, on=date(YEAR, 6, 30)), on=date(YEAR, 6, 30))
    assert [exporter.balance(p) for p in ("tax_output_oss", "tax_settlement")] == [-3_000, -2_950]
    pay_return(exporter.ctx, tax_return=settled, on=date(YEAR, 6, 30))
    credit_invoice(exporter.at(date(YEAR, 6, 20)), invoice=late, reason="Sent back.", on=date(YEAR, 6, 20))
    assert exporter.boxes(prepare_return(exporter.ctx, on=date(YEAR, 6, 1), form="eu_ioss")) == {}
    # Half of May's 120.00 comes back in June: 10.00 of tax.
    credit_invoice(exporter.at(date(YEAR, 6, 21)), invoice=first, amount=6_000, reason="Half of it.", on=date(YEAR, 6, 21))
    june = prepare_return(exporter.ctx, on=date(YEAR, 6, 1), form="eu_ioss")
    assert exporter.boxes(june) == {f"FR {YEAR}-05 correction": (-1_000, -1_000), "total": (-1_000, 0)}


class Trader(Exporter):
    """Sells in other currencies, too, and keeps its books in francs if nothing else is said; knows rates of the European Central Bank."""

    def __init__(self, currency: str = "CHF") -> None:
        super().__init__(currency)
        for on, quote, value in (
            (date(YEAR, 4, 1), "CHF", "0.96"), (date(YEAR, 4, 1), "USD", "1.10"),
            (date(YEAR, 6, 30), "USD", "1.25"), (date(YEAR, 9, 30), "CHF", "0.95"),
        ):  # fmt: skip
            self.rate(on, quote, value)

    def rate(self, on: date, quote: str, value: str, source: str = "ECB") -> None:
        """What one euro is worth."""
        run_raw(self.ctx, "money.add_rate", {"base": "EUR", "quote": quote, "on": on.isoformat(), "rate": value, "source": source})

    def book(self) -> Any:
        """The book of the ledger."""
        with scope(self.company.pk):
            return ledger_book(self.ctx)

    def euros_owed(self) -> int:
        """What the account of returns holds of euros."""
        with scope(self.company.pk):
            totals = totals_on(self.ctx, ledger_book(self.ctx), date(YEAR + 1, 12, 31), accounts=[self.account("tax_settlement").pk])
        return sum(total.balance_minor for total in totals if total.unit == "EUR")


def oss(exporter: Exporter, on: date, form: str = "eu_oss") -> TaxReturn:
    """A return of the One-Stop Shop of the period of a day."""
    return prepare_return(exporter.ctx, on=on, form=form)


def settled(exporter: Exporter, made: TaxReturn, on: date) -> TaxReturn:
    """Filed and settled on a day."""
    return settle_return(exporter.ctx, tax_return=file_return(exporter.ctx, tax_return=made, on=on), on=on)


def test_books_in_francs_are_declared_in_euros_at_the_rate_of_the_last_day() -> None:
    """At 0.94: 188.00 CHF with 37.60 tax are 200.00 and 40.00 EUR; at 1.25: 100.00 USD with 20.00 are 80.00 and 16.00; 50.00 EUR stay.

    In the books the dollars count at 0.96 / 1.10 and the euros at 0.96: 17.45 and 9.60 CHF of tax, with the francs 64.65. What is owed is
    66.00 EUR, 62.04 CHF at 0.94: an exchange gain of 2.61. Of 62.50 CHF that the bank takes for it, 0.46 are a loss.
    """
    exporter = Trader()
    exporter.sold(date(YEAR, 5, 2), 18_800, "FR", person=True)
    exporter.sold(date(YEAR, 5, 3), 10_000, "FR", person=True, currency="USD")
    exporter.sold(date(YEAR, 5, 4), 5_000, "AT", person=True, currency="EUR")
    with pytest.raises(Refusal) as no:
        oss(exporter, date(YEAR, 5, 1))
    assert (no.value.code, "CHF" in str(no.value), f"{YEAR}-06-30" in str(no.value)) == ("no_published_rate", True, True)
    exporter.rate(date(YEAR, 6, 30), "CHF", "0.94")
    made = oss(exporter, date(YEAR, 5, 1))
    assert exporter.boxes(made) == {"AT 20 goods": (5_000, 1_000), "FR 20 goods": (28_000, 5_600), "total": (6_600, 0)}
    assert (made.currency, made.payable_minor, made.worth_minor) == ("EUR", 6_600, 6_204)
    assert exporter.balance("tax_output_oss") == -6_465
    with scope(exporter.company.pk, read_only=True):
        lines, sheet = return_lines(exporter.ctx, tax_return=made, box="FR 20 goods"), return_sheet(exporter.ctx, tax_return=made)
    assert [
        (row["base_minor"], row["tax_minor"], row["document_currency"], row["there_base_minor"], row["there_tax_minor"])
        for row in lines["rows"]
    ] == [(20_000, 4_000, "CHF", 18_800, 3_760), (8_000, 1_600, "USD", 10_000, 2_000)]
    assert [note for note in sheet["notes"] if note.startswith("1 EUR")] == [
        f"1 EUR = 0.94 CHF: European Central Bank, 30 Jun {YEAR}.", f"1 EUR = 1.25 USD: European Central Bank, 30 Jun {YEAR}.",
    ]  # fmt: skip
    done = settled(exporter, made, date(YEAR, 7, 20))
    with scope(exporter.company.pk), open_file(done.file) as content:
        rows = list(csv.DictReader(io.StringIO(content.read().decode())))
    assert [rows[2][name] for name in ("amount", "tax", "currency", "amount_in_currency", "tax_in_currency")] == [
        "80.00", "16.00", "USD", "100.00", "20.00",
    ]  # fmt: skip
    after = ("tax_output_oss", "tax_settlement", "exchange_gain", "exchange_loss")
    assert ([exporter.balance(p) for p in after], exporter.euros_owed()) == ([0, -6_204, -261, 0], -6_600)

    def refused(**more: Any) -> str:
        with pytest.raises(Refusal) as no:
            pay_return(exporter.ctx, tax_return=done, on=date(YEAR, 7, 30), **more)
        return no.value.code

    assert (refused(), refused(own_amount=0)) == ("which_account", "nothing_paid")
    pay_return(exporter.ctx, tax_return=done, on=date(YEAR, 7, 30), own_amount=6_250)
    assert ([exporter.balance(p) for p in (*after, "bank")], exporter.euros_owed()) == ([0, 0, -261, 46, -6_250], 0)


def test_a_correction_adds_the_euros_that_it_changes() -> None:
    """188.00 CHF, then 94.00 more: 40.00 EUR are owed, then 20.00 more, at 0.94; they leave an account in euros at 0.95, a loss of 0.20."""
    exporter = Trader()
    exporter.rate(date(YEAR, 6, 30), "CHF", "0.94")
    books.add_accounts(exporter.ctx, book=exporter.book(), accounts=[books.AccountIn("1805", "Euros", "asset")])
    exporter.sold(date(YEAR, 5, 2), 18_800, "FR", person=True)
    first = settled(exporter, oss(exporter, date(YEAR, 5, 1)), date(YEAR, 7, 20))
    exporter.sold(date(YEAR, 6, 5), 9_400, "FR", person=True)
    second = settled(exporter, oss(exporter, date(YEAR, 5, 1)), date(YEAR, 8, 20))
    assert (second.version, second.payable_minor, second.worth_minor) == (2, 6_000, 5_640)
    assert ([exporter.balance(p) for p in ("tax_output_oss", "tax_settlement")], exporter.euros_owed()) == ([0, -5_640], -6_000)
    pay_return(exporter.ctx, tax_return=first, on=date(YEAR, 8, 21), own_amount=3_760)
    assert (exporter.balance("tax_settlement"), exporter.euros_owed()) == (-1_880, -2_000)
    pay_return(exporter.ctx, tax_return=second, on=date(YEAR, 10, 1), account="1805")
    assert ([exporter.balance(p) for p in ("tax_settlement", "1805", "exchange_loss")], exporter.euros_owed()) == ([0, -1_900, 20], 0)


def test_what_changes_an_earlier_period_is_a_correction_of_it_by_country() -> None:
    """Of 100.00 USD with 20.00 tax in May, 60.00 with 12.00 are credited in July: at the 1.25 of June -9.60 EUR of the second quarter.

    July's own sale of 100.00 EUR with 20.00 stays whole. 8.00 USD that are credited in May belong to May's quarter itself.
    """
    exporter = Trader("EUR")
    sold = exporter.sold(date(YEAR, 5, 3), 10_000, "FR", person=True, currency="USD")
    other = exporter.sold(date(YEAR, 5, 4), 800, "FR", person=True, currency="USD")
    credit_invoice(exporter.at(date(YEAR, 5, 20)), invoice=other, reason="Sent back.", on=date(YEAR, 5, 20))
    second = oss(exporter, date(YEAR, 5, 1))
    assert exporter.boxes(second) == {"FR 20 goods": (8_000, 1_600), "total": (1_600, 0)}
    # In the books 20.00 USD are 18.18 EUR at 1.10; 2.18 of that is an exchange gain.
    settled(exporter, second, date(YEAR, 7, 20))
    assert [exporter.balance(p) for p in ("tax_output_oss", "tax_settlement", "exchange_gain")] == [0, -1_600, -218]
    exporter.sold(date(YEAR, 7, 2), 10_000, "FR", person=True)
    note = credit_invoice(exporter.at(date(YEAR, 7, 5)), invoice=sold, amount=7_200, reason="A part came back.", on=date(YEAR, 7, 5))
    third = oss(exporter, date(YEAR, 7, 1))
    assert exporter.boxes(third) == {"FR 20 goods": (10_000, 2_000), f"FR {YEAR}-Q2 correction": (-960, -960), "total": (1_040, 0)}
    with scope(exporter.company.pk, read_only=True):
        lines = return_lines(exporter.ctx, tax_return=third, box=f"FR {YEAR}-Q2 correction")
    assert [(row["document"], row["amount_minor"], row["there_tax_minor"]) for row in lines["rows"]] == [(note.number, -960, -1_200)]
    assert lines["rows"][0]["url"] == f"/billing/invoices/{note.pk}/"
    # What was filed stays as it was: nothing of it is due again.
    with pytest.raises(Refusal) as no:
        oss(exporter, date(YEAR, 5, 1))
    assert no.value.code == "nothing_changed"
    done = settled(exporter, third, date(YEAR, 10, 20))
    with pytest.raises(Refusal) as no:
        pay_return(exporter.ctx, tax_return=done, on=date(YEAR, 10, 21), own_amount=1_040)
    assert no.value.code == "no_currency"
    assert [exporter.balance(p) for p in ("tax_output_oss", "tax_settlement")] == [0, -2_640]


def test_corrections_end_after_three_years() -> None:
    """A first quarter is changed until the return of the first quarter three years later; the quarter before it is not any more."""
    made = TaxReturn(form="eu_oss", from_on=date(YEAR + 3, 1, 1), to_on=date(YEAR + 3, 3, 31))
    part = TaxedPart("r", "n", made.from_on, "", "", "FR", True, "S", 2_000, -100, -20, taxed_in="FR", tax_class="oss")
    ctx = Exporter().ctx
    for form, before, first in (("eu_oss", date(YEAR - 1, 12, 31), date(YEAR, 1, 1)), ("de_ustva", None, date(YEAR - 9, 1, 1))):
        home = replace(part, taxed_in="" if form == "de_ustva" else "FR")
        made.form = form
        told, late = told_on(ctx, made, [replace(home, corrects_on=on) for on in (before, first)])
        assert [row.corrects_on for row in told] == ([first] if before else [None, first])
        assert [row.corrects_on for row in late] == ([before] if before else [])
    assert [period_name(date(YEAR, 4, 1), interval) for interval in ("month", "quarter")] == [f"{YEAR}-04", f"{YEAR}-Q2"]
