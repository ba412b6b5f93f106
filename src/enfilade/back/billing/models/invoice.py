"""Invoices and credit notes. Amounts are zero or more in both; the kind says who owes."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from enfilade.back.tax.models import TaxSetting
from enfilade.back.tax.treatment import LABELS, Treatment
from enfilade.base.item.models import Item
from enfilade.base.money.rules import percent_of
from enfilade.base.party.models import Party
from enfilade.core.fields import AmountField, LongTextField
from enfilade.core.language.words import say
from enfilade.core.models import Record, kept_words
from enfilade.core.rows import RowsOf
from enfilade.core.states import States

from .terms import Discount, EarlyPayment, PaymentTerms

_GONE = F("paid_minor") + F("credited_minor") + F("deducted_minor") + F("written_off_minor")
_SETTLED = Q(total_minor=_GONE)
_NUMBERED = Q(number__isnull=False, issued_on__isnull=False, due_on__isnull=False)
_GONE_WORTH = (
    Q(gone_worth_minor=F("worth_minor")) & _SETTLED | Q(gone_worth_minor__gte=0, gone_worth_minor__lte=F("worth_minor")) & ~_SETTLED
)
_UNTOUCHED = Q(paid_minor=0, credited_minor=0, deducted_minor=0, written_off_minor=0)


class Invoice(EarlyPayment, Record):
    """A bill, or a credit note for one. Once issued nothing of it changes but how it was settled (trigger).

    paid_minor: what is allocated of payments; of a credit note, what it settled. credited_minor: by credit notes for this invoice.
    deducted_minor: small differences and discounts for early payment; written_off_minor: bad debt. All but the credit is summed up by
    the database. bill_to: name and address as they were when it was drafted. open_minor: what is still owed.
    cancels: the invoice that a credit note is for. buyer_country, buyer_vat_id: as they were when it was drafted; None where they were not
    kept yet. rounding: of its tax, once per rate or on every line.
    rate: of one in a foreign currency, how much of it one of the company's own is worth. worth_minor: what the total counts in the
    company's currency since it was issued, None where it is in that. gone_worth_minor: what of it whatever settled the invoice took away.
    advance: it asks for money before anything is supplied, and so does a credit note for it; revenue comes with the final invoice.
    Replaced is one of which something was not paid, so that the final invoice claims it.
    terms: what was agreed on paying; days, discounts and parts are kept here as they were when it was drafted. due_on: of one with
    instalments, when the last of them is due.
    """

    class Kind(models.TextChoices):
        INVOICE = "invoice"
        CREDIT_NOTE = "credit_note", "Credit note"

    class State(models.TextChoices):
        DRAFT = "draft"
        ISSUED = "issued"
        PART_PAID = "part_paid", "Part paid"
        PAID = "paid"
        WRITTEN_OFF = "written_off", "Written off"
        REPLACED = "replaced", "Replaced by the final invoice"
        VOID = "void"

    number = models.TextField(null=True, editable=False)
    kind = models.TextField(choices=Kind, default=Kind.INVOICE, editable=False)
    advance = models.BooleanField("asked for in advance", default=False, db_default=False, editable=False)
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="invoices")
    bill_to = LongTextField("billed to", blank=True, editable=False)
    terms = models.ForeignKey(
        PaymentTerms, null=True, on_delete=models.PROTECT, related_name="invoices", verbose_name="payment terms", editable=False
    )
    term_days = models.PositiveSmallIntegerField("days to pay", default=14, editable=False)
    end_of_month = models.BooleanField("counted from the end of the month", default=False, db_default=False, editable=False)
    parts = models.JSONField("agreed instalments", default=list, db_default=[], editable=False)
    issued_on = models.DateField("issued", null=True, editable=False)
    due_on = models.DateField("due", null=True, blank=True)
    currency = models.CharField(max_length=3, editable=False)
    rate = models.DecimalField(max_digits=20, decimal_places=10, null=True, editable=False)
    worth_minor = AmountField("worth", null=True, own=True, editable=False)
    gone_worth_minor = AmountField("settled worth", default=0, db_default=0, own=True, editable=False)
    net_minor = AmountField("net", default=0, editable=False)
    tax_minor = AmountField("tax", default=0, editable=False)
    total_minor = AmountField("total", default=0, editable=False)
    discount_minor = AmountField("discount", default=0, editable=False)
    paid_minor = AmountField("paid", default=0, editable=False)
    credited_minor = AmountField("credited", default=0, editable=False)
    deducted_minor = AmountField("deducted", default=0, db_default=0, editable=False)
    written_off_minor = AmountField("written off", default=0, db_default=0, editable=False)
    open_minor = models.GeneratedField(
        verbose_name="open",
        expression=F("total_minor") - F("paid_minor") - F("credited_minor") - F("deducted_minor") - F("written_off_minor"),
        output_field=AmountField(),
        db_persist=True,
    )
    state = models.TextField(choices=State, default=State.DRAFT, editable=False)
    note = models.TextField(blank=True)
    origin = models.TextField(blank=True, editable=False)
    cancels = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="credit_notes", editable=False)
    buyer_country = models.CharField("country of the customer", max_length=2, null=True, editable=False)
    buyer_vat_id = models.TextField("VAT id of the customer", null=True, editable=False)
    rounding = models.TextField(
        "tax is rounded", choices=TaxSetting.Rounding, default=TaxSetting.Rounding.DOCUMENT, db_default=TaxSetting.Rounding.DOCUMENT,
        editable=False,
    )  # fmt: skip

    states = States(
        "state",
        {
            "change_draft": (("draft",), "draft"),
            "ask_advance": (("draft",), "draft"),
            "deduct_advances": (("draft",), "draft"),
            "leave_out_advance": (("draft",), "draft"),
            "issue_invoice": (("draft",), ("issued", "part_paid", "paid")),
            "void_draft": (("draft",), "void"),
            "take_payment": (("issued", "part_paid"), ("part_paid", "paid")),
            "take_transfer": (("issued", "part_paid"), ("part_paid", "paid")),
            "credit_invoice": (("issued", "part_paid", "paid"), ("issued", "part_paid", "paid", "void", "written_off")),
            "write_off": (("issued", "part_paid"), ("issued", "part_paid", "paid", "written_off")),
            "allow_discount": (("issued", "part_paid"), ("issued", "part_paid", "paid")),
        },
        said={
            ("take_payment", "paid"): ("already_paid", "This invoice is already paid."),
            ("take_payment", "replaced"): ("replaced", "A final invoice claims what this advance asked for; take the payment for that."),
            ("take_payment", "draft"): ("not_issued", "This invoice is a draft; issue it first."),
            ("take_payment", "written_off"): ("written_off", "This invoice is written off; reverse the write-off, then take the payment."),
            ("take_transfer", "paid"): ("already_paid", "This invoice is already paid."),
            ("take_transfer", "written_off"): ("written_off", "This invoice is written off; reverse the write-off, then take the payment."),
            ("take_transfer", "replaced"): ("replaced", "A final invoice claims what this advance asked for; take the payment for that."),
            ("take_transfer", "draft"): ("not_issued", "This invoice is a draft; issue it first."),
            ("credit_invoice", "written_off"): ("written_off", "This invoice is written off; reverse the write-off, then credit it."),
            ("credit_invoice", "replaced"): ("replaced", "A final invoice claims what this advance asked for; credit that."),
            ("write_off", "replaced"): ("replaced", "A final invoice claims what this advance asked for; write that off."),
            ("write_off", "paid"): ("already_paid", "This invoice is already paid."),
            ("allow_discount", "paid"): ("already_paid", "This invoice is already paid."),
        },
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "number"], name="invoice_number_once", violation_error_message="This number is taken."
            ),
            models.CheckConstraint(
                condition=Q(net_minor__gte=0, tax_minor__gte=0, discount_minor__gte=0, total_minor=F("net_minor") + F("tax_minor")),
                name="invoice_adds_up",
                violation_error_message="Net and tax are zero or more and make the total.",
            ),
            models.CheckConstraint(
                condition=Q(paid_minor__gte=0, credited_minor__gte=0, deducted_minor__gte=0, written_off_minor__gte=0)
                & Q(total_minor__gte=_GONE),
                name="invoice_never_overpaid",
                violation_error_message="No more can be paid or credited than is owed.",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", number=None, issued_on=None) & _UNTOUCHED
                | Q(state="void", number=None) & _UNTOUCHED
                | Q(state="void", credited_minor=F("total_minor")) & _NUMBERED
                | Q(state="issued", paid_minor=0) & _NUMBERED & ~_SETTLED
                | Q(state="part_paid", paid_minor__gt=0) & _NUMBERED & ~_SETTLED
                | Q(state="paid", written_off_minor=0) & _NUMBERED & _SETTLED
                | Q(state="replaced", advance=True, deducted_minor__gt=0, written_off_minor=0) & _NUMBERED & _SETTLED
                | Q(state="written_off", written_off_minor__gt=0) & _NUMBERED & _SETTLED,
                name="invoice_state_true",
                violation_error_message="The state of an invoice follows from its number and its amounts.",
            ),
            models.CheckConstraint(
                condition=Q(kind="invoice", cancels=None) | Q(kind="credit_note", cancels__isnull=False),
                name="credit_note_names_invoice",
                violation_error_message="A credit note names the invoice it is for, an invoice names none.",
            ),
            models.CheckConstraint(
                condition=Q(advance=False) | Q(worth_minor=None, discount_minor=0, early_percent=0, parts=[]),
                name="invoice_advance_plain",
                violation_error_message="An advance is asked for in the company's own currency, without discounts and instalments.",
            ),
            models.CheckConstraint(
                condition=Q(due_on=None) | Q(issued_on=None) | Q(due_on__gte=F("issued_on")),
                name="invoice_due_after_issue",
                violation_error_message="An invoice is not due before it is issued.",
            ),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"),
                name="invoice_currency_iso",
                violation_error_message="A currency is three capital letters (ISO 4217).",
            ),
            models.CheckConstraint(
                condition=Q(worth_minor=None, gone_worth_minor=0) | Q(worth_minor__gte=0, rate__gt=0, number__isnull=False) & _GONE_WORTH,
                name="invoice_worth_whole",
                violation_error_message="What settles an invoice takes as much of its worth as of the invoice, and all of it at the end.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "party", "-id"], name="invoice_party"),
            models.Index(fields=["company", "issued_on"], name="invoice_issued"),
            models.Index(fields=["company", "due_on"], condition=Q(state__in=["issued", "part_paid"]), name="invoice_open"),
            models.Index(fields=["company", "origin"], condition=~Q(origin=""), name="invoice_origin"),
        ]

    def __str__(self) -> str:
        return self.number or f"Draft {self.pk}"

    @property
    def open_worth_minor(self) -> int:
        """What is still owed, in the company's currency, as the books count it."""
        return self.open_minor if self.worth_minor is None else self.worth_minor - self.gone_worth_minor

    @property
    def discounts(self) -> tuple[Discount, ...]:
        """What may be kept for paying early, the largest first; nothing once a part was given up, so that none is kept twice."""
        if self.issued_on is None or self.kind != self.Kind.INVOICE or self.deducted_minor or self.written_off_minor:
            return ()
        left = self.total_minor - self.credited_minor
        return tuple(
            Discount(days, percent, self.issued_on + timedelta(days=days), percent_of(left, int(percent * 100)))
            for days, percent in self.steps
        )


InvoiceWord = kept_words(Invoice)


class InvoiceLine(Record):
    """One line of a bill; it changes only while the bill is a draft (trigger).

    net_minor: quantity times price less discount. tax_minor: its share of the tax of its rate.
    net_worth_minor, tax_worth_minor: the same in the company's currency, of an issued invoice in another one.
    tax_rate_bp, tax_category, tax_reason: as they were on the day of supply, supplied_on; the reason is printed where no tax is charged.
    tax_class: of the item, or the treatment where it is not taxed at home; it says to which accounts it is posted.
    tax_country: whose tax it is, "" for that of the company. tax_code: of the reason, VATEX list. tax_why: the proposal in a sentence.
    tax_overruled: why another treatment was taken than proposed.
    price_why: where the price comes from, in a sentence; "" where somebody typed it.
    """

    rows_of = RowsOf(part_of="invoice")

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="lines")
    item = models.ForeignKey(Item, null=True, on_delete=models.PROTECT, related_name="+")
    description = models.TextField()
    quantity = models.DecimalField(max_digits=12, decimal_places=3)
    unit_price_minor = AmountField("price")
    price_why = models.TextField("why this price", blank=True, default="", db_default="")
    discount_minor = AmountField("discount", default=0)
    tax_class = models.TextField()
    tax_rate_bp = models.PositiveIntegerField("tax rate (bp)")
    tax_category = models.CharField(max_length=3)
    tax_reason = models.TextField("why no tax", blank=True)
    treatment = models.TextField(choices=[(t.value, LABELS[t]) for t in Treatment], default="domestic", db_default="domestic")
    tax_country = models.CharField("country of the tax", max_length=2, blank=True, default="", db_default="")
    tax_code = models.CharField("code of the exemption", max_length=30, blank=True, default="", db_default="")
    tax_why = models.TextField("why this tax", blank=True, default="", db_default="")
    tax_overruled = models.TextField("why another tax than proposed", blank=True, default="", db_default="")
    net_minor = AmountField("net")
    tax_minor = AmountField("tax")
    net_worth_minor = AmountField("worth of net", null=True, own=True)
    tax_worth_minor = AmountField("worth of tax", null=True, own=True)
    supplied_on = models.DateField("supplied")
    charge = models.OneToOneField("billing.Charge", null=True, on_delete=models.PROTECT, related_name="line")

    class Meta:
        verbose_name = "invoice line"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0, unit_price_minor__gte=0, discount_minor__gte=0, net_minor__gte=0, tax_minor__gte=0),
                name="invoice_line_not_negative",
                violation_error_message="A line has a quantity above zero and amounts of zero or more.",
            ),
            models.CheckConstraint(
                condition=Q(treatment__in=["domestic", "exempt", "distance"], tax_country="")
                | Q(treatment="ioss", tax_class="ioss", tax_category="S") & ~Q(tax_country="")
                | Q(treatment="oss", tax_class__in=["oss", "oss_services"], tax_category="S") & ~Q(tax_country="")
                | Q(
                    treatment__in=["intra", "export", "reverse_eu", "reverse_home", "triangular", "outside"],
                    tax_class=F("treatment"),
                    tax_rate_bp=0,
                )
                & Q(tax_country="")
                & ~Q(tax_reason=""),
                name="invoice_line_treated_whole",
                violation_error_message="A line that is not taxed here says why, and one that is taxed abroad says where.",
            ),
            models.CheckConstraint(
                # The rounded product lies within half a cent of the exact one.
                condition=Q(net_minor__gte=F("unit_price_minor") * F("quantity") - F("discount_minor") - Decimal("0.5"))
                & Q(net_minor__lte=F("unit_price_minor") * F("quantity") - F("discount_minor") + Decimal("0.5")),
                name="invoice_line_adds_up",
                violation_error_message="Quantity times price less discount is the net amount of a line.",
            ),
            models.CheckConstraint(
                condition=Q(net_worth_minor=None, tax_worth_minor=None) | Q(net_worth_minor__gte=0, tax_worth_minor__gte=0),
                name="invoice_line_worth_whole",
                violation_error_message="A line has a worth of its net amount and of its tax, or neither.",
            ),
        ]

    def __str__(self) -> str:
        return self.description

    def get_price_why_display(self) -> str:
        """Where its price comes from, as whoever reads says it."""
        return say(self.price_why)

    def get_tax_why_display(self) -> str:
        """Why this tax is on it, as whoever reads says it."""
        return say(self.tax_why)

    @property
    def currency(self) -> str:
        """That of its invoice."""
        return self.invoice.currency

    @property
    def tax_percent(self) -> Decimal:
        """The rate as people read it."""
        return (Decimal(self.tax_rate_bp) / 100).normalize()

    @property
    def total_minor(self) -> int:
        """With tax."""
        return self.net_minor + self.tax_minor
