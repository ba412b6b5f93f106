"""Payments settle invoices by allocations, so that one can settle several, or none yet; write-offs are rows of their own."""

from pathlib import Path

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import enfilade.core.fields

SQL = Path(__file__).resolve().parent.parent / "sql" / "open_items.sql"
# Of all companies: otherwise the owner of the tables sees no row of any. What was paid so far stands as allocated; what was given back
# was allocated until that day.
_MOVED = """
SELECT set_config('app.companies', (SELECT coalesce(array_agg(id), '{}')::text FROM core_company), true);
INSERT INTO billing_allocation (company_id, payment_id, invoice_id, amount_minor, "on", made_at, made_by_id, reason, state)
SELECT company_id, id, invoice_id, amount_minor - refunded_minor, "on", received_at, received_by_id, '', 'standing'
  FROM billing_payment WHERE kind = 'payment' AND amount_minor > refunded_minor;
INSERT INTO billing_allocation (company_id, payment_id, invoice_id, amount_minor, "on", made_at, made_by_id, undone_on, undone_by_id, reason, state)
SELECT p.company_id, p.id, p.invoice_id, r.amount_minor, p."on", p.received_at, p.received_by_id, greatest(r."on", p."on"), r.received_by_id, r.reason, 'undone'
  FROM billing_payment r JOIN billing_payment p ON p.id = r.refunds_id WHERE r.kind = 'refund';
UPDATE billing_payment SET allocated_minor = amount_minor - refunded_minor WHERE kind = 'payment' AND amount_minor > refunded_minor;
"""
_TRIGGERS = """
CREATE TRIGGER sum_allocation AFTER INSERT OR UPDATE ON billing_allocation FOR EACH ROW EXECUTE FUNCTION billing_sum_allocation();
CREATE TRIGGER sum_write_off AFTER INSERT OR UPDATE ON billing_writeoff FOR EACH ROW EXECUTE FUNCTION billing_sum_write_off();
CREATE TRIGGER guard_allocation BEFORE INSERT OR UPDATE OR DELETE ON billing_allocation FOR EACH ROW EXECUTE FUNCTION billing_guard_allocation();
CREATE TRIGGER guard_write_off BEFORE INSERT OR UPDATE OR DELETE ON billing_writeoff FOR EACH ROW EXECUTE FUNCTION billing_guard_write_off();
"""
_BACK = """
DROP FUNCTION billing_sum_allocation, billing_sum_write_off, billing_guard_allocation, billing_guard_write_off, billing_state_of CASCADE
"""


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0008_what_e_invoices_say"),
        ("books", "0006_pending_transfers"),
        ("core", "0019_lean_imports"),
        ("party", "0005_lean_contact_points"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Allocation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount_minor", enfilade.core.fields.AmountField(verbose_name="amount")),
                ("on", models.DateField(verbose_name="date")),
                ("made_at", models.DateTimeField(verbose_name="allocated at")),
                ("undone_on", models.DateField(null=True, verbose_name="taken back")),
                ("reason", models.TextField(blank=True)),
                (
                    "state",
                    models.TextField(choices=[("standing", "Standing"), ("undone", "Taken back")], default="standing", editable=False),
                ),
            ],
        ),
        migrations.CreateModel(
            name="WriteOff",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.TextField(
                        choices=[("small", "Small difference"), ("bad_debt", "Bad debt"), ("discount", "Discount for early payment")]
                    ),
                ),
                ("amount_minor", enfilade.core.fields.AmountField(verbose_name="amount")),
                ("net_minor", enfilade.core.fields.AmountField(verbose_name="net")),
                ("tax_minor", enfilade.core.fields.AmountField(verbose_name="tax")),
                ("shares", models.JSONField(default=list, verbose_name="shares by tax rate")),
                ("on", models.DateField(verbose_name="date")),
                ("reason", models.TextField()),
                ("written_at", models.DateTimeField(verbose_name="written off at")),
                ("undone_on", models.DateField(null=True, verbose_name="taken back")),
                (
                    "state",
                    models.TextField(choices=[("standing", "Standing"), ("undone", "Taken back")], default="standing", editable=False),
                ),
            ],
            options={
                "verbose_name": "write-off",
            },
        ),
        migrations.RemoveConstraint(
            model_name="invoice",
            name="invoice_never_overpaid",
        ),
        migrations.RemoveConstraint(
            model_name="invoice",
            name="invoice_state_true",
        ),
        migrations.RemoveConstraint(
            model_name="payment",
            name="refund_names_payment",
        ),
        migrations.RemoveConstraint(
            model_name="payment",
            name="payment_state_true",
        ),
        migrations.AddField(
            model_name="invoice",
            name="deducted_minor",
            field=enfilade.core.fields.AmountField(db_default=0, default=0, editable=False, verbose_name="deducted"),
        ),
        migrations.AddField(
            model_name="invoice",
            name="written_off_minor",
            field=enfilade.core.fields.AmountField(db_default=0, default=0, editable=False, verbose_name="written off"),
        ),
        migrations.AddField(
            model_name="payment",
            name="allocated_minor",
            field=enfilade.core.fields.AmountField(db_default=0, default=0, editable=False, verbose_name="allocated"),
        ),
        migrations.AddField(
            model_name="payment",
            name="voided_on",
            field=models.DateField(editable=False, null=True, verbose_name="void"),
        ),
        # PostgreSQL can't change what a column is reckoned from.
        migrations.RemoveField(model_name="invoice", name="open_minor"),
        migrations.AddField(
            model_name="invoice",
            name="open_minor",
            field=models.GeneratedField(
                db_persist=True,
                expression=django.db.models.expressions.CombinedExpression(
                    django.db.models.expressions.CombinedExpression(
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(models.F("total_minor"), "-", models.F("paid_minor")),
                            "-",
                            models.F("credited_minor"),
                        ),
                        "-",
                        models.F("deducted_minor"),
                    ),
                    "-",
                    models.F("written_off_minor"),
                ),
                output_field=enfilade.core.fields.AmountField(),
                verbose_name="open",
            ),
        ),
        migrations.AlterField(
            model_name="invoice",
            name="state",
            field=models.TextField(
                choices=[
                    ("draft", "Draft"),
                    ("issued", "Issued"),
                    ("part_paid", "Part paid"),
                    ("paid", "Paid"),
                    ("written_off", "Written off"),
                    ("void", "Void"),
                ],
                default="draft",
                editable=False,
            ),
        ),
        migrations.AlterField(
            model_name="payment",
            name="invoice",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="payments", to="billing.invoice"),
        ),
        migrations.AlterField(
            model_name="payment",
            name="state",
            field=models.TextField(
                choices=[("taken", "Taken"), ("refunded", "Refunded"), ("void", "Void")], default="taken", editable=False
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="rest_minor",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Case(
                    models.When(
                        kind="payment",
                        then=django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(models.F("amount_minor"), "-", models.F("refunded_minor")),
                            "-",
                            models.F("allocated_minor"),
                        ),
                        voided_on=None,
                    ),
                    default=models.Value(0),
                ),
                output_field=enfilade.core.fields.AmountField(),
                verbose_name="on account",
            ),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(condition=models.Q(("rest_minor__gt", 0)), fields=["company", "party"], name="payment_on_account"),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("credited_minor__gte", 0),
                    ("deducted_minor__gte", 0),
                    ("paid_minor__gte", 0),
                    ("written_off_minor__gte", 0),
                    (
                        "total_minor__gte",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(models.F("paid_minor"), "+", models.F("credited_minor")),
                                "+",
                                models.F("deducted_minor"),
                            ),
                            "+",
                            models.F("written_off_minor"),
                        ),
                    ),
                ),
                name="invoice_never_overpaid",
                violation_error_message="No more can be paid or credited than is owed.",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("issued_on", None),
                        ("number", None),
                        ("state", "draft"),
                        ("credited_minor", 0),
                        ("deducted_minor", 0),
                        ("paid_minor", 0),
                        ("written_off_minor", 0),
                    ),
                    models.Q(
                        ("number", None),
                        ("state", "void"),
                        ("credited_minor", 0),
                        ("deducted_minor", 0),
                        ("paid_minor", 0),
                        ("written_off_minor", 0),
                    ),
                    models.Q(
                        ("credited_minor", models.F("total_minor")),
                        ("state", "void"),
                        ("due_on__isnull", False),
                        ("issued_on__isnull", False),
                        ("number__isnull", False),
                    ),
                    models.Q(
                        ("paid_minor", 0),
                        ("state", "issued"),
                        ("due_on__isnull", False),
                        ("issued_on__isnull", False),
                        ("number__isnull", False),
                        models.Q(
                            (
                                "total_minor",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("paid_minor"), "+", models.F("credited_minor")
                                        ),
                                        "+",
                                        models.F("deducted_minor"),
                                    ),
                                    "+",
                                    models.F("written_off_minor"),
                                ),
                            ),
                            _negated=True,
                        ),
                    ),
                    models.Q(
                        ("paid_minor__gt", 0),
                        ("state", "part_paid"),
                        ("due_on__isnull", False),
                        ("issued_on__isnull", False),
                        ("number__isnull", False),
                        models.Q(
                            (
                                "total_minor",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("paid_minor"), "+", models.F("credited_minor")
                                        ),
                                        "+",
                                        models.F("deducted_minor"),
                                    ),
                                    "+",
                                    models.F("written_off_minor"),
                                ),
                            ),
                            _negated=True,
                        ),
                    ),
                    models.Q(
                        ("state", "paid"),
                        ("written_off_minor", 0),
                        ("due_on__isnull", False),
                        ("issued_on__isnull", False),
                        ("number__isnull", False),
                        (
                            "total_minor",
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("paid_minor"), "+", models.F("credited_minor")
                                    ),
                                    "+",
                                    models.F("deducted_minor"),
                                ),
                                "+",
                                models.F("written_off_minor"),
                            ),
                        ),
                    ),
                    models.Q(
                        ("state", "written_off"),
                        ("written_off_minor__gt", 0),
                        ("due_on__isnull", False),
                        ("issued_on__isnull", False),
                        ("number__isnull", False),
                        (
                            "total_minor",
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("paid_minor"), "+", models.F("credited_minor")
                                    ),
                                    "+",
                                    models.F("deducted_minor"),
                                ),
                                "+",
                                models.F("written_off_minor"),
                            ),
                        ),
                    ),
                    _connector="OR",
                ),
                name="invoice_state_true",
                violation_error_message="The state of an invoice follows from its number and its amounts.",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("allocated_minor__gte", 0),
                    (
                        "allocated_minor__lte",
                        django.db.models.expressions.CombinedExpression(models.F("amount_minor"), "-", models.F("refunded_minor")),
                    ),
                ),
                name="payment_never_overallocated",
                violation_error_message="No more of a payment can be allocated than is left of it.",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "payment"), ("refunds", None)),
                    models.Q(("allocated_minor", 0), ("kind", "refund"), ("refunded_minor", 0), ("refunds__isnull", False)),
                    _connector="OR",
                ),
                name="refund_names_payment",
                violation_error_message="A refund names the payment it gives back.",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("refunded_minor", models.F("amount_minor")), ("state", "refunded"), ("voided_on", None)),
                    models.Q(
                        ("state", "taken"), ("voided_on", None), models.Q(("refunded_minor", models.F("amount_minor")), _negated=True)
                    ),
                    models.Q(
                        ("allocated_minor", 0),
                        ("kind", "payment"),
                        ("method", "transfer"),
                        ("refunded_minor", 0),
                        ("state", "void"),
                        ("voided_on__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="payment_state_true",
                violation_error_message="Refunded is what was given back wholly, void only a transfer of which nothing is used.",
            ),
        ),
        migrations.AddField(
            model_name="allocation",
            name="company",
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
        ),
        migrations.AddField(
            model_name="allocation",
            name="invoice",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="allocations", to="billing.invoice"),
        ),
        migrations.AddField(
            model_name="allocation",
            name="made_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="allocated by"
            ),
        ),
        migrations.AddField(
            model_name="allocation",
            name="payment",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="allocations", to="billing.payment"),
        ),
        migrations.AddField(
            model_name="allocation",
            name="undone_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="taken back by",
            ),
        ),
        migrations.AddField(
            model_name="writeoff",
            name="company",
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
        ),
        migrations.AddField(
            model_name="writeoff",
            name="invoice",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="write_offs", to="billing.invoice"),
        ),
        migrations.AddField(
            model_name="writeoff",
            name="undone_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="taken back by",
            ),
        ),
        migrations.AddField(
            model_name="writeoff",
            name="written_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="written off by"
            ),
        ),
        migrations.AddIndex(
            model_name="allocation",
            index=models.Index(fields=["company", "on"], name="allocation_day"),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)),
                name="allocation_above_zero",
                violation_error_message="An amount above zero is allocated.",
            ),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "standing"), ("undone_by", None), ("undone_on", None)),
                    models.Q(("state", "undone"), ("undone_by__isnull", False), ("undone_on__isnull", False)),
                    _connector="OR",
                ),
                name="allocation_undone_by_somebody",
                violation_error_message="What was taken back says when and by whom.",
            ),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.CheckConstraint(
                condition=models.Q(("undone_on", None), ("undone_on__gte", models.F("on")), _connector="OR"),
                name="allocation_undone_later",
                violation_error_message="Nothing is taken back before it was allocated.",
            ),
        ),
        migrations.AddIndex(
            model_name="writeoff",
            index=models.Index(fields=["company", "on"], name="write_off_day"),
        ),
        migrations.AddConstraint(
            model_name="writeoff",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount_minor", django.db.models.expressions.CombinedExpression(models.F("net_minor"), "+", models.F("tax_minor"))),
                    ("amount_minor__gt", 0),
                    ("net_minor__gte", 0),
                    ("tax_minor__gte", 0),
                ),
                name="write_off_adds_up",
                violation_error_message="What is written off is above zero, and net and tax make it up.",
            ),
        ),
        migrations.AddConstraint(
            model_name="writeoff",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "standing"), ("undone_by", None), ("undone_on", None)),
                    models.Q(("state", "undone"), ("undone_by__isnull", False), ("undone_on__gte", models.F("on"))),
                    _connector="OR",
                ),
                name="write_off_undone_by_somebody",
                violation_error_message="What was taken back says when, not before it was written off, and by whom.",
            ),
        ),
        migrations.AddConstraint(
            model_name="writeoff",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True),
                name="write_off_has_reason",
                violation_error_message="A write-off has a reason.",
            ),
        ),
        migrations.AddIndex(
            model_name="allocation",
            index=models.Index(condition=models.Q(("undone_on__isnull", False)), fields=["company", "undone_on"], name="allocation_undone"),
        ),
        migrations.AddIndex(
            model_name="writeoff",
            index=models.Index(condition=models.Q(("undone_on__isnull", False)), fields=["company", "undone_on"], name="write_off_undone"),
        ),
        migrations.RunSQL([SQL.read_text(), _MOVED, "SET CONSTRAINTS ALL IMMEDIATE", _TRIGGERS, "SET CONSTRAINTS ALL DEFERRED"], _BACK),
    ]
