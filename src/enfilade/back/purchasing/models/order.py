"""Orders: what was ordered from whom at which price, what came of it, and what of that was billed."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from enfilade.base.books.models import Account
from enfilade.base.item.models import Item
from enfilade.base.party.models import Party
from enfilade.core.fields import AmountField, LongTextField
from enfilade.core.models import Record, User
from enfilade.core.rows import RowsOf
from enfilade.core.states import States

TAX_CLASSES = Item.TaxClass.choices
_GOING = ("approved", "sent", "part_received", "received")


class PurchaseOrder(Record):
    """What is ordered from a supplier. Its lines change freely until it is approved, then by versions only.

    number: PO-2026-00001, drawn at the approval. version: of what holds; sent_version: of what the supplier has, 0 for none.
    term_days: within how many days we pay, as agreed.
    """

    rows_of = RowsOf(own=("drawn_up_by",))

    class State(models.TextChoices):
        DRAFT = "draft", "Being drawn up"
        APPROVED = "approved", "To send"
        SENT = "sent", "Awaited"
        PART_RECEIVED = "part_received", "Came in part"
        RECEIVED = "received"
        CLOSED = "closed"
        CANCELLED = "cancelled"

    number = models.TextField(null=True, editable=False)
    supplier = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="purchase_orders")
    currency = models.CharField(max_length=3, editable=False)
    term_days = models.PositiveIntegerField("days to pay", default=0)
    wanted_on = models.DateField("wanted by", null=True)
    deliver_to = LongTextField(blank=True)
    their_reference = models.CharField("their offer", max_length=100, blank=True)
    note = LongTextField("note for the supplier", blank=True)
    net_minor = AmountField("net", default=0, editable=False)
    tax_minor = AmountField("tax", default=0, editable=False)
    total_minor = models.GeneratedField(
        verbose_name="total", expression=F("net_minor") + F("tax_minor"), output_field=AmountField(), db_persist=True
    )
    version = models.PositiveIntegerField(default=0, editable=False)
    sent_version = models.PositiveIntegerField("version sent", default=0, editable=False)
    drawn_up_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    drawn_up_at = models.DateTimeField()
    approved_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    ordered_on = models.DateField("ordered", null=True, editable=False)
    sent_at = models.DateTimeField(null=True)
    closed_on = models.DateField("closed", null=True, editable=False)
    reason = LongTextField("why closed or cancelled", blank=True)
    state = models.TextField(choices=State, default=State.DRAFT, editable=False)

    states = States(
        "state",
        {
            "change_order": (("draft",), "draft"),
            "approve_order": (("draft",), "approved"),
            "send_order": (("approved", "sent", "part_received"), ("sent", "part_received")),
            "mark_order_sent": (("approved", "sent", "part_received"), ("sent", "part_received")),
            "amend_order": (_GOING, _GOING),
            "receive_order": (_GOING, ("part_received", "received")),
            "return_goods": (("part_received", "received", "closed"), ("sent", "part_received", "received")),
            "close_order": (("approved", "sent", "part_received", "received"), "closed"),
            "cancel_order": (("draft", "approved", "sent"), "cancelled"),
        },
        said={
            ("approve_order", "approved"): ("already_approved", "This order is approved already."),
            ("receive_order", "draft"): ("not_approved", "This order is not approved yet."),
            ("receive_order", "cancelled"): ("order_cancelled", "This order is cancelled; nothing can come of it."),
            ("send_order", "draft"): ("not_approved", "This order is not approved yet."),
            ("change_order", "sent"): ("amend_it", "The supplier has this order already; amend it instead, as a new version."),
            ("cancel_order", "part_received"): ("came_in_part", "A part of this order came; close it instead."),
            ("cancel_order", "received"): ("came_in_part", "This order came; send it back, or close it."),
        },
    )

    class Meta:
        verbose_name = "order"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "number"], name="purchase_order_number_once", violation_error_message="This number of an order is taken."
            ),
            models.CheckConstraint(
                condition=Q(state="draft", number=None, approved_by=None, version=0)
                | Q(state="cancelled", closed_on__isnull=False)
                | Q(
                    state__in=[*_GOING, "closed"], number__isnull=False, approved_by__isnull=False, ordered_on__isnull=False, version__gte=1
                ),
                name="purchase_order_state_true",
                violation_error_message="An order has a number and a version as soon as it is approved, and not before.",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["closed", "cancelled"], closed_on=None)
                & (Q(state__in=["closed", "cancelled"]) | Q(closed_on=None)),
                name="purchase_order_closed_on",
                violation_error_message="An order that is closed or cancelled says since when, and no other does.",
            ),
            models.CheckConstraint(
                condition=Q(sent_version__lte=F("version")),
                name="purchase_order_sent_version",
                violation_error_message="Only a version that was approved is sent.",
            ),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"),
                name="purchase_order_currency_iso",
                violation_error_message="A currency of an order is three capital letters (ISO 4217).",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "supplier", "-id"], name="purchase_order_supplier"),
            models.Index(fields=["company", "state", "wanted_on"], name="purchase_order_state"),
        ]

    def __str__(self) -> str:
        return self.number or f"Order {self.pk}"

    @property
    def unsent(self) -> bool:
        """Whether the supplier does not have what holds."""
        return self.number is not None and self.sent_version < self.version

    @property
    def amendable_lines(self) -> list[dict[str, object]]:
        """The lines as a form for a new version begins."""
        rows = [row for row in self._rows() if row.quantity]
        return [{"line": row.pk, "quantity": _plain(row.quantity), "price": row.price_minor, "wanted_on": row.wanted_on} for row in rows]

    @property
    def awaited_lines(self) -> list[dict[str, object]]:
        """What is still to come, as the form of a receipt begins."""
        return [{"line": row.pk, "quantity": _plain(row.open_quantity)} for row in self._rows() if row.open_quantity]

    @property
    def received_lines(self) -> list[dict[str, object]]:
        """What is here, as the form of a return begins."""
        return [{"line": row.pk, "quantity": _plain(row.received_quantity)} for row in self._rows() if row.received_quantity]

    def _rows(self) -> list[OrderLine]:
        return list(OrderLine.objects.filter(company_id=self.company_id, order=self).order_by("position"))


def _plain(quantity: Decimal) -> str:
    return f"{quantity.normalize():f}"


class OrderLine(Record):
    """One line of an order.

    quantity: in `unit`. price_minor: for `per` units, without tax (EN 16931 BT-146, BT-149).
    tax_rate_bp, deductible_bp: what tax the supplier charges, and how much of it is deducted; the rest is cost.
    over_bp: how much more than the quantity may come, as it was set when the order was approved.
    received_quantity: what came less what went back; invoiced_quantity: what approved bills charged less credit notes: both by trigger.
    """

    rows_of = RowsOf(part_of="order")

    order = models.ForeignKey(PurchaseOrder, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    item = models.ForeignKey(Item, null=True, on_delete=models.PROTECT, related_name="+")
    text = models.CharField("what", max_length=300)
    quantity = models.DecimalField(max_digits=14, decimal_places=3)
    unit = models.TextField(choices=Item.Unit, default=Item.Unit.PIECE)
    price_minor = AmountField("price")
    per = models.PositiveIntegerField("price for", default=1)
    net_minor = AmountField("net", editable=False)
    tax_class = models.TextField("tax", choices=TAX_CLASSES, default=Item.TaxClass.STANDARD)
    tax_rate_bp = models.PositiveIntegerField("tax rate (bp)", default=0, editable=False)
    deductible_bp = models.PositiveIntegerField("tax deducted (bp)", default=10_000, editable=False)
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="what for")
    dimensions = models.CharField("department or project", max_length=200, blank=True)
    wanted_on = models.DateField("wanted by", null=True)
    over_bp = models.PositiveIntegerField("more than ordered (bp)", default=0, editable=False)
    received_quantity = models.DecimalField("came", max_digits=14, decimal_places=3, default=0, editable=False)
    invoiced_quantity = models.DecimalField("billed", max_digits=14, decimal_places=3, default=0, editable=False)

    class Meta:
        verbose_name = "line of an order"
        verbose_name_plural = "lines of orders"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["order", "position"], name="order_line_position_once", violation_error_message="Two lines have this position."
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=0, price_minor__gte=0, per__gte=1) & ~Q(text=""),
                name="order_line_says_what",
                violation_error_message="A line of an order says what, how many and at which price; none of them is below zero.",
            ),
            models.CheckConstraint(
                condition=Q(received_quantity__gte=0),
                name="order_line_received_positive",
                violation_error_message="No more can go back than came.",
            ),
            models.CheckConstraint(
                condition=Q(received_quantity__lte=F("quantity") + F("quantity") * F("over_bp") / 10_000),
                name="order_line_received_ordered",
                violation_error_message="No more can come than was ordered and the tolerance allows.",
            ),
            models.CheckConstraint(
                condition=Q(invoiced_quantity__gte=0),
                name="order_line_invoiced_positive",
                violation_error_message="No more can be credited than was billed.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "item", "-id"], condition=Q(item__isnull=False), name="order_line_item"),
        ]

    def __str__(self) -> str:
        return f"{self.position} {self.text}"

    @property
    def currency(self) -> str:
        """That of its order."""
        return self.order.currency

    @property
    def open_quantity(self) -> Decimal:
        """What is still to come."""
        return max(self.quantity - self.received_quantity, Decimal(0))

    @property
    def billable_quantity(self) -> Decimal:
        """What came and was not billed yet."""
        return max(self.received_quantity - self.invoiced_quantity, Decimal(0))


class OrderVersion(Record):
    """An order as it was approved, or amended: nothing of it changes. content: its lines as they were."""

    append_only = True
    rows_of = RowsOf(part_of="order")

    order = models.ForeignKey(PurchaseOrder, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField("version")
    reason = models.TextField(blank=True)
    content = models.JSONField(default=list)
    total_minor = AmountField("total")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = "version of an order"
        verbose_name_plural = "versions of orders"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["order", "number"], name="order_version_once", violation_error_message="This version of the order is there already."
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order} v{self.number}"

    @property
    def currency(self) -> str:
        """That of its order."""
        return self.order.currency
