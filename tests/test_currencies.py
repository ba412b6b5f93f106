"""Currencies with other than two decimals, from what is typed to the books and the files: yen (none) and Kuwaiti dinars (three)."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.test import Client
from pypdf import PdfReader

from enfilade.back.auditing.commands import hand_out_books
from enfilade.back.banking.models import StatementLine
from enfilade.back.banking.tests.desk import Move, camt
from enfilade.back.billing.models import Invoice, Payment
from enfilade.back.billing.rules import denominations
from enfilade.back.einvoice.formats.terms import amount as e_amount
from enfilade.back.ledger.queries import holdings_on, ledger_book
from enfilade.back.payables.models import Bill
from enfilade.back.payables.tests.office import Office
from enfilade.base.books.models import Account
from enfilade.base.books.queries import totals_on
from enfilade.base.money.models import Rate
from enfilade.core.command import REGISTRY, run_raw
from enfilade.core.command.currencies import Amounts, has_currency
from enfilade.core.context import Invalid, Refusal
from enfilade.core.files import open_file
from enfilade.core.minor import minor_digits
from enfilade.core.resource import resource_named
from enfilade.core.resource.transfer import EXPORTERS, exported_rows
from enfilade.core.scope import scope
from enfilade.core.ui.format import format_amount
from enfilade.core.verify import verify_all

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def gulf() -> Office:
    """A company in euro that deals in Kuwaiti dinars, of which 0.35 are a euro."""
    office = Office()
    with scope(office.company.pk):
        Rate.objects.create(company=office.company, base="EUR", quote="KWD", on=office.today, rate=Decimal("0.35"), source="CBK")
    return office


@pytest.fixture
def tokyo() -> Office:
    """A company whose books are in yen; a dollar is 160 of them, a dinar 500."""
    office = Office(currency="JPY")
    with scope(office.company.pk):
        for base, rate in (("USD", 160), ("KWD", 500)):
            Rate.objects.create(company=office.company, base=base, quote="JPY", on=office.today, rate=rate, source="BoJ")
    return office


def client_of(office: Office) -> Client:
    client = Client()
    client.force_login(office.ctx.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def sell(office: Office, price: str, currency: str = "") -> Invoice:
    """An issued invoice over one line at 19 %, as a program sends it."""
    lines = [{"description": "Advice", "unit_price": price, "tax_class": "standard"}]
    draft = run_raw(office.ctx, "billing.draft_invoice", {"party": office.party.pk, "lines": lines, "currency": currency})
    return run_raw(office.ctx, "billing.issue_invoice", {"invoice": draft.pk, "on": str(office.today)})


def held(office: Office) -> dict[tuple[str, str], int]:
    """What every account holds at the end, by code and unit; of foreign currencies without their worth."""
    with scope(office.company.pk):
        codes = dict(Account.objects.visible_to(office.ctx).values_list("pk", "code"))
        totals = totals_on(office.ctx, ledger_book(office.ctx), office.today)
        return {(codes[t.account_id], t.unit): t.balance_minor for t in totals if t.balance_minor and "@" not in t.unit}


def sound(office: Office) -> None:
    """The whole house proves itself."""
    with scope(office.company.pk):
        assert [f for f in verify_all(office.ctx) if f.code != "unsealed"] == []


def journal(office: Office, ending: str) -> str:
    """All entries in a format of other programs."""
    [exporter] = [one for one in EXPORTERS["books.entry"] if one.ending == ending]
    with scope(office.company.pk):
        return "".join(exporter.write(office.ctx, exported_rows(resource_named("books.entry"), office.ctx, {})))


def test_an_amount_is_typed_in_the_currency_of_what_it_is_about(gulf: Office) -> None:
    """Three decimals at every command about an invoice in dinars, two where an amount is in the company's own; the API tells both."""
    invoice = sell(gulf, "12.345", "KWD")
    assert (invoice.net_minor, invoice.tax_minor, invoice.total_minor) == (12_345, 2_346, 14_691)
    assert invoice.worth_minor == 4_197  # 14.691 / 0.35 = 41.974...
    paid = {"invoice": invoice.pk, "method": "transfer", "own_amount": "14.29"}
    with pytest.raises(Invalid) as no:
        run_raw(gulf.ctx, "billing.take_payment", paid | {"amount": "5.0005"})
    assert no.value.errors == {"amount": ["An amount in KWD has at most 3 decimals."]}
    with pytest.raises(Invalid) as no:
        run_raw(gulf.ctx, "billing.take_payment", paid | {"amount": "5.001", "own_amount": "14.291"})
    assert no.value.errors == {"own_amount": ["An amount in EUR has at most 2 decimals."]}
    payment: Payment = run_raw(gulf.ctx, "billing.take_payment", paid | {"amount": "5.001"})
    assert (payment.amount_minor, payment.own_minor) == (5_001, 1_429)
    run_raw(
        gulf.ctx,
        "billing.write_off",
        {"invoice": invoice.pk, "amount": "0.690", "kind": "small", "reason": "rounding", "on": str(gulf.today)},
    )
    assert gulf.fresh(invoice).open_minor == 9_000
    client = client_of(gulf)
    told = client.get(f"/api/v1/billing/invoices/{invoice.pk}/").json()
    assert (told["total"], told["open"], told["worth"]) == ("14.691", "9.000", "41.97")
    page = client.get(f"/billing/do/take_payment/{invoice.pk}/").content.decode()
    assert all(part in page for part in ('value="9.000"', "KWD", "€"))
    listed = [r["number"] for r in client.get("/api/v1/billing/invoices/?total_from=14.69&total_to=14.70").json()["items"]]
    assert listed == [invoice.number]
    assert client.get("/api/v1/billing/invoices/?total_from=15").json()["items"] == []
    paper = client.get(f"/billing/invoices/{invoice.pk}/pdf/").content
    text = "\n".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(paper)).pages)
    assert all(part in text for part in ("14.691", "12.345"))
    run_raw(gulf.ctx, "billing.credit_invoice", {"invoice": invoice.pk, "amount": "9.000", "reason": "back", "on": str(gulf.today)})
    assert gulf.fresh(invoice).open_minor == 0
    sound(gulf)


def test_many_invoices_read_an_amount_in_their_own_currency(gulf: Office) -> None:
    """One form for invoices in euro and in dinars: 1.00 is a euro of one, a dinar of the other."""
    rows = [sell(gulf, "10.00"), sell(gulf, "10.000", "KWD")]
    inputs = {"amount": "1.00", "reason": "kindness", "kind": "small", "on": str(gulf.today)}
    raw = {"command": "billing.write_off", "rows": [str(r.pk) for r in rows], "inputs": inputs, "whole": True}
    run = run_raw(gulf.ctx, "core.run_many", raw)
    assert run.done_count == 2, run.report
    assert [r.total_minor - gulf.fresh(r).open_minor for r in rows] == [100, 1_000]
    sound(gulf)


def test_a_bill_in_dinars(gulf: Office) -> None:
    """Entered, corrected, approved, paid in part from an account in euro, and in the journal for other programs."""
    lines = [{"account": gulf.goods.pk, "gross": "11.901"}]
    raw = {"supplier": gulf.lab.pk, "number": "K-1", "billed_on": str(gulf.today), "lines": lines, "currency": "KWD"}
    bill: Bill = run_raw(gulf.ctx, "payables.enter_bill", raw | {"total": "11.901"})
    assert bill.total_minor == 11_901
    change = {
        "bill": bill.pk,
        "number": "K-1",
        "billed_on": raw["billed_on"],
        "due_on": raw["billed_on"],
        "lines": [lines[0] | {"gross": "11.902"}],
    }
    assert run_raw(gulf.ctx, "payables.change_bill", change).total_minor == 11_902
    run_raw(gulf.boss, "payables.approve_bill", {"bill": bill.pk, "on": str(gulf.today)})
    paid = {"bill": bill.pk, "amount": "1.902", "method": "card", "own_amount": "5.43", "on": str(gulf.today)}
    run_raw(gulf.ctx, "payables.pay_bill", paid)
    assert gulf.fresh(bill).open_minor == 10_000
    assert "10.000 KWD" in journal(gulf, "journal") or "-11.902 KWD" in journal(gulf, "journal")
    sound(gulf)


@pytest.mark.skipif(not shutil.which("hledger"), reason="hledger is not here")
def test_a_company_in_yen(tokyo: Office, tmp_path: Path) -> None:
    """Prices, invoices, the bank's statement, bills and files in whole yen, with dollars and dinars beside them."""
    client = client_of(tokyo)
    assert client.get(f"/api/v1/item/items/{tokyo.check.pk}/").json()["price"] == "150"
    with pytest.raises(Invalid) as no:
        run_raw(tokyo.ctx, "item.set_price", {"item": tokyo.check.pk, "price": "150.5"})
    assert "price" in no.value.errors
    invoice = sell(tokyo, "10005")
    assert (invoice.net_minor, invoice.tax_minor, invoice.total_minor) == (10_005, 1_901, 11_906)
    dollars, dinars = sell(tokyo, "100.00", "USD"), sell(tokyo, "1.005", "KWD")
    assert (dollars.total_minor, dollars.worth_minor) == (11_900, 19_040)
    assert (dinars.total_minor, dinars.worth_minor) == (1_196, 598)
    move = Move(tokyo.today, "11906", purpose=f"Invoice {invoice.number}")
    tokyo.take(camt("0", "11906", [move], tokyo.today, currency="JPY"))
    with scope(tokyo.company.pk):
        line = StatementLine.objects.visible_to(tokyo.ctx).get()
    run_raw(tokyo.ctx, "banking.match_line", {"line": line.pk, "invoices": [{"invoice": invoice.pk, "amount": "11906"}]})
    other = Move(tokyo.today, "19000", purpose=f"Invoice {dollars.number}")
    tokyo.take(camt("11906", "30906", [other], tokyo.today, currency="JPY", number="2"))
    with scope(tokyo.company.pk):
        line = StatementLine.objects.visible_to(tokyo.ctx).order_by("-pk")[0]
    part = {"invoice": dollars.pk, "amount": "19000", "of_invoice": "118.50", "discount": "0.50"}
    run_raw(tokyo.ctx, "banking.match_line", {"line": line.pk, "invoices": [part]})
    assert [tokyo.fresh(i).open_minor for i in (invoice, dollars)] == [0, 0]
    approved = tokyo.approved(gross=11_900)
    assert (approved.net_minor, approved.total_minor) == (10_000, 11_900)
    sound(tokyo)
    sheet = client.get(f"/api/v1/reports/ledger/trial_balance/?on={tokyo.today}").json()
    assert {r["code"]: r["balance_minor"] for r in sheet["rows"]}["1299"] == 30_906
    _same_in_hledger(tokyo, tmp_path)


def _same_in_hledger(office: Office, folder: Path) -> None:
    file = folder / "out.journal"
    file.write_text(journal(office, "journal"))
    subprocess.run(["hledger", "-f", file, "check", "--strict"], check=True, capture_output=True)
    own = office.company.currency
    with scope(office.company.pk):
        abroad = {(h.code, h.unit): h.quantity_minor for h in holdings_on(office.ctx, office.today) if h.quantity_minor}
    assert {key: amount for key, amount in _balances(file).items() if key[1] != own} == abroad
    assert _balances(file, "--cost") == {key: amount for key, amount in held(office).items() if key[1] == own}


def _balances(file: Path, *more: str) -> dict[tuple[str, str], int]:
    asked = ["hledger", "-f", str(file), "balance", "--flat", "--no-total", "-O", "csv", "--layout", "bare", *more]
    rows = list(csv.reader(subprocess.run(asked, check=True, capture_output=True, text=True).stdout.splitlines()))
    found = {
        (name.rsplit(":", 1)[-1].split()[0], unit): int(Decimal(amount.replace(",", "")).scaleb(minor_digits(unit)))
        for name, unit, amount in rows[1:]
    }
    return {key: amount for key, amount in found.items() if amount}


def test_files_for_auditors_in_yen_and_dinars(tokyo: Office) -> None:
    """Whole yen where a format takes them, two decimals where it wants those; what has no place for three says so."""
    sell(tokyo, "10005")
    span = {"from_on": tokyo.today.replace(day=1, month=1), "to_on": tokyo.today}
    made = hand_out_books(tokyo.ctx, format="gdpdu", **span)
    with scope(tokyo.company.pk), open_file(made.file) as content:
        archive = ZipFile(io.BytesIO(content.read()))
    assert "<Accuracy>0</Accuracy>" in archive.read("index.xml").decode()
    gulf = Office(currency="KWD")
    sell(gulf, "10.005")
    with pytest.raises(Refusal) as no:
        hand_out_books(gulf.ctx, format="datev", consultant=29_098, client=55_003, **span)
    assert no.value.code in {"three_decimals", "datev_account"}
    sound(gulf)


def test_decimals_are_those_of_iso_4217() -> None:
    """Unicode writes Serbian dinars without paras, and banks and invoices do not."""
    assert [minor_digits(c) for c in ("EUR", "JPY", "KWD", "CLF", "RSD", "ALL", "IQD", "MGA")] == [2, 0, 3, 4, 2, 2, 3, 2]
    assert format_amount(1_250, "RSD", symbol=False) == "12.50"
    assert "12.50" in format_amount(1_250, "RSD")
    assert (denominations("JPY")[-1], denominations("KWD")[0]) == (1, 200_000)


def test_an_e_invoice_has_no_third_decimal_that_says_nothing() -> None:
    """EN 16931 knows two decimals at most."""
    assert [e_amount(Decimal(text)) for text in ("12.500", "12.345", "1200", "12.50")] == ["12.50", "12.345", "1200", "12.50"]


def test_an_e_invoice_that_needs_a_third_decimal_is_refused(gulf: Office) -> None:
    """With a sentence, before any rule of the official ones is broken; one that does not need it is only checked by them."""
    for price, code in (("10.005", "three_decimals"), ("10.000", "einvoice_not_valid")):
        with pytest.raises(Refusal) as no:
            run_raw(gulf.ctx, "einvoice.make_einvoice", {"invoice": sell(gulf, price, "KWD").pk})
        assert no.value.code == code
        assert not any("BR-DEC" in said for said in getattr(no.value, "errors", {}).get("form", []))


def test_every_amount_says_which_row_it_is_in_the_currency_of() -> None:
    """Where several rows could say the currency of an amount, or one beside the row acted on, the input says which: nothing is guessed."""
    unclear = []
    for command in REGISTRY.values():
        amounts = [n for n, p in command.parameters.items() if p.meta.amount and not p.meta.currency_of]
        if not amounts or "currency" in command.parameters:
            continue
        saying = Amounts.subject(command.parameters)
        if saying and command.target and saying != command.target:
            unclear.append(f"{command.name}: {', '.join(amounts)} by {saying}, not by {command.target}")
    assert unclear == []


def test_lines_say_whose_currency_their_amounts_are_in() -> None:
    """Amounts of a line that names a row with a currency are in that of the command, unless they say otherwise: these were looked at."""
    looked_at = {
        "billing.allocate_payment": {"amount"},
        "banking.match_line": {"amount", "fee"},
        "payables.match_bills": {"amount", "discount"},
        "payables.match_both": {"amount"},
        "payables.pay_together": {"amount", "discount"},
        "purchasing.amend_order": {"price"},
    }
    found: dict[str, set[str]] = {}
    for command in REGISTRY.values():
        for parameter in command.parameters.values():
            inner: dict[str, Any] = parameter.line_parameters if parameter.is_lines else {}
            if any(p.is_row and has_currency(p.kind) for p in inner.values()) and "currency" not in inner:
                names = {n for n, p in inner.items() if p.meta.amount and not p.meta.currency_of}
                if names:
                    found[command.name] = names
    assert found == looked_at
