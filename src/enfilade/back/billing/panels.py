"""What billing adds to pages: papers and flow on its own documents, open items and payments on parties, the count of a drawer."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db import models

from enfilade.base.message.panels import about
from enfilade.base.message.queries import VIEW as VIEW_MESSAGES
from enfilade.base.party.models import Party
from enfilade.base.party.queries import merged_keys
from enfilade.base.pricing.queries import OF_ITEM
from enfilade.base.work.panels import time_about
from enfilade.core.context import Context
from enfilade.core.fields import to_major, to_minor
from enfilade.core.held import held_steps
from enfilade.core.language.words import say
from enfilade.core.models import AuditEntry, AuditSubject
from enfilade.core.refs import ref
from enfilade.core.resource import Step, dialog, flow, panel, resource_for
from enfilade.core.ui.format import amount_major, format_amount, format_day

from .agreed import sentences
from .commands import close_drawer
from .commands.drafts import take_terms
from .commands.taxing import tax_problems
from .models import (
    Allocation,
    Charge,
    Deposit,
    DepositUse,
    DrawerSession,
    Invoice,
    Payment,
    PaymentTerms,
    SupplyProof,
    WithheldProof,
    WriteOff,
)
from .queries import (
    deposits_of,
    due_parts,
    expected_cash,
    finals_of,
    free_advances,
    needs_proof,
    on_account,
    open_charges,
    open_invoices,
    payments_of,
    planned_advances,
    taken_advances,
    takings,
)
from .rules import denominations, due_on
from .withheld import expected_withheld, withheld_by_customers, withholds

ROWS_MAX = 20


def _table(ctx: Context, rows: Sequence[models.Model], columns: tuple[str, ...], empty: str) -> dict[str, Any]:
    """The context of billing/panel_table.html: rows of one resource, each leading to its page."""
    if not rows:
        return {"columns": [], "rows": [], "empty": empty, "count": 0}
    resource = resource_for(rows[0])
    if resource is None:
        raise LookupError(f"{type(rows[0])} has no resource")
    heads = [{"label": resource.label_of(c), "kind": "amount" if c.endswith("_minor") else "text"} for c in columns]
    link = ctx.may(resource.view_permission)
    cells = [{"url": resource.url(r) if link else "", "cells": [vars(c) for c in resource.cells(ctx, r, columns)]} for r in rows]
    return {"columns": heads, "rows": cells, "empty": empty, "count": len(rows)}


def _sums(rows: Sequence[Any], name: str) -> str:
    """What an amount of some documents comes to, in each of their currencies."""
    sums: dict[str, int] = {}
    for row in rows:
        sums[row.currency] = sums.get(row.currency, 0) + getattr(row, name)
    return " + ".join(format_amount(minor, currency) for currency, minor in sums.items())


@panel(on=Party, title="Open charges", permission="billing.view_charge", template="billing/panel_table.html", icon="list-plus")
def party_charges(ctx: Context, party: Party) -> dict[str, Any]:
    """What was done for a party and is on no bill yet."""
    rows = open_charges(ctx, party)
    new = {"new_url": f"/billing/do/add_charge/?party={party.pk}", "new_label": "Add charge"} if ctx.may("billing.add_charge") else {}
    return {**_table(ctx, rows, ("description", "on", "quantity", "discount_minor", "net_minor"), "Everything is on a bill."), **new}


@panel(on=Party, title="Open invoices", permission="billing.view_invoice", template="billing/panel_table.html", icon="receipt")
def party_open_items(ctx: Context, party: Party) -> dict[str, Any]:
    """What a party owes."""
    rows = open_invoices(ctx, party)
    found = _table(ctx, rows, ("number", "issued_on", "due_on", "total_minor", "open_minor", "state"), "Nothing is owed.")
    if rows:
        total = _sums(rows, "open_minor")
        blank = {"kind": "text", "text": " "}
        found["foot"] = [{"kind": "text", "text": say("Owed")}, *[blank] * 3, {"kind": "amount", "text": total}, blank]
    return found


@panel(on=Party, title="Invoices", permission="billing.view_invoice", template="billing/panel_table.html", icon="files")
def party_invoices(ctx: Context, party: Party) -> dict[str, Any] | None:
    """The last bills of a party, whatever their state."""
    rows = list(Invoice.objects.visible_to(ctx).filter(party__in=merged_keys(ctx, party)).order_by("-pk")[:ROWS_MAX])
    return _table(ctx, rows, ("number", "kind", "issued_on", "total_minor", "state"), "") if rows else None


@panel(on=Party, title="Print", permission="billing.view_invoice", template="billing/panel_papers.html", icon="printer")
def party_papers(ctx: Context, party: Party) -> dict[str, Any] | None:
    """The statement of account of this year; nothing where a party was never billed."""
    keys = merged_keys(ctx, party)
    if not Invoice.objects.visible_to(ctx).filter(party__in=keys, number__isnull=False).exists():
        return None
    return {"papers": [{"url": f"/billing/statements/{party.pk}/pdf/", "label": "Statement of account (PDF)", "note": "this year"}]}


@panel(on=Party, title="Payments", permission="billing.view_payment", template="billing/panel_table.html", icon="banknote")
def party_payments(ctx: Context, party: Party) -> dict[str, Any] | None:
    """The last payments and refunds of a party."""
    payments = Payment.objects.visible_to(ctx).filter(party__in=merged_keys(ctx, party)).select_related("invoice")
    rows = list(payments.order_by("-pk")[:ROWS_MAX])
    return _table(ctx, rows, ("number", "on", "invoice", "method", "kind", "amount_minor"), "") if rows else None


@panel(on=Party, title="On account", permission="billing.view_payment", template="billing/panel_table.html", icon="piggy-bank")
def party_on_account(ctx: Context, party: Party) -> dict[str, Any] | None:
    """What a party paid that settles no invoice yet."""
    rows = on_account(ctx, party)
    if not rows:
        return None
    found = _table(ctx, rows, ("number", "on", "method", "amount_minor", "rest_minor"), "")
    total, blank = _sums(rows, "rest_minor"), {"kind": "text", "text": " "}
    found["foot"] = [{"kind": "text", "text": say("On account")}, *[blank] * 3, {"kind": "amount", "text": total}]
    return found


@panel(on=Party, title="Deposits", permission="billing.view_deposit", template="billing/panel_table.html", icon="vault")
def party_deposits(ctx: Context, party: Party) -> dict[str, Any] | None:
    """What is held of a party as security, and what was."""
    rows = deposits_of(ctx, party)
    return _table(ctx, rows, ("number", "on", "reason", "amount_minor", "held_minor", "until", "state"), "") if rows else None


@panel(
    on=Deposit, title="What became of it", permission="billing.view_deposit", template="billing/panel_table.html", icon="arrow-left-right"
)
def deposit_uses(ctx: Context, deposit: Deposit) -> dict[str, Any]:
    """What was given back and kept."""
    rows = list(DepositUse.objects.visible_to(ctx).filter(deposit=deposit).select_related("payment", "made_by").order_by("pk"))
    return _table(ctx, rows, ("kind", "on", "amount_minor", "payment", "reason", "made_by", "state"), "All of it is held.")


@panel(on=Deposit, title="Print", permission="billing.view_payment", template="billing/panel_papers.html", icon="printer")
def deposit_papers(ctx: Context, deposit: Deposit) -> dict[str, Any]:
    """The receipt, and those of what was given back."""
    back = Payment.objects.visible_to(ctx).filter(deposit_use__deposit=deposit, kind=Payment.Kind.DEPOSIT_RETURN).order_by("pk")
    return {"papers": [_receipt(ctx, payment) for payment in (deposit.payment, *back)]}


@panel(on=Invoice, title="Why this tax", permission="billing.view_invoice", template="billing/panel_tax.html", icon="percent")
def invoice_tax(ctx: Context, invoice: Invoice) -> dict[str, Any] | None:
    """How the lines are taxed, each in one sentence; of a draft, what the law still wants."""
    lines = list(invoice.lines.visible_to(ctx).exclude(tax_why="").order_by("pk"))
    if not lines:
        return None
    found: dict[tuple[str, str, str, str], list[str]] = {}
    for line in lines:
        rate = f"{line.tax_percent:f} %" + (f" ({line.tax_country})" if line.tax_country else "")
        found.setdefault((line.tax_why, line.get_treatment_display(), rate, line.tax_overruled), []).append(line.description)
    problem = tax_problems(ctx, [invoice], ctx.today).get(invoice.pk) if invoice.state == Invoice.State.DRAFT else None
    rows = [
        {"why": why, "label": label, "rate": rate, "overruled": overruled, "lines": ", ".join(names)}
        for (why, label, rate, overruled), names in found.items()
    ]
    return {"rows": rows, "problem": str(problem) if problem else ""}


@panel(on=Invoice, title="Advances", permission="billing.view_invoice", template="billing/panel_advances.html", icon="hand-coins")
def invoice_advances(ctx: Context, invoice: Invoice) -> dict[str, Any] | None:
    """Of a draft, which advances it will deduct, and which it could; of an issued invoice, which it took over; of an advance, what does."""
    if invoice.kind != Invoice.Kind.INVOICE:
        return None
    if invoice.advance:
        return {"rows": [], "finals": finals_of(ctx, invoice), "advance": invoice, "currency": invoice.currency}
    if invoice.state != Invoice.State.DRAFT:
        taken = [
            {"advance": row.invoice, "amount_minor": row.amount_minor, "said": row.get_kind_display()}
            for row in taken_advances(ctx, invoice)
        ]
        return {"rows": taken, "currency": invoice.currency} if taken else None
    rows = [
        {"advance": row, "amount_minor": row.total_minor - row.credited_minor, "said": row.get_state_display()}
        for row in planned_advances(ctx, invoice)
    ]
    if invoice.currency != ctx.company.currency:
        return None
    asks = {"new_url": f"/billing/do/ask_advance/{invoice.pk}/", "new_label": "Ask for money in advance"}
    may = {"draft": invoice, "may": ctx.may("billing.deduct_advances"), **(asks if ctx.may("billing.ask_advance") else {})}
    return {"rows": rows, "free": free_advances(ctx, invoice.party), "currency": invoice.currency, **may}


@panel(on=Invoice, title="Terms of payment", permission="billing.view_invoice", template="billing/panel_terms.html", icon="calendar-clock")
def invoice_terms(ctx: Context, invoice: Invoice) -> dict[str, Any] | None:
    """What was agreed on paying; once a part is paid or late, what of the instalments is open. Nothing where all is due on one day."""
    said = sentences(invoice, ctx.today)
    parts = due_parts(ctx, [invoice])[invoice.pk] if invoice.parts else []
    if parts and invoice.open_minor == invoice.total_minor and parts[0].due_on >= ctx.today:
        parts = []
    return {"sentences": said, "parts": parts, "currency": invoice.currency, "today": ctx.today} if said else None


@panel(
    on=PaymentTerms,
    title="As an invoice over 1000 says it",
    permission="billing.view_invoice",
    template="billing/panel_terms.html",
    icon="receipt",
)
def terms_said(ctx: Context, terms: PaymentTerms) -> dict[str, Any]:
    """The terms in sentences, for an invoice that is issued today."""
    example = Invoice(company=ctx.company, currency=ctx.company.currency, total_minor=to_minor(Decimal(1000), ctx.company.currency))
    take_terms(example, terms)
    day = format_day(due_on(ctx.today, terms.term_days, terms.end_of_month))
    return {"sentences": sentences(example, ctx.today) or [f"Payable by {day}."], "parts": []}


@panel(on=Invoice, title="Why these prices", permission="billing.view_invoice", template="billing/panel_prices.html", icon="tags")
def invoice_prices(ctx: Context, invoice: Invoice) -> dict[str, Any] | None:
    """Where the prices of the lines come from; nothing where all were typed or are the items' own."""
    lines = list(invoice.lines.visible_to(ctx).filter(item__isnull=False).order_by("pk"))
    if all(line.price_why in ("", OF_ITEM) for line in lines):
        return None
    return {"rows": [{"line": line.description, "why": line.price_why or "Typed by hand."} for line in lines]}


@panel(on=Invoice, title="Proofs of supply", permission="billing.view_supplyproof", template="billing/panel_table.html", icon="ship")
def invoice_supply_proofs(ctx: Context, invoice: Invoice) -> dict[str, Any] | None:
    """What proves that untaxed goods left the country; that it is missing, where it is."""
    if not needs_proof(ctx, [invoice.pk]):
        return None
    rows = list(SupplyProof.objects.visible_to(ctx).filter(invoice=invoice).order_by("pk"))
    return _table(ctx, rows, ("on", "reference", "file", "noted_by"), "The proof that the goods left the country is missing.")


@panel(on=Invoice, title="Settled by", permission="billing.view_payment", template="billing/panel_table.html", icon="banknote")
def invoice_settled_by(ctx: Context, invoice: Invoice) -> dict[str, Any] | None:
    """Which parts of which payments settle a bill, also those that were taken back."""
    rows = list(Allocation.objects.visible_to(ctx).filter(invoice=invoice).select_related("payment", "invoice").order_by("pk"))
    return _table(ctx, rows, ("payment", "on", "amount_minor", "state", "undone_on", "reason"), "") if rows else None


@panel(on=Payment, title="Settles", permission="billing.view_payment", template="billing/panel_table.html", icon="receipt")
def payment_settles(ctx: Context, payment: Payment) -> dict[str, Any] | None:
    """Which invoices a payment settles, and which it did."""
    rows = list(Allocation.objects.visible_to(ctx).filter(payment=payment).select_related("payment", "invoice").order_by("pk"))
    return _table(ctx, rows, ("invoice", "on", "amount_minor", "state", "undone_on", "reason"), "") if rows else None


@panel(on=Invoice, title="Write-offs", permission="billing.view_writeoff", template="billing/panel_table.html", icon="eraser")
def invoice_write_offs(ctx: Context, invoice: Invoice) -> dict[str, Any] | None:
    """What was given up of a bill."""
    rows = list(WriteOff.objects.visible_to(ctx).filter(invoice=invoice).order_by("pk"))
    return _table(ctx, rows, ("kind", "on", "amount_minor", "tax_minor", "state", "reason"), "") if rows else None


@panel(on=Invoice, title="Credit notes", permission="billing.view_invoice", template="billing/panel_table.html", icon="undo-2")
def invoice_credits(ctx: Context, invoice: Invoice) -> dict[str, Any] | None:
    """Credit notes for a bill."""
    rows = list(Invoice.objects.visible_to(ctx).filter(cancels=invoice).order_by("pk"))
    return _table(ctx, rows, ("number", "issued_on", "total_minor", "note"), "") if rows else None


@panel(on=Invoice, title="Print", permission="billing.view_invoice", template="billing/panel_papers.html", icon="printer")
def invoice_papers(ctx: Context, invoice: Invoice) -> dict[str, Any]:
    """The document, and a receipt for each payment."""
    note = "a draft, not to be handed out" if invoice.state == Invoice.State.DRAFT else ""
    papers = [{"url": f"/billing/invoices/{invoice.pk}/pdf/", "label": f"{invoice} (PDF)", "note": note}]
    if ctx.may("billing.view_payment"):
        papers += [_receipt(ctx, payment) for payment in payments_of(ctx, invoice)]
    return {"papers": papers}


@panel(on=Invoice, title="Messages", permission=VIEW_MESSAGES, template="message/panel_messages.html", icon="mail")
def invoice_messages(ctx: Context, invoice: Invoice) -> dict[str, Any]:
    """What was written about a bill, and whether it arrived."""
    return about(ctx, invoice, f"?origin={ref(invoice)}&party={invoice.party_id}")


@panel(on=Payment, title="Print", permission="billing.view_payment", template="billing/panel_papers.html", icon="printer")
def payment_papers(ctx: Context, payment: Payment) -> dict[str, Any]:
    """The receipt."""
    return {"papers": [_receipt(ctx, payment)]}


def _receipt(ctx: Context, payment: Payment) -> dict[str, str]:
    note = f"{payment.get_method_display()}, {format_amount(payment.amount_minor, payment.currency)}"
    return {"url": f"/billing/payments/{payment.pk}/receipt/", "label": f"Receipt {payment.number} (PDF)", "note": note}


@panel(on=Invoice, title="Tax withheld", permission="billing.view_payment", template="billing/panel_expected.html", icon="hand-coins")
def withheld_of_invoice(ctx: Context, invoice: Invoice) -> dict[str, Any] | None:
    """What the customer of an open invoice keeps back for an office, and what comes then."""
    if invoice.number is None or not invoice.open_minor:
        return None
    kept = expected_withheld(ctx, [invoice], ctx.today).get(invoice.pk)
    under = withholds(ctx, invoice.party) if kept else None
    if not kept or under is None:
        return None
    comes = invoice.open_minor - kept
    fill = urlencode({"amount": to_major(comes, invoice.currency), "withheld": to_major(kept, invoice.currency), "method": "transfer"})
    return {
        "under": under, "kept_minor": kept, "comes_minor": comes, "invoice": invoice, "may": ctx.may("billing.take_payment"), "fill": fill,
    }  # fmt: skip


@panel(on=Payment, title="Tax withheld", permission="billing.view_payment", template="billing/panel_withheld.html", icon="hand-coins")
def withheld_by_payment(ctx: Context, payment: Payment) -> dict[str, Any] | None:
    """Of tax that was withheld: whether its certificate came and an office has counted it; of money, what was withheld beside it."""
    if payment.method == Payment.Method.WITHHELD:
        proof = WithheldProof.objects.visible_to(ctx).filter(payment=payment).select_related("account").first()
        return {"payment": payment, "proof": proof, "beside": payment.beside}
    beside = list(Payment.objects.visible_to(ctx).filter(beside=payment).order_by("pk"))
    return {"rows": beside} if beside else None


@panel(
    on=Party, title="Tax withheld from us", permission="billing.view_payment", template="billing/panel_withholds.html", icon="hand-coins"
)
def withheld_by_customer(ctx: Context, party: Party) -> dict[str, Any] | None:
    """Under which law a customer keeps tax back, and what no certificate came for yet."""
    under, lacking = withholds(ctx, party), withheld_by_customers(ctx, party=party, unproved=True)
    return {"under": under, "lacking": lacking} if under or lacking else None


@panel(on=DrawerSession, title="Payments", permission="billing.view_payment", template="billing/panel_table.html", icon="banknote")
def drawer_payments(ctx: Context, session: DrawerSession) -> dict[str, Any]:
    """Cash in and out of a session; what it sums up to is shown when it was counted."""
    rows = Payment.objects.visible_to(ctx).filter(drawer=session).select_related("party", "invoice").order_by("-pk")[:200]
    found = _table(ctx, list(rows), ("number", "received_at", "party", "invoice", "kind", "amount_minor"), "No cash has moved.")
    if session.state == DrawerSession.State.CLOSED:
        cash = takings(ctx, ctx.today, session)[0]
        found["count"] = cash.payments
        found["foot"] = [
            {"kind": "text", "text": "Float and cash in less cash out"},
            *[{"kind": "text", "text": " "}] * 4,
            {"kind": "amount", "text": format_amount(expected_cash(session), ctx.company.currency)},
        ]
    return found


@panel(on=Invoice, title="Time", permission="work.view_timeentry", template="work/panel_times.html", icon="clock")
def invoice_times(ctx: Context, invoice: Invoice) -> dict[str, Any]:
    """How long somebody worked on an invoice: asked, looked up, dunned."""
    return time_about(ctx, invoice)


@flow(on=Invoice)
def invoice_flow(ctx: Context, invoice: Invoice) -> list[Step]:
    """Asked for at the front, through the doors, issued, posted and paid at the back."""
    done = _history(ctx, invoice)
    drafted = done.get("billing.draft_invoice") or done.get("billing.invoice_charges") or done.get("first")
    charges = [ref(c) for c in Charge.objects.visible_to(ctx).filter(invoice=invoice).only("pk")]
    asked = "Credit asked for" if invoice.kind == Invoice.Kind.CREDIT_NOTE else "Charged" if charges else "Drafted"
    steps = [_done(asked, "front", drafted), *held_steps(ctx, ref(invoice), *charges)]
    if invoice.number is None:
        gone = invoice.state == Invoice.State.VOID
        return [
            *steps,
            Step("Thrown away", "back", "done") if gone else Step("Issue", "back", "now"),
            Step("Post", "back", "todo"),
            Step("Pay", "back", "todo"),
        ]
    issued = done.get("billing.issue_invoice") or drafted
    steps += [_done("Issued", "back", issued, str(invoice.number)), _done("Posted", "back", issued)]
    if invoice.kind == Invoice.Kind.CREDIT_NOTE:
        return [*steps, _done("Credited", "back", issued, f"for {invoice.cancels}")]
    return [*steps, _paid_step(ctx, invoice, done)]


def _paid_step(ctx: Context, invoice: Invoice, done: dict[str, AuditEntry]) -> Step:
    if invoice.state == Invoice.State.VOID:
        return _done("Credited", "back", done.get("billing.credit_invoice"))
    if invoice.state == Invoice.State.WRITTEN_OFF:
        return _done("Written off", "back", done.get("billing.write_off"))
    if invoice.state == Invoice.State.PAID:
        return _done("Paid", "back", done.get("billing.take_payment"))
    late = any(part.due_on < ctx.today for part in due_parts(ctx, [invoice])[invoice.pk])
    note = f"{format_amount(invoice.open_minor, invoice.currency)} open{', overdue' if late else ''}"
    return Step("Part paid" if invoice.paid_minor else "To be paid", "back", "now", who=str(invoice.party), note=note)


def _history(ctx: Context, invoice: Invoice) -> dict[str, AuditEntry]:
    """The latest audit entry of each command about a document; `first` is the very first one."""
    subjects = AuditSubject.objects.visible_to(ctx).filter(ref=ref(invoice)).values("entry_id")
    entries = AuditEntry.objects.visible_to(ctx).filter(pk__in=subjects).select_related("user").order_by("pk")
    found: dict[str, AuditEntry] = {}
    for entry in entries:
        found.setdefault("first", entry)
        found[entry.command] = entry
    return found


def _done(label: str, office: str, entry: AuditEntry | None, note: str = "") -> Step:
    return Step(label, office, "done", who=str(entry.user) if entry and entry.user else "", since=entry.at if entry else None, note=note)


@dialog(close_drawer, template="billing/close_drawer_body.html")
def count_dialog(ctx: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Coins and notes of the company's currency, with what was typed."""
    currency = ctx.company.currency
    given = values.get("counts")
    typed = {str(line.get("value")): line.get("count") for line in given if isinstance(line, dict)} if isinstance(given, list) else {}
    coins = [_coin(number, minor, typed, currency) for number, minor in enumerate(denominations(currency))]
    middle = (len(coins) + 1) // 2
    total = format_amount(sum(coin["sum_minor"] for coin in coins), currency)
    return {"halves": [coins[:middle], coins[middle:]], "currency": currency, "total": total}


def _coin(number: int, minor: int, typed: dict[str, Any], currency: str) -> dict[str, Any]:
    major = str(amount_major(minor, currency))
    pieces = str(typed.get(major) or "")
    sum_minor = minor * int(pieces) if pieces.isdecimal() and len(pieces) < 10 else 0
    label, row = format_amount(minor, currency), format_amount(sum_minor, currency)
    return {"number": number, "minor": minor, "major": major, "label": label, "pieces": pieces, "sum_minor": sum_minor, "row": row}
