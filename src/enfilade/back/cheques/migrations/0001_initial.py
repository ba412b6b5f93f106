"""Cheques: books, what was written from them, what was received and deposited; and what guards them."""

from pathlib import Path

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import enfilade.core.fields

SQL = Path(__file__).resolve().parent.parent / "sql" / "guards.sql"
FUNCTIONS = "cheques_guard_book, cheques_guard_written, cheques_guard_received, cheques_guard_slip, cheques_slip_adds_up"


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("banking", "0007_return_codes"),
        ("billing", "0016_set_off"),
        ("core", "0020_waiting_rows"),
        ("party", "0006_lean_parts"),
        ("payables", "0005_set_off"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ChequeBook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first_number", models.PositiveBigIntegerField(verbose_name="first number")),
                ("last_number", models.PositiveBigIntegerField(verbose_name="last number")),
                ("next_number", models.PositiveBigIntegerField(editable=False, verbose_name="next number")),
                ("right_mm", models.SmallIntegerField(default=0, verbose_name="moved to the right (mm)")),
                ("down_mm", models.SmallIntegerField(default=0, verbose_name="moved down (mm)")),
                ("stale_days", models.PositiveSmallIntegerField(default=180, verbose_name="stale after days")),
                ("state", models.TextField(choices=[("open", "In use"), ("ended", "Ended")], default="open", editable=False)),
                (
                    "bank_account",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="cheque_books", to="banking.bankaccount"),
                ),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
            ],
            options={
                "verbose_name": "cheque book",
            },
        ),
        migrations.CreateModel(
            name="DepositSlip",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.TextField(editable=False)),
                ("on", models.DateField(verbose_name="date")),
                ("currency", models.CharField(editable=False, max_length=3)),
                ("total_minor", enfilade.core.fields.AmountField(verbose_name="total")),
                ("cheque_count", models.PositiveIntegerField(verbose_name="cheques")),
                ("made_at", models.DateTimeField(verbose_name="made at")),
                ("credited_on", models.DateField(null=True, verbose_name="credited")),
                (
                    "state",
                    models.TextField(choices=[("deposited", "At the bank"), ("credited", "Credited")], default="deposited", editable=False),
                ),
                (
                    "bank_account",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="deposit_slips", to="banking.bankaccount"),
                ),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.storedfile",
                        verbose_name="list for the bank",
                    ),
                ),
                ("made_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "verbose_name": "deposit slip",
            },
        ),
        migrations.CreateModel(
            name="ReceivedCheque",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=30)),
                ("bank", models.CharField(max_length=100, verbose_name="drawn on")),
                ("currency", models.CharField(editable=False, max_length=3)),
                ("amount_minor", enfilade.core.fields.AmountField(verbose_name="amount")),
                ("received_on", models.DateField(verbose_name="received")),
                ("dated_on", models.DateField(verbose_name="date on the cheque")),
                ("received_at", models.DateTimeField(verbose_name="entered at")),
                ("ended_on", models.DateField(null=True, verbose_name="came back")),
                ("reason", models.TextField(blank=True, verbose_name="why it came back")),
                ("charged_on", models.DateField(null=True, verbose_name="charged back by the bank")),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("held", "Kept for its day"),
                            ("received", "To deposit"),
                            ("deposited", "At the bank"),
                            ("credited", "Credited"),
                            ("bounced", "Bounced"),
                            ("given_back", "Given back"),
                        ],
                        default="held",
                        editable=False,
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="received_cheques", to="billing.invoice"
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="received_cheques", to="party.party", verbose_name="from"
                    ),
                ),
                (
                    "payment",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="cheque", to="billing.payment"
                    ),
                ),
                (
                    "received_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                (
                    "slip",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cheques",
                        to="cheques.depositslip",
                        verbose_name="deposit slip",
                    ),
                ),
            ],
            options={
                "verbose_name": "received cheque",
            },
        ),
        migrations.CreateModel(
            name="WrittenCheque",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveBigIntegerField(editable=False)),
                ("currency", models.CharField(editable=False, max_length=3)),
                ("amount_minor", enfilade.core.fields.AmountField(verbose_name="amount")),
                ("on", models.DateField(verbose_name="date")),
                ("written_at", models.DateTimeField(verbose_name="written at")),
                ("presented_on", models.DateField(null=True, verbose_name="paid by the bank on")),
                ("voided_on", models.DateField(null=True, verbose_name="void since")),
                (
                    "why",
                    models.TextField(
                        blank=True,
                        choices=[
                            ("void", "Given up"),
                            ("stopped", "Stopped at the bank"),
                            ("lost", "Lost"),
                            ("stale", "Not presented in time"),
                            ("spoiled", "Spoiled"),
                        ],
                        verbose_name="why void",
                    ),
                ),
                ("reason", models.TextField(blank=True)),
                (
                    "state",
                    models.TextField(
                        choices=[("issued", "On its way"), ("presented", "Paid by the bank"), ("void", "Void")],
                        default="issued",
                        editable=False,
                    ),
                ),
                (
                    "bank_account",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="banking.bankaccount"
                    ),
                ),
                (
                    "book",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cheques",
                        to="cheques.chequebook",
                        verbose_name="cheque book",
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
                ),
                (
                    "payee",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="cheques", to="party.party", verbose_name="to"
                    ),
                ),
                (
                    "payment",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="cheque", to="payables.supplierpayment"
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                "verbose_name": "cheque",
            },
        ),
        migrations.AddConstraint(
            model_name="chequebook",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("first_number__gt", 0), ("last_number__gte", models.F("first_number")), ("last_number__lt", 1000000000000)
                ),
                name="cheque_book_has_numbers",
                violation_error_message="The numbers of a cheque book go from one above zero up to one of at most twelve digits.",
            ),
        ),
        migrations.AddConstraint(
            model_name="chequebook",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("next_number__gte", models.F("first_number")),
                    ("next_number__lte", django.db.models.expressions.CombinedExpression(models.F("last_number"), "+", models.Value(1))),
                ),
                name="cheque_book_next_in_bounds",
                violation_error_message="This cheque book is used up.",
            ),
        ),
        migrations.AddConstraint(
            model_name="chequebook",
            constraint=models.CheckConstraint(
                condition=models.Q(("down_mm__gte", -50), ("down_mm__lte", 50), ("right_mm__gte", -50), ("right_mm__lte", 50)),
                name="cheque_book_moved_little",
                violation_error_message="A print is moved by 50 millimetres at most.",
            ),
        ),
        migrations.AddConstraint(
            model_name="chequebook",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    (
                        models.Func(
                            models.F("bank_account"),
                            models.F("bank_account"),
                            models.Value("[]"),
                            function="int8range",
                            output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField(),
                        ),
                        "&&",
                    ),
                    (
                        models.Func(
                            models.F("first_number"),
                            models.F("last_number"),
                            models.Value("[]"),
                            function="int8range",
                            output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField(),
                        ),
                        "&&",
                    ),
                ],
                name="cheque_numbers_in_one_book",
                violation_error_message="Another cheque book of this account has some of these numbers.",
            ),
        ),
        migrations.AddIndex(
            model_name="depositslip",
            index=models.Index(condition=models.Q(("state", "deposited")), fields=["company", "total_minor"], name="deposit_at_bank"),
        ),
        migrations.AddConstraint(
            model_name="depositslip",
            constraint=models.UniqueConstraint(
                fields=("company", "number"),
                name="deposit_slip_number_once",
                violation_error_message="This number of a deposit slip is taken.",
            ),
        ),
        migrations.AddConstraint(
            model_name="depositslip",
            constraint=models.CheckConstraint(
                condition=models.Q(("cheque_count__gt", 0), ("total_minor__gt", 0)),
                name="deposit_of_cheques",
                violation_error_message="A deposit slip has at least one cheque.",
            ),
        ),
        migrations.AddConstraint(
            model_name="depositslip",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("credited_on", None), ("state", "deposited")),
                    models.Q(("credited_on__isnull", False), ("state", "credited")),
                    _connector="OR",
                ),
                name="deposit_slip_state_true",
                violation_error_message="A slip is credited on a day.",
            ),
        ),
        migrations.AddIndex(
            model_name="receivedcheque",
            index=models.Index(
                condition=models.Q(("state__in", ["held", "received"])), fields=["company", "dated_on"], name="received_to_deposit"
            ),
        ),
        migrations.AddConstraint(
            model_name="receivedcheque",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "given_back"), _negated=True),
                fields=("company", "party", "bank", "number"),
                name="received_cheque_once",
                violation_error_message="This cheque was entered already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="receivedcheque",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)),
                name="received_cheque_above_zero",
                violation_error_message="A cheque is over more than zero.",
            ),
        ),
        migrations.AddConstraint(
            model_name="receivedcheque",
            constraint=models.CheckConstraint(
                condition=models.Q(("charged_on", None), ("state", "bounced"), _connector="OR"),
                name="received_cheque_charged_back",
                violation_error_message="The bank charges back what bounced.",
            ),
        ),
        migrations.AddConstraint(
            model_name="receivedcheque",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("number", ""), _negated=True), models.Q(("bank", ""), _negated=True)),
                name="received_cheque_named",
                violation_error_message="Give the number of the cheque and its bank, as they stand on it.",
            ),
        ),
        migrations.AddConstraint(
            model_name="receivedcheque",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_on", None), ("payment", None), ("slip", None), ("state", "held")),
                    models.Q(("ended_on", None), ("payment__isnull", False), ("slip", None), ("state", "received")),
                    models.Q(
                        ("ended_on", None), ("payment__isnull", False), ("slip__isnull", False), ("state__in", ["deposited", "credited"])
                    ),
                    models.Q(
                        ("ended_on__gte", models.F("received_on")),
                        ("payment__isnull", False),
                        ("slip__isnull", False),
                        ("state", "bounced"),
                        models.Q(("reason", ""), _negated=True),
                    ),
                    models.Q(
                        ("ended_on__gte", models.F("received_on")),
                        ("slip", None),
                        ("state", "given_back"),
                        models.Q(("reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="received_cheque_state_true",
                violation_error_message="The state of a cheque follows from its payment, its deposit and why it came back.",
            ),
        ),
        migrations.AddIndex(
            model_name="writtencheque",
            index=models.Index(condition=models.Q(("state", "issued")), fields=["company", "on"], name="cheque_on_its_way"),
        ),
        migrations.AddIndex(
            model_name="writtencheque",
            index=models.Index(fields=["company", "payee", "-id"], name="cheque_of"),
        ),
        migrations.AddConstraint(
            model_name="writtencheque",
            constraint=models.UniqueConstraint(
                fields=("bank_account", "number"),
                name="cheque_number_once",
                violation_error_message="This number of a cheque was used already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="writtencheque",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount_minor__gt", 0), ("payee__isnull", False), ("payment__isnull", False)),
                    models.Q(("amount_minor", 0), ("payee", None), ("payment", None), ("state", "void"), ("why", "spoiled")),
                    _connector="OR",
                ),
                name="cheque_pays_somebody",
                violation_error_message="A cheque pays somebody more than zero, or its form is spoiled.",
            ),
        ),
        migrations.AddConstraint(
            model_name="writtencheque",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("presented_on", None), ("state", "issued"), ("voided_on", None), ("why", "")),
                    models.Q(("presented_on__isnull", False), ("state", "presented"), ("voided_on", None), ("why", "")),
                    models.Q(
                        ("presented_on", None),
                        ("state", "void"),
                        ("voided_on__gte", models.F("on")),
                        models.Q(("why", ""), _negated=True),
                        models.Q(("reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="cheque_state_true",
                violation_error_message="A cheque is void for a reason, and not before it was written.",
            ),
        ),
        migrations.RunSQL(SQL.read_text(), f"DROP FUNCTION {FUNCTIONS} CASCADE"),
    ]
