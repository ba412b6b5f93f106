"""Settings, requisitions, orders with lines and versions, receipts, matches with bills, accruals, and triggers that keep them true."""

from pathlib import Path

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import enfilade.core.fields

SQL = Path(__file__).resolve().parent.parent / "sql" / "guards.sql"
FUNCTIONS = (
    "purchasing_guard_order, purchasing_guard_orderline, purchasing_guard_receiptline, purchasing_guard_ordermatch, purchasing_sum_orderline, "
    "purchasing_require_counted, purchasing_guard_decision"
)


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("books", "0007_late_admissions"),
        ("core", "0020_waiting_rows"),
        ("item", "0003_place_of_supply"),
        ("party", "0006_lean_parts"),
        ("payables", "0004_foreign_currencies"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Accrual",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("through_on", models.DateField(verbose_name="through")),
                ("total_minor", enfilade.core.fields.AmountField(verbose_name="total")),
                ("made_at", models.DateTimeField()),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                ("made_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "verbose_name": "accrual of goods received",
                "verbose_name_plural": "accruals of goods received",
                "indexes": [models.Index(fields=["company", "through_on"], name="goods_accrual_through")],
            },
        ),
        migrations.CreateModel(
            name="MatchDecision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.TextField(choices=[("accept", "Accepted"), ("claim", "Credit note claimed")])),
                ("over_minor", enfilade.core.fields.AmountField(default=0, verbose_name="dearer")),
                ("amount_minor", enfilade.core.fields.AmountField(default=0, verbose_name="amount")),
                ("missing_quantity", models.DecimalField(decimal_places=3, default=0, max_digits=14, verbose_name="missing")),
                ("currency", models.CharField(editable=False, max_length=3)),
                ("reason", enfilade.core.fields.LongTextField()),
                ("decided_at", models.DateTimeField()),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("standing", "Standing"),
                            ("claimed", "Credit note awaited"),
                            ("settled", "Settled"),
                            ("dropped", "Dropped"),
                        ],
                        default="standing",
                        editable=False,
                    ),
                ),
                (
                    "bill_line",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="match_decision", to="payables.billline"
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                (
                    "credit_note",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="settled_claims", to="payables.bill"
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                "verbose_name": "decision about a difference",
                "verbose_name_plural": "decisions about differences",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("credit_note", None), ("kind", "accept"), ("missing_quantity", 0), ("state", "standing")),
                            models.Q(("credit_note", None), ("kind", "claim"), ("state__in", ["claimed", "dropped"])),
                            models.Q(("credit_note__isnull", False), ("kind", "claim"), ("state", "settled")),
                            _connector="OR",
                        ),
                        name="match_decision_true",
                        violation_error_message="A difference is accepted, or a credit note is claimed for it, which settles it.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount_minor__gte", 0),
                            ("missing_quantity__gte", 0),
                            ("over_minor__gte", 0),
                            models.Q(("reason", ""), _negated=True),
                        ),
                        name="match_decision_says_why",
                        violation_error_message="Say why the difference is accepted or claimed.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OrderLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveIntegerField()),
                ("text", models.CharField(max_length=300, verbose_name="what")),
                ("quantity", models.DecimalField(decimal_places=3, max_digits=14)),
                (
                    "unit",
                    models.TextField(
                        choices=[
                            ("C62", "Piece"),
                            ("HUR", "Hour"),
                            ("MIN", "Minute"),
                            ("DAY", "Day"),
                            ("MON", "Month"),
                            ("LS", "Lump sum"),
                            ("KGM", "Kilogram"),
                            ("GRM", "Gram"),
                            ("LTR", "Litre"),
                            ("MLT", "Millilitre"),
                            ("MTR", "Metre"),
                            ("MTK", "Square metre"),
                            ("KMT", "Kilometre"),
                            ("KWH", "Kilowatt hour"),
                            ("XPK", "Pack"),
                            ("XBX", "Box"),
                        ],
                        default="C62",
                    ),
                ),
                ("price_minor", enfilade.core.fields.AmountField(verbose_name="price")),
                ("per", models.PositiveIntegerField(default=1, verbose_name="price for")),
                ("net_minor", enfilade.core.fields.AmountField(editable=False, verbose_name="net")),
                (
                    "tax_class",
                    models.TextField(
                        choices=[("standard", "Standard"), ("reduced", "Reduced"), ("exempt", "Exempt"), ("zero", "Zero rate")],
                        default="standard",
                        verbose_name="tax",
                    ),
                ),
                ("tax_rate_bp", models.PositiveIntegerField(default=0, editable=False, verbose_name="tax rate (bp)")),
                ("deductible_bp", models.PositiveIntegerField(default=10000, editable=False, verbose_name="tax deducted (bp)")),
                ("dimensions", models.CharField(blank=True, max_length=200, verbose_name="department or project")),
                ("wanted_on", models.DateField(null=True, verbose_name="wanted by")),
                ("over_bp", models.PositiveIntegerField(default=0, editable=False, verbose_name="more than ordered (bp)")),
                ("received_quantity", models.DecimalField(decimal_places=3, default=0, editable=False, max_digits=14, verbose_name="came")),
                (
                    "invoiced_quantity",
                    models.DecimalField(decimal_places=3, default=0, editable=False, max_digits=14, verbose_name="billed"),
                ),
                (
                    "account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="books.account",
                        verbose_name="what for",
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                ("item", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="item.item")),
            ],
            options={
                "verbose_name": "line of an order",
                "verbose_name_plural": "lines of orders",
            },
        ),
        migrations.CreateModel(
            name="OrderMatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("quantity", models.DecimalField(decimal_places=3, max_digits=14, verbose_name="billed")),
                ("matched_at", models.DateTimeField()),
                (
                    "counted_quantity",
                    models.DecimalField(decimal_places=3, default=0, editable=False, max_digits=14, verbose_name="counted"),
                ),
                ("counted_on", models.DateField(editable=False, null=True)),
                ("uncounted_on", models.DateField(editable=False, null=True)),
                (
                    "bill_line",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="order_matches", to="payables.billline"),
                ),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                (
                    "matched_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                (
                    "order_line",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="bill_matches", to="purchasing.orderline"),
                ),
            ],
            options={
                "verbose_name": "match with a bill",
                "verbose_name_plural": "matches with bills",
                "indexes": [models.Index(fields=["order_line", "counted_on"], name="line_match_counted")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("bill_line", "order_line"),
                        name="line_match_once",
                        violation_error_message="This line of the bill is matched with this line of the order already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gt", 0)),
                        name="line_match_above_zero",
                        violation_error_message="Match a quantity above zero.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("counted_on__isnull", False),
                            models.Q(("counted_on", None), ("counted_quantity", 0), ("uncounted_on", None)),
                            _connector="OR",
                        ),
                        name="line_match_counted_on",
                        violation_error_message="What counts as billed says since when.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AccrualLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("quantity", models.DecimalField(decimal_places=3, max_digits=14)),
                ("amount_minor", enfilade.core.fields.AmountField(verbose_name="amount")),
                ("accrual", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="purchasing.accrual")),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                (
                    "order_line",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="accrual_lines", to="purchasing.orderline"),
                ),
            ],
            options={
                "verbose_name": "line of an accrual",
                "verbose_name_plural": "lines of accruals",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("accrual", "order_line"),
                        name="goods_accrual_line_once",
                        violation_error_message="An accrual names a line once.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PurchaseOrder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.TextField(editable=False, null=True)),
                ("currency", models.CharField(editable=False, max_length=3)),
                ("term_days", models.PositiveIntegerField(default=0, verbose_name="days to pay")),
                ("wanted_on", models.DateField(null=True, verbose_name="wanted by")),
                ("deliver_to", enfilade.core.fields.LongTextField(blank=True)),
                ("their_reference", models.CharField(blank=True, max_length=100, verbose_name="their offer")),
                ("note", enfilade.core.fields.LongTextField(blank=True, verbose_name="note for the supplier")),
                ("net_minor", enfilade.core.fields.AmountField(default=0, editable=False, verbose_name="net")),
                ("tax_minor", enfilade.core.fields.AmountField(default=0, editable=False, verbose_name="tax")),
                (
                    "total_minor",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.expressions.CombinedExpression(models.F("net_minor"), "+", models.F("tax_minor")),
                        output_field=enfilade.core.fields.AmountField(),
                        verbose_name="total",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                ("sent_version", models.PositiveIntegerField(default=0, editable=False, verbose_name="version sent")),
                ("drawn_up_at", models.DateTimeField()),
                ("approved_at", models.DateTimeField(null=True)),
                ("ordered_on", models.DateField(editable=False, null=True, verbose_name="ordered")),
                ("sent_at", models.DateTimeField(null=True)),
                ("closed_on", models.DateField(editable=False, null=True, verbose_name="closed")),
                ("reason", enfilade.core.fields.LongTextField(blank=True, verbose_name="why closed or cancelled")),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("draft", "Being drawn up"),
                            ("approved", "To send"),
                            ("sent", "Awaited"),
                            ("part_received", "Came in part"),
                            ("received", "Received"),
                            ("closed", "Closed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="draft",
                        editable=False,
                    ),
                ),
                (
                    "approved_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                (
                    "drawn_up_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                (
                    "supplier",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="purchase_orders", to="party.party"),
                ),
            ],
            options={
                "verbose_name": "order",
                "indexes": [
                    models.Index(fields=["company", "supplier", "-id"], name="purchase_order_supplier"),
                    models.Index(fields=["company", "state", "wanted_on"], name="purchase_order_state"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("company", "number"),
                        name="purchase_order_number_once",
                        violation_error_message="This number of an order is taken.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("approved_by", None), ("number", None), ("state", "draft"), ("version", 0)),
                            models.Q(("closed_on__isnull", False), ("state", "cancelled")),
                            models.Q(
                                ("approved_by__isnull", False),
                                ("number__isnull", False),
                                ("ordered_on__isnull", False),
                                ("state__in", ["approved", "sent", "part_received", "received", "closed"]),
                                ("version__gte", 1),
                            ),
                            _connector="OR",
                        ),
                        name="purchase_order_state_true",
                        violation_error_message="An order has a number and a version as soon as it is approved, and not before.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_on", None), ("state__in", ["closed", "cancelled"]), _negated=True),
                            models.Q(("state__in", ["closed", "cancelled"]), ("closed_on", None), _connector="OR"),
                        ),
                        name="purchase_order_closed_on",
                        violation_error_message="An order that is closed or cancelled says since when, and no other does.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sent_version__lte", models.F("version"))),
                        name="purchase_order_sent_version",
                        violation_error_message="Only a version that was approved is sent.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("currency__regex", "^[A-Z]{3}$")),
                        name="purchase_order_currency_iso",
                        violation_error_message="A currency of an order is three capital letters (ISO 4217).",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OrderVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(verbose_name="version")),
                ("reason", models.TextField(blank=True)),
                ("content", models.JSONField(default=list)),
                ("total_minor", enfilade.core.fields.AmountField(verbose_name="total")),
                ("made_at", models.DateTimeField()),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                ("made_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                (
                    "order",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="purchasing.purchaseorder"),
                ),
            ],
            options={
                "verbose_name": "version of an order",
                "verbose_name_plural": "versions of orders",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("order", "number"),
                        name="order_version_once",
                        violation_error_message="This version of the order is there already.",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="orderline",
            name="order",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="purchasing.purchaseorder"),
        ),
        migrations.AddIndex(
            model_name="orderline",
            index=models.Index(condition=models.Q(("item__isnull", False)), fields=["company", "item", "-id"], name="order_line_item"),
        ),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.UniqueConstraint(
                fields=("order", "position"), name="order_line_position_once", violation_error_message="Two lines have this position."
            ),
        ),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.CheckConstraint(
                condition=models.Q(("per__gte", 1), ("price_minor__gte", 0), ("quantity__gte", 0), models.Q(("text", ""), _negated=True)),
                name="order_line_says_what",
                violation_error_message="A line of an order says what, how many and at which price; none of them is below zero.",
            ),
        ),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.CheckConstraint(
                condition=models.Q(("received_quantity__gte", 0)),
                name="order_line_received_positive",
                violation_error_message="No more can go back than came.",
            ),
        ),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "received_quantity__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("quantity"),
                            "+",
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(models.F("quantity"), "*", models.F("over_bp")),
                                "/",
                                models.Value(10000),
                            ),
                        ),
                    )
                ),
                name="order_line_received_ordered",
                violation_error_message="No more can come than was ordered and the tolerance allows.",
            ),
        ),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.CheckConstraint(
                condition=models.Q(("invoiced_quantity__gte", 0)),
                name="order_line_invoiced_positive",
                violation_error_message="No more can be credited than was billed.",
            ),
        ),
        migrations.CreateModel(
            name="PurchasingSetting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("over_percent", models.DecimalField(decimal_places=2, default=0, max_digits=5, verbose_name="more than ordered (%)")),
                ("price_percent", models.DecimalField(decimal_places=2, default=0, max_digits=5, verbose_name="dearer than ordered (%)")),
                (
                    "price_minor",
                    enfilade.core.fields.AmountField(
                        default=0,
                        help_text="For a line of a bill, without tax; the larger of both holds.",
                        verbose_name="dearer than ordered",
                    ),
                ),
                (
                    "extra_minor",
                    enfilade.core.fields.AmountField(
                        default=0, help_text="Freight and the like on a bill of an order, without tax.", verbose_name="without an order"
                    ),
                ),
                (
                    "alone_minor",
                    enfilade.core.fields.AmountField(
                        blank=True,
                        help_text="A bill that fits its order and receipt, with tax. Empty: never.",
                        null=True,
                        verbose_name="approved by itself up to",
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
            ],
            options={
                "verbose_name": "set of tolerances",
                "verbose_name_plural": "tolerances",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("company",),
                        name="purchasing_setting_once",
                        violation_error_message="The tolerances are set already; change them.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("over_percent__gte", 0),
                            ("over_percent__lte", 100),
                            ("price_percent__gte", 0),
                            ("price_percent__lte", 100),
                            ("extra_minor__gte", 0),
                            ("price_minor__gte", 0),
                            models.Q(("alone_minor", None), ("alone_minor__gte", 0), _connector="OR"),
                        ),
                        name="purchasing_setting_sane",
                        violation_error_message="Tolerances are between 0 and 100 percent, amounts zero or more.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GoodsReceipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.TextField(editable=False)),
                (
                    "kind",
                    models.TextField(
                        choices=[("receipt", "Came"), ("return", "Sent back"), ("correction", "Counter-receipt")], default="receipt"
                    ),
                ),
                ("on", models.DateField(verbose_name="came on")),
                ("delivery_note", models.CharField(blank=True, max_length=100)),
                ("note", enfilade.core.fields.LongTextField(blank=True)),
                ("received_at", models.DateTimeField()),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                (
                    "file",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.storedfile",
                        verbose_name="delivery note itself",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="receipts", to="purchasing.purchaseorder"),
                ),
                (
                    "received_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="taken in by",
                    ),
                ),
                (
                    "reverses",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="reversed_by", to="purchasing.goodsreceipt"
                    ),
                ),
            ],
            options={
                "verbose_name": "receipt",
                "indexes": [models.Index(fields=["company", "on"], name="goods_receipt_on")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("company", "number"),
                        name="goods_receipt_number_once",
                        violation_error_message="This number of a receipt is taken.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("reverses__isnull", False)),
                        fields=("reverses",),
                        name="goods_receipt_reversed_once",
                        violation_error_message="This receipt was taken back already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "correction"), ("reverses__isnull", False)),
                            models.Q(models.Q(("kind", "correction"), _negated=True), ("reverses", None)),
                            _connector="OR",
                        ),
                        name="goods_receipt_kind_true",
                        violation_error_message="Only a counter-receipt takes back another receipt.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReceiptLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("quantity", models.DecimalField(decimal_places=3, max_digits=14)),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                (
                    "order_line",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="receipt_lines", to="purchasing.orderline"),
                ),
                (
                    "receipt",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="purchasing.goodsreceipt"),
                ),
            ],
            options={
                "verbose_name": "line of a receipt",
                "verbose_name_plural": "lines of receipts",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("receipt", "order_line"),
                        name="goods_receipt_line_once",
                        violation_error_message="A receipt names a line once.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("quantity", 0), _negated=True),
                        name="goods_receipt_line_moves",
                        violation_error_message="Nothing of this line came or went back.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Requisition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("what", models.CharField(max_length=300)),
                ("quantity", models.DecimalField(decimal_places=3, max_digits=14, verbose_name="how many")),
                (
                    "unit",
                    models.TextField(
                        choices=[
                            ("C62", "Piece"),
                            ("HUR", "Hour"),
                            ("MIN", "Minute"),
                            ("DAY", "Day"),
                            ("MON", "Month"),
                            ("LS", "Lump sum"),
                            ("KGM", "Kilogram"),
                            ("GRM", "Gram"),
                            ("LTR", "Litre"),
                            ("MLT", "Millilitre"),
                            ("MTR", "Metre"),
                            ("MTK", "Square metre"),
                            ("KMT", "Kilometre"),
                            ("KWH", "Kilowatt hour"),
                            ("XPK", "Pack"),
                            ("XBX", "Box"),
                        ],
                        default="C62",
                    ),
                ),
                ("needed_on", models.DateField(null=True, verbose_name="needed by")),
                ("why", enfilade.core.fields.LongTextField(blank=True)),
                ("dimensions", models.CharField(blank=True, max_length=200, verbose_name="department or project")),
                ("asked_at", models.DateTimeField()),
                ("reason", enfilade.core.fields.LongTextField(blank=True, verbose_name="why not")),
                (
                    "state",
                    models.TextField(
                        choices=[("open", "To order"), ("ordered", "Ordered"), ("declined", "Declined"), ("withdrawn", "Withdrawn")],
                        default="open",
                        editable=False,
                    ),
                ),
                ("asked_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("item", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="item.item")),
                (
                    "order_line",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="requisitions",
                        to="purchasing.orderline",
                        verbose_name="ordered as",
                    ),
                ),
                (
                    "supplier",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="party.party",
                        verbose_name="where from",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["company", "state", "needed_on"], name="requisition_state")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gt", 0), models.Q(("what", ""), _negated=True)),
                        name="requisition_says_what",
                        violation_error_message="Say what you need, and how many: more than zero.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("order_line", None), ("state__in", ["open", "withdrawn", "declined"])),
                            ("state", "ordered"),
                            _connector="OR",
                        ),
                        name="requisition_state_true",
                        violation_error_message="Only what was ordered has a line of an order.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "declined"), _negated=True), models.Q(("reason", ""), _negated=True), _connector="OR"
                        ),
                        name="requisition_declined_why",
                        violation_error_message="Say why it is not ordered.",
                    ),
                ],
            },
        ),
        migrations.RunSQL(SQL.read_text(), f"DROP FUNCTION {FUNCTIONS} CASCADE"),
    ]
