"""Payment runs by ACH: accounts in the United States, the file of Nacha, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from enfilade.back.banking.models import BankAccount, StatementLine
from enfilade.back.banking.rules import US_DAYS
from enfilade.back.banking.tests.desk import Move, camt
from enfilade.back.payables import rules
from enfilade.back.payables.commands import (
    cancel_run,
    confirm_account,
    enter_account,
    enter_us_account,
    mark_sent,
    release_run,
    set_ach_originator,
)
from enfilade.back.payables.formats import nacha
from enfilade.back.payables.guesses import OrderFacts
from enfilade.back.payables.models import Bill, PaymentRun, SupplierAccount
from enfilade.back.payables.queries import to_pay_by
from enfilade.base.party.models import Party
from enfilade.core.command import run_raw
from enfilade.core.context import Refusal
from enfilade.core.files import open_file
from enfilade.core.scope import scope
from enfilade.core.testing import race
from enfilade.core.verify import verify_all

from .nacha_reader import read
from .office import LAB_IBAN, Office
from .test_bills import attacked, code_of
from .test_paying import accept, best

pytestmark = pytest.mark.django_db(transaction=True)
OURS, THEIRS, SAVINGS = "021000021", "111000025", "011401533"
NAMES = st.text("aZ1 äöüßŁé漢*\\~^-/&.'\n", min_size=1, max_size=40)
AMOUNT = st.integers(1, 10**8) | st.integers(1, nacha.AMOUNT_MAX)


class AmericanOffice(Office):
    """An office that keeps its books in dollars; `house` is its account at a bank in the United States."""

    def __init__(self) -> None:
        super().__init__(currency="USD")
        self.house: BankAccount = self.open_account("Operating", "000123456789", "1298", "USD")
        run_raw(self.ctx, "banking.change_bankaccount", {"bankaccount": self.house.pk, "routing": OURS})
        self.day = rules.first_ach_day(self.today, 1)

    def set_up(self, **more: Any) -> None:
        """What the agreement with the bank says."""
        given = {"bank_account": self.house, "bank_name": "First Bank", "identification": "1-123456789", "company_name": "Ørsted & Co"}
        set_ach_originator(self.ctx, **(given | more))

    def known_us(
        self, supplier: Party, routing: str = THEIRS, number: str = "12345-678", kind: str = "checking", **more: Any
    ) -> SupplierAccount:
        """An account that a second person confirmed."""
        made = enter_us_account(replace(self.ctx, key=""), supplier=supplier, routing=routing, number=number, kind=kind, **more)
        return confirm_account(self.boss, account=made, evidence="Called them.")

    def run_us(self, *bills: Bill, **more: Any) -> PaymentRun:
        """A run from the account in the United States."""
        return self.run(*bills, bank_account=self.house, pay_on=self.day, **more)

    def settled(self, amount: str, number: str = "1", **said: Any) -> StatementLine:
        """What the statement of the bank in the United States says, as a line that names no account. number: of the statement, from 1."""
        moves, closing = [Move(self.today, amount, iban="", **said)], f"{float(amount) * int(number):.2f}"
        opening = f"{float(amount) * (int(number) - 1):.2f}"
        data = camt(opening, closing, moves, self.today, account=self.house.number, number=number, currency="USD")
        taken = self.take(data)
        with scope(self.company.pk):
            return StatementLine.objects.visible_to(self.ctx).get(statement__bank_file=taken)

    def file_of(self, run: PaymentRun) -> dict[str, Any]:
        """What the file of a run says, read strictly."""
        with scope(self.company.pk), open_file(run.file) as content:
            return read(content.read())


@pytest.fixture
def america() -> AmericanOffice:
    """A company that can pay by ACH once that is set up."""
    return AmericanOffice()


def test_a_run_by_ach_is_made_released_read_and_paid(america: AmericanOffice) -> None:
    """A company and a person: two batches. 119.00 less a note over 19.00; 50.00 to savings."""
    america.set_up()
    ada = run_raw(america.ctx, "party.add_party", {"kind": "person", "given_name": "Ada", "family_name": "Šmíd", "role": "supplier"})
    america.known_us(america.lab)
    america.known_us(ada, SAVINGS, "ab 77", kind="savings")
    bills = [america.approved("R-77"), america.approved("G-1", 1_900, kind="credit_note"), america.approved("E-5", 5_000, supplier=ada)]
    run = america.run_us(*bills)
    assert (run.scheme, run.total_minor, run.order_count) == ("ACH", 15_000, 2)
    assert code_of(lambda: release_run(america.ctx, run=run)) == "own_run"
    run = release_run(america.boss, run=run)
    file = america.file_of(run)
    assert run.file is not None
    assert run.file.name == f"{run.number}.ach"
    head = file["header"]
    assert [head[name].strip() for name in ("destination", "origin", "destination_name", "origin_name", "modifier")] == [
        OURS, "1123456789", "FIRST BANK", "ORSTED + CO", "A",
    ]  # fmt: skip
    orders = america.orders(run)
    assert [order.trace for order in orders] == ["021000020000001", "021000020000002"]
    said = [
        (b["entry_class"], b["service"], b["effective"], b["discretionary"].strip(), e["code"], e["bank"], e["account"].strip())
        for b in file["batches"]
        for e in b["entries"]
    ]
    day = f"{america.day:%y%m%d}"
    assert said == [
        ("CCD", "220", day, run.number, "22", THEIRS[:8], "12345-678"),
        ("PPD", "220", day, run.number, "32", SAVINGS[:8], "AB77"),
    ]
    entries = [e for b in file["batches"] for e in b["entries"]]
    assert [(e["name"].strip(), int(e["amount"]), e["trace"]) for e in entries] == [
        ("DENTALLABOR SUED", 10_000, orders[0].trace),
        ("ADA SMID", 5_000, orders[1].trace),
    ]
    assert [e["information"] for e in entries] == ["RMR*IV*R-77*PI*119.00\\RMR*IV*G-1*PI*-19.00\\", "RMR*IV*E-5*PI*50.00\\"]
    assert entries[0]["reference"].strip() == orders[0].end_to_end.replace("-", "")
    mark_sent(america.ctx, run=run)
    line = america.settled("-150.00", name="ACH", purpose=f"Settlement {run.number}")
    assert best(america, line).percent == 97
    accept(america, line)
    assert [america.fresh(row).state for row in (run, *orders, *bills)] == ["done", "paid", "paid", "paid", "paid", "paid"]
    with scope(america.company.pk):
        assert verify_all(america.ctx) == []


def test_a_balanced_file_debits_our_account_and_the_next_file_of_a_day_has_another_letter(america: AmericanOffice) -> None:
    america.set_up(balanced=True, origin="1987654321", destination="061000146")
    america.known_us(america.lab)
    for modifier, number in (("A", "R-1"), ("B", "R-2")):
        file = america.file_of(release_run(america.boss, run=america.run_us(america.approved(number, 11_900))))
        assert [file["header"][name].strip() for name in ("modifier", "origin", "destination")] == [modifier, "1987654321", "061000146"]
        [batch] = file["batches"]
        credit, debit = batch["entries"]
        assert (batch["service"], credit["code"], debit["code"], debit["amount"]) == ("200", "22", "27", credit["amount"])
        assert (debit["bank"] + debit["check"], debit["account"].strip()) == (OURS, "000123456789")


def test_accounts_of_both_kinds_are_checked_confirmed_and_not_changed(america: AmericanOffice) -> None:
    enter: Callable[..., SupplierAccount] = lambda **more: enter_us_account(  # noqa: E731
        replace(america.ctx, key=""), **{"supplier": america.lab, "routing": THEIRS, "number": "1", "kind": "checking", **more}
    )
    assert code_of(lambda: enter(routing="111000026")) == "bad_routing"
    assert code_of(lambda: enter(routing="000000000")) == "bad_routing"
    assert code_of(lambda: enter(number="1" * 18)) == "bad_number"
    assert code_of(lambda: enter(number="Ü1")) == "bad_number"
    account = enter(routing=" 1110 0002-5")
    assert (account.routing, str(account), account.state) == (THEIRS, f"{THEIRS} / 1", "entered")
    assert code_of(enter) == "supplier_account_once"
    assert code_of(lambda: confirm_account(america.ctx, account=account, evidence="I know.")) == "own_account"
    bill = america.approved("R-1")
    america.set_up()
    assert code_of(lambda: america.run_us(bill)) == "no_account"
    enter_account(replace(america.ctx, key=""), supplier=america.lab, iban=LAB_IBAN)
    update = "UPDATE payables_supplieraccount SET "
    for change in ("routing = '021000021'", "number = '2'", "kind = 'savings'", "iban = 'DE'"):
        assert attacked(america, update + change) == "supplier_account_unchanged"
    same = "company_id, supplier_id, entered_by_id, entered_at"
    columns = f"{same}, bic, holder, evidence, state, iban, routing, number, kind"
    copied = f"INSERT INTO payables_supplieraccount ({columns}) SELECT {same}, '', '', '', 'entered'"
    for values, constraint in (
        ("'', '', '', ''", "supplier_account_one_kind"),
        (f"'{LAB_IBAN}', '{THEIRS}', '2', 'checking'", "supplier_account_one_kind"),
        ("'', '111000026', '2', 'checking'", "supplier_account_routing"),
        (f"'', '{THEIRS}', '2', ''", "supplier_account_us"),
        (f"'', '{THEIRS}', '2 2', 'checking'", "supplier_account_us"),
    ):
        assert attacked(america, f"{copied}, {values} FROM payables_supplieraccount LIMIT 1") == constraint
    assert attacked(america, "UPDATE banking_bankaccount SET routing = '021000022'") == "bank_account_routing"


def test_what_ach_can_not_pay_is_said_with_why(america: AmericanOffice, office: Office) -> None:
    bill = america.approved("R-1")
    assert code_of(lambda: america.run_us(bill)) == "no_originator"
    assert code_of(lambda: america.set_up(bank_account=america.bank)) == "no_routing"
    assert code_of(lambda: america.set_up(company_name="漢")) == "no_name"
    assert code_of(lambda: america.set_up(identification="12-3")) == "ach_originator_identification"
    america.set_up(lead_days=2)
    assert code_of(lambda: america.run(bill, bank_account=america.house, pay_on=america.day)) in {"too_soon", "not_a_banking_day"}
    sunday = next(day for n in range(1, 8) if (day := america.days(n)).weekday() == 6)
    assert code_of(lambda: america.run(bill, bank_account=america.house, pay_on=sunday)) == "not_a_banking_day"
    america.set_up()
    america.known(america.lab, LAB_IBAN)
    assert code_of(lambda: america.run_us(bill)) == "other_kind"
    with scope(america.company.pk):
        [held] = to_pay_by(america.ctx, america.today.replace(year=america.today.year + 1), 10, "ACH")
    assert held.why.startswith("Only an IBAN is known")
    assert code_of(lambda: america.run(bill)) == "not_ach"  # in dollars, but without a routing number
    america.known_us(america.lab, number="9")
    large = america.approved("R-2", 10_000_000_000)
    assert code_of(lambda: america.run_us(large)) == "too_large"
    # What a bill says of an IBAN is nothing that ACH could pay to; the account that two people confirmed is paid.
    named = america.run_us(america.approved("R-3", iban=LAB_IBAN))
    assert [order.supplier_account.number for order in america.orders(named)] == ["9"]
    run = america.run_us(bill)
    assert attacked(america, "UPDATE payables_paymentrun SET scheme = 'SEPA'") == "payment_run_unchanged"
    with scope(america.company.pk):
        iban = SupplierAccount.objects.visible_to(america.ctx).get(iban=LAB_IBAN).pk
    columns = "company_id, run_id, supplier_id, supplier_account_id, holder, amount_minor, currency, end_to_end, remittance, state, trace"
    copied = f"INSERT INTO payables_paymentorder ({columns}) SELECT company_id, run_id, supplier_id,"
    rest = "holder, 1, currency, 'X', '', 'planned'"
    for values, constraint in (
        (f"{iban}, {rest}, '021000029999999'", "payment_order_of_scheme"),
        (f"supplier_account_id, {rest}, ''", "payment_order_traced"),
        (f"supplier_account_id, {rest}, trace", "payment_order_trace_once"),
        (f"supplier_account_id, {rest}, '1'", "payment_order_trace_form"),
    ):
        assert attacked(america, f"{copied} {values} FROM payables_paymentorder LIMIT 1") == constraint
    run_raw(america.ctx, "banking.change_bankaccount", {"bankaccount": america.house.pk, "routing": THEIRS})
    assert code_of(lambda: release_run(america.boss, run=america.fresh(run))) == "routing_changed"

    # The other way round, in euro.
    made = enter_us_account(office.ctx, supplier=office.lab, routing=THEIRS, number="1", kind="checking")
    confirm_account(office.boss, account=made, evidence="Called them.")
    assert code_of(lambda: office.run(office.approved("R-1"))) == "other_kind"
    run_raw(office.ctx, "banking.change_bankaccount", {"bankaccount": office.bank.pk, "number": "1", "routing": OURS})
    with pytest.raises(Refusal, match="ACH pays in US dollars"):
        office.run(office.approved("R-2"), bank_account=office.fresh(office.bank))


def test_the_page_begins_with_the_account_that_a_run_can_pay_from(america: AmericanOffice, client: Any) -> None:
    """The first account in dollars has no routing number: neither SEPA nor ACH pays from it. Whoever chooses it sees it."""
    client.force_login(america.ctx.user)
    option = '<option value="{}" selected>{}</option>'
    america.known_us(america.lab)
    america.approved("R-1")
    page = client.get("/payables/to-pay/?ahead=all").content.decode()
    assert option.format(america.house.pk, "Operating") in page
    assert "SEPA does not reach" not in page
    assert "SEPA does not reach" in client.get(f"/payables/to-pay/?ahead=all&bank_account={america.bank.pk}").content.decode()


def test_a_debit_of_our_account_has_ten_digits(america: AmericanOffice) -> None:
    """Two transfers that fit, and their sum, which does not where the file debits our account."""
    america.set_up(balanced=True)
    america.known_us(america.lab)
    america.known_us(america.landlord, number="8")
    run = america.run_us(america.approved("R-1", 6_000_000_000), america.approved("R-2", 6_000_000_000, supplier=america.landlord))
    assert code_of(lambda: release_run(america.boss, run=run)) == "too_large"
    america.set_up()
    assert america.file_of(release_run(america.boss, run=run))["control"]["credit"] == "012000000000"


def test_a_holder_without_latin_letters_is_refused_at_the_release(america: AmericanOffice) -> None:
    america.set_up()
    america.known_us(america.lab, holder="漢字")
    run = america.run_us(america.approved("R-1"))
    assert code_of(lambda: release_run(america.boss, run=run)) == "no_name"
    assert america.fresh(run).state == "draft"


def test_a_trace_number_is_used_once_whoever_draws_it_and_whatever_becomes_of_it(america: AmericanOffice) -> None:
    america.set_up()
    america.known_us(america.lab)
    bills = [america.approved(f"R-{n}", 1_000 + n) for n in range(9)]
    cancel_run(america.ctx, run=america.run_us(bills[8]), reason="By mistake.")
    done = race(8, lambda n: america.run_us(bills[n % 8]))
    assert all(isinstance(run, PaymentRun) for run in done), done
    traces = sorted(order.trace for run in done for order in america.orders(run))
    assert traces == [f"02100002{number:07d}" for number in range(2, 10)]


def test_banks_of_the_united_states_rest_on_their_own_days() -> None:
    """Source: Federal Reserve Financial Services, holiday schedule: Independence Day of 2026 is a Saturday, so Friday is worked."""
    assert not US_DAYS.is_open(date(2026, 11, 26))
    assert not US_DAYS.is_open(date(2027, 7, 5))
    assert US_DAYS.is_open(date(2026, 7, 3))
    assert US_DAYS.is_open(date(2026, 4, 3))
    assert rules.first_ach_day(date(2026, 11, 25), 1) == date(2026, 11, 27)
    assert rules.first_ach_day(date(2026, 11, 28), 0) == date(2026, 11, 30)


@pytest.mark.parametrize(("text", "plain"), [("0210 0002-1", OURS), ("021000022", ""), ("21000021", ""), ("02100002A", ""), ("", "")])
def test_a_routing_number_is_checked(text: str, plain: str) -> None:
    assert rules.plain_routing(text) == plain


NUMBERS = st.from_regex(r"[A-Z0-9-]{1,17}", fullmatch=True)
ENTRY = st.builds(
    nacha.Entry,
    account=st.builds(
        nacha.Account, st.sampled_from([OURS, THEIRS, SAVINGS]), st.from_regex(r"[A-Z0-9-]{1,17}", fullmatch=True), st.booleans()
    ),
    person=st.booleans(),
    name=NAMES.map(lambda text: f"N{text}"),
    amount_minor=AMOUNT,
    reference=st.integers(1, 1_000).map(lambda n: f"P-2026-00001-{n}"),
    information=st.lists(st.tuples(NAMES, NAMES, st.integers(-(10**9), 10**9)), min_size=1, max_size=9).map(
        lambda parts: rules.remittance_segments(parts, 80)
    ),
    trace=st.just(""),
)


@given(st.lists(ENTRY, min_size=1, max_size=30), st.booleans(), NAMES, st.sampled_from(nacha.MODIFIERS))
def test_every_file_is_as_the_rules_have_it(entries: list[nacha.Entry], balanced: bool, name: str, modifier: str) -> None:
    """Lines of 94 ASCII characters in blocks of ten; counts, hash and sums of every control record are those of what is in it."""
    assume(not balanced or sum(entry.amount_minor for entry in entries) <= nacha.AMOUNT_MAX)
    traced = [replace(entry, trace=f"02100002{n:07d}") for n, entry in enumerate(entries, 1)]
    offset = nacha.Account(OURS, "1", False) if balanced else None
    originator = nacha.Originator(OURS, name, "1123456789", f"C{name}", "1123456789", "02100002", offset)
    more = {"number": "P-2026-00001", "made_at": datetime(2026, 11, 29, 8, 5), "modifier": modifier, "pay_on": date(2026, 11, 30)}  # noqa: DTZ001 - local
    found = read(nacha.credit_file(originator, traced, offset_traces=["021000020000098", "021000020000099"], **more))
    assert int(found["control"]["credit"]) == sum(entry.amount_minor for entry in entries)
    assert int(found["control"]["debit"]) == (sum(entry.amount_minor for entry in entries) if balanced else 0)
    assert found["header"]["date"] + found["header"]["time"] == "2611290805"


@given(st.lists(st.tuples(NAMES, NAMES, st.integers(-(10**11), 10**11)), min_size=1, max_size=20))
def test_what_a_supplier_reads_fits_and_is_of_whole_segments(parts: list[tuple[str, str, int]]) -> None:
    text = rules.remittance_segments(parts, 80)
    assert len(text) <= 80
    assert text.endswith("\\")
    assert text.isascii()
    assert {segment.split("*")[0] for segment in text.split("\\")[:-1]} <= {"RMR", "NTE"}


def test_a_line_of_the_bank_without_an_account_is_not_that_of_every_supplier(america: AmericanOffice) -> None:
    """Where neither has an IBAN, that is no likeness."""
    america.set_up()
    america.known_us(america.lab)
    run = mark_sent(america.ctx, run=release_run(america.boss, run=america.run_us(america.approved("R-1"))))
    [order] = america.orders(run)
    line = america.settled("-119.00", name="Somebody")
    assert best(america, line).percent == 55
    named = america.settled("-119.00", name="Somebody", purpose=f"ACH CREDIT {order.trace}", number="2")
    assert best(america, named).percent == 98
    assert isinstance(order.supplier_account.code, str)
    assert OrderFacts(1, "", "", 1, "", order.supplier_account.code, 1).iban == "12345-678"
