"""What goes to the tax office of what suppliers want: reckoned, kept back to the cent, declared once, taken back."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enfilade.back.banking.tests.desk import Move
from enfilade.back.ledger.closing import steps_of
from enfilade.back.payables import rules
from enfilade.back.payables.commands import (
    BillLineIn,
    approve_bill,
    declare_withholding,
    match_bills,
    overrule_withholding,
    pay_bill,
    remind_of_certificate,
    reverse_payment,
    use_credit,
    void_bill,
)
from enfilade.back.payables.commands.matching import BillPart
from enfilade.back.payables.jobs import remind_of_company
from enfilade.back.payables.models import BillWithholding, Settlement, SupplierPayment, WithholdingReturn
from enfilade.back.payables.panels import withheld_of_bill
from enfilade.back.payables.printing import certificate_pdf
from enfilade.back.payables.withheld import kept_back, of_year, withholding_of
from enfilade.back.tax.commands import load_withholding_kinds
from enfilade.back.tax.models import WithholdingKind
from enfilade.back.tax.parts import taxed_parts
from enfilade.base.books.models import Period
from enfilade.base.money.models import Rate
from enfilade.base.party.models import Party
from enfilade.core.command import run_raw
from enfilade.core.proofs import PROOFS
from enfilade.core.resource.hooks import report_named
from enfilade.core.scope import scope
from enfilade.core.testing import race
from enfilade.core.verify import verify_all

from .office import LAB_IBAN, Office
from .test_bills import attacked, code_of
from .test_paying import accept, best

pytestmark = pytest.mark.django_db(transaction=True)


class Site(Office):
    """The laboratory builds, and is under the German tax on construction work; the tax office is a supplier as well."""

    def __init__(self) -> None:
        super().__init__()
        load_withholding_kinds(self.ctx, country="DE")
        self.kind = self.kind_called("DE-BAU")
        self.tax_office = self.supplier("Finanzamt Mitte")
        self.under(self.lab, self.kind, authority=self.tax_office.pk)

    def under(self, supplier: Party, kind: WithholdingKind, **more: Any) -> Any:
        """A supplier is under withholding."""
        data = {"supplier": supplier.pk, "kind": kind.pk, "valid_from": "2020-01-01", **more}
        return run_raw(self.ctx, "payables.add_supplierwithholding", data)

    def exempt(self, supplier: Party, **more: Any) -> Any:
        """A certificate of a supplier, for this year."""
        data = {
            "supplier": supplier.pk,
            "number": "48b-1",
            "valid_from": f"{self.today.year}-01-01",
            "valid_until": f"{self.today.year}-12-31",
        }
        return run_raw(self.ctx, "payables.add_withholdingcertificate", {**data, **more})

    def kept(self, bill: Any) -> BillWithholding | None:
        """What a bill says."""
        with scope(self.company.pk):
            return withholding_of(self.ctx, bill)

    def settled(self, bill: Any) -> list[tuple[int, int, int]]:
        """Amount, discount and what was withheld, of all settlements of a bill."""
        with scope(self.company.pk):
            rows = Settlement.objects.visible_to(self.ctx).filter(bill=bill).order_by("pk")
            return list(rows.values_list("amount_minor", "discount_minor", "withheld_minor"))

    def pay(self, bill: Any, amount: int, **more: Any) -> SupplierPayment:
        """So much of a bill is paid today by a transfer of one's own."""
        return pay_bill(replace(self.ctx, key=""), bill=self.fresh(bill), amount=amount, method="transfer", on=self.today, **more)

    def change(self, row: Any, **values: Any) -> Any:
        """A row is changed by hand."""
        return run_raw(self.ctx, f"{row._meta.app_label}.change_{row._meta.model_name}", {row._meta.model_name: row.pk, **values})

    def overrule(self, bill: Any, **more: Any) -> Any:
        """Something else is withheld of a bill than the law says: 5 %, if nothing else is said."""
        given = {"bill": self.fresh(bill), "rate_percent": Decimal(5), "reason": "So it was agreed.", **more}
        return overrule_withholding(replace(self.ctx, key=""), **given)

    def declare(self, **more: Any) -> WithholdingReturn:
        """What was withheld until today is declared."""
        given = {"kind": self.kind, "through_on": self.today, "authority": self.tax_office, **more}
        return declare_withholding(replace(self.ctx, key=""), **given)

    def kind_called(self, code: str) -> WithholdingKind:
        """A kind of withholding."""
        with scope(self.company.pk):
            return WithholdingKind.objects.visible_to(self.ctx).get(code=code)

    def taxed(self) -> list[Any]:
        """What of today's documents is taxed."""
        with scope(self.company.pk):
            return list(taxed_parts(self.ctx, self.today, self.today, cash=False))

    def proved(self) -> list[Any]:
        """What the verifiers and the proofs of the house find wrong."""
        with scope(self.company.pk):
            return [*verify_all(self.ctx), *(said for one in PROOFS.values() for said in one.check(self.ctx))]


@pytest.fixture
def site() -> Site:
    """A company that has something built."""
    return Site()


def test_a_part_of_a_bill_goes_to_the_tax_office(site: Site) -> None:
    """119.00 with VAT: 17.85 are kept back, 101.15 go by the run, the tax office gets a bill."""
    site.known(site.lab, LAB_IBAN)
    bill = site.approved("R-1", 11_900)
    said = site.kept(bill)
    assert said is not None
    assert (said.rate_percent, said.base_minor, said.amount_minor, said.authority) == (15, 11_900, 1_785, site.tax_office)
    run = site.sent(bill)
    [order] = site.orders(run)
    assert (order.amount_minor, run.total_minor) == (10_115, 10_115)
    accept(site, site.paid_at_bank(order))
    assert site.fresh(bill).state == "paid"
    assert site.settled(bill) == [(11_900, 0, 1_785)]
    assert site.balances("payable", "1299", "withholding_payable", "tax_input") == [0, -10_115, -1_785, 1_900]

    made = site.declare(reference="St.-Nr. 27/123/45678")
    assert (made.number, made.total_minor, made.bill.state) == (f"WR-{site.today.year}-00001", 1_785, "open")
    assert site.balances("withholding_payable", "payable") == [0, -1_785]
    with scope(site.company.pk):
        [line] = made.lines.visible_to(site.ctx).select_related("supplier", "bill")
    assert (line.supplier, line.bill, line.base_minor, line.amount_minor) == (site.lab, bill, 11_900, 1_785)
    assert code_of(site.declare) == "nothing_withheld"
    assert site.proved() == []


def test_parts_withhold_their_share_and_the_last_one_the_rest(site: Site) -> None:
    bill = site.approved("R-1", 10_001)
    assert site.kept(bill).amount_minor == 1_500
    for amount in (3_333, 3_333, 3_335):
        site.pay(bill, amount)
    assert [kept for _, _, kept in site.settled(bill)] == [500, 500, 500]
    assert site.balances("payable", "withholding_payable", "bank") == [0, -1_500, -8_501]
    assert site.proved() == []


def test_a_discount_and_a_credit_note_make_it_less(site: Site) -> None:
    """Nothing is withheld of what is not paid (§ 48 (3) EStG: of what is given in return)."""
    bill = site.approved("R-1", 10_000)
    site.pay(bill, 10_000, discount=200)
    assert site.settled(bill) == [(10_000, 200, 1_470)]
    other, note = site.approved("R-2", 10_000), site.approved("G-2", 4_000, kind="credit_note")
    assert site.kept(note) is None
    use_credit(site.ctx, bill=other, credit=note, on=site.today)
    site.pay(other, 6_000)
    assert site.settled(other) == [(4_000, 0, 0), (6_000, 0, 900)]
    assert site.proved() == []


def test_a_run_pays_less_and_takes_credit_notes_off_first(site: Site) -> None:
    site.known(site.lab, LAB_IBAN)
    bill, note = site.approved("R-1", 10_000), site.approved("G-1", 4_000, kind="credit_note")
    [order] = site.orders(site.sent(bill, note))
    assert order.amount_minor == 10_000 - 4_000 - 900
    accept(site, site.paid_at_bank(order))
    assert site.settled(bill) == [(4_000, 0, 0), (6_000, 0, 900)]
    assert site.proved() == []


def test_a_certificate_exempts_while_it_is_valid(site: Site) -> None:
    certificate = site.exempt(site.lab)
    said = site.kept(site.approved("R-1"))
    assert (said.rate_percent, said.amount_minor, said.certificate) == (0, 0, certificate)
    site.exempt(site.lab, number="48b-2", rate_percent="5")
    assert site.kept(site.approved("R-2")).amount_minor == 0
    site.change(certificate, valid_until=f"{site.today.year}-01-01")
    assert site.kept(site.approved("R-3", 10_000)).amount_minor == 500
    assert site.kept(site.approved("R-4", supplier=site.landlord)) is None


def test_what_is_withheld_follows_the_day_of_the_approval(site: Site) -> None:
    bill = site.bill("R-1")
    assert site.kept(bill).amount_minor == 1_785
    site.exempt(site.lab)
    assert site.kept(approve_bill(site.ctx, bill=bill, on=site.today)).amount_minor == 0


def test_somebody_with_a_reason_decides_otherwise_until_it_is_paid(site: Site) -> None:
    bill = site.bill("R-1", 10_000)
    site.overrule(bill, rate_percent=Decimal(0), reason="Below 5,000 EUR in the year.")
    bill = approve_bill(site.ctx, bill=site.fresh(bill), on=site.today)
    said = site.kept(bill)
    assert (said.amount_minor, said.overruled_by, said.reason) == (0, site.ctx.user, "Below 5,000 EUR in the year.")
    site.overrule(bill, rate_percent=Decimal("7.5"), base=4_000)
    assert site.kept(bill).amount_minor == 300
    assert code_of(lambda: site.overrule(bill, base=10_001)) == "above_total"
    assert code_of(lambda: site.overrule(bill, reason=" ")) == "no_reason"
    assert code_of(lambda: site.overrule(site.approved("R-2", supplier=site.landlord))) == "which_kind"
    site.pay(bill, 5_000)
    assert site.settled(bill) == [(5_000, 0, 150)]
    assert code_of(lambda: site.overrule(bill)) == "bill_withholding_unchanged"


def test_labour_only_leaves_material_and_vat_out(site: Site) -> None:
    """Finance Act 2004 s. 61: of 2,500.00 without VAT 800.00 are material, and 30 % of the rest are 510.00."""
    load_withholding_kinds(site.ctx, country="GB")
    site.under(site.landlord, site.kind_called("GB-CIS-30"))
    lines = [BillLineIn(account=site.goods, net=170_000), BillLineIn(account=site.goods, net=80_000, material=True)]
    said = site.kept(site.approved("R-1", supplier=site.landlord, lines=lines))
    assert (said.base_minor, said.amount_minor) == (170_000, 51_000)


def test_vat_that_we_owe_ourselves_is_in_the_gross(site: Site) -> None:
    """§ 48 (3) EStG with § 13b UStG: 15 % of 119.00, although the supplier wants 100.00."""
    lines = [BillLineIn(account=site.goods, net=10_000, tax_category="AE", tax_rate=Decimal(19))]
    said = site.kept(site.approved("R-1", lines=lines))
    assert (said.base_minor, said.amount_minor) == (11_900, 1_785)


def test_money_at_the_bank_is_the_bill_less_what_is_withheld(site: Site) -> None:
    site.known(site.lab, LAB_IBAN)
    bill = site.approved("R-2026/17", 10_000)
    [line] = site.moved(Move(site.today, "-85.00", name="Dentallabor Süd", reference="R-2026/17", iban=LAB_IBAN))
    assert "less the tax that is withheld" in " ".join(best(site, line).reasons)
    accept(site, line)
    assert (site.fresh(bill).state, site.settled(bill)) == ("paid", [(10_000, 0, 1_500)])
    other = site.approved("R-2026/18", 10_000)
    [part] = site.moved(Move(site.today, "-42.50", name="Dentallabor Süd", reference="a part", iban=LAB_IBAN))
    match_bills(site.ctx, line=part, bills=[BillPart(other)])
    assert site.settled(other) == [(5_000, 0, 750)]
    assert site.fresh(part).open_minor == 0
    early = site.approved("R-2026/19", 10_000, discount_percent=Decimal(2), discount_until=site.days(5))
    [cash] = site.moved(Move(site.today, "-83.30", name="Dentallabor Süd", reference="R-2026/19", iban=LAB_IBAN))
    accept(site, cash)
    assert site.settled(early) == [(10_000, 200, 1_470)]
    assert site.proved() == []


def test_a_payment_that_is_taken_back_takes_back_what_it_withheld(site: Site) -> None:
    bill = site.approved("R-1", 10_000)
    payment = site.pay(bill, 10_000)
    made = site.declare()
    reverse_payment(site.ctx, payment=payment, on=site.today, reason="It was not made.")
    assert site.settled(bill) == [(10_000, 0, 1_500), (-10_000, 0, -1_500)]
    assert site.balances("withholding_payable") == [1_500]
    assert code_of(site.declare) == "nothing_withheld"
    site.pay(bill, 10_000)
    site.pay(site.approved("R-2", 20_000), 20_000)
    again = site.declare()
    with scope(site.company.pk):
        assert sorted(again.lines.visible_to(site.ctx).values_list("amount_minor", flat=True)) == [-1_500, 1_500, 3_000]
    assert site.balances("withholding_payable") == [0]

    void_bill(site.ctx, bill=site.fresh(again.bill), on=site.today, reason="Filed wrongly.")
    assert (site.fresh(again).state, site.fresh(made).state) == ("void", "declared")
    assert site.declare().total_minor == 3_000
    assert site.proved() == []


def test_a_month_asks_whether_what_was_withheld_is_declared(site: Site) -> None:
    def stands() -> int:
        with scope(site.company.pk):
            period = Period.objects.visible_to(site.ctx).get(starts_on__lte=site.today, ends_on__gte=site.today)
            return next(done.standing.open_count for done in steps_of(site.ctx, period) if done.step.name == "payables.withheld")

    site.pay(site.approved("R-1", 10_000), 10_000)
    assert stands() == 1
    site.declare()
    assert stands() == 0


def test_a_bill_says_whether_the_limit_of_the_year_is_passed(site: Site) -> None:
    """119.00 and 4,800.00: 60.00 paid, 4,859.00 to be paid, not above 5,000.00; with 81.01 more it is. What is void does not count."""
    first = site.approved()
    site.approved("R-2", 480_000)
    site.approved("R-3", 100_000, supplier=site.landlord)
    site.pay(first, 6_000)
    void_bill(site.ctx, bill=site.approved("R-4", 20_000), on=site.today, reason="Twice.")

    def year() -> Any:
        with scope(site.company.pk):
            return of_year(site.ctx, withholding_of(site.ctx, first))

    now = year()
    assert (now.paid_minor, now.open_minor, now.limits_minor) == (6_000, 485_900, (500_000, 1_500_000))
    site.bill("R-5", 8_101)
    assert year().sum_minor == 500_001
    with scope(site.company.pk):
        said = withheld_of_bill(site.ctx, site.fresh(first))
        assert said is not None
        assert said["year"].sum_minor > said["year"].limits_minor[0]


def test_each_office_gets_its_own_declaration(site: Site) -> None:
    office = site.supplier("Finanzamt Nord")
    site.under(site.landlord, site.kind, authority=office.pk)
    for supplier in (site.lab, site.landlord):
        site.pay(site.approved(f"R-{supplier.pk}", 10_000, supplier=supplier), 10_000)
    assert code_of(lambda: site.declare(authority=None)) == "which_authority"
    assert code_of(lambda: site.declare(through_on=site.days(1))) == "not_yet"
    assert [site.declare(authority=one).total_minor for one in (site.tax_office, office)] == [1_500, 1_500]


def test_two_payments_and_two_declarations_of_the_same_withhold_and_declare_once(site: Site) -> None:
    bill = site.approved("R-1", 10_000)
    paid = race(4, lambda _: site.pay(bill, 10_000))
    assert sum(isinstance(one, SupplierPayment) for one in paid) == 1
    assert site.settled(bill) == [(10_000, 0, 1_500)]
    declared = race(3, lambda _: site.declare())
    assert sum(isinstance(one, WithholdingReturn) for one in declared) == 1
    assert site.proved() == []


def test_the_database_itself_lets_no_payment_withhold_something_else(site: Site) -> None:
    bill, other = site.approved("R-1", 10_000), site.approved("R-2", 10_000)
    payment = site.pay(bill, 5_000)
    columns = 'company_id, bill_id, payment_id, amount_minor, discount_minor, withheld_minor, currency, "on", made_by_id'
    values = f"{site.company.pk}, {bill.pk}, {payment.pk}, 100, 0, {{}}, 'EUR', current_date, {site.ctx.user.pk}"
    insert = f"INSERT INTO payables_settlement ({columns}) VALUES ({values})"  # noqa: S608 - numbers of this test
    withholdings = "UPDATE payables_billwithholding SET amount_minor = {} WHERE bill_id = {}"
    assert attacked(site, insert.format(100)) == "settlement_withholds_share"
    assert attacked(site, insert.format(0)) == "payment_never_overused"
    assert attacked(site, withholdings.format(1, bill.pk)) == "bill_withholding_unchanged"
    assert attacked(site, withholdings.format(10_000, other.pk)) == "bill_withholding_below_total"
    assert attacked(site, "DELETE FROM payables_billwithholding WHERE amount_minor > 0") == "bill_withholding_unchanged"
    site.declare()
    assert attacked(site, "UPDATE payables_withholdingreturnline SET amount_minor = 1") == "withholding_return_unchanged"


def test_a_bill_in_a_foreign_currency_owes_the_office_in_ours(site: Site) -> None:
    """1 EUR is 1.25 USD when it is billed and 1.20 when it is paid: 15.00 USD withheld are 12.50 EUR."""
    lines = [BillLineIn(account=site.goods, gross=10_000, tax_category="O")]
    bill = site.approved("R-1", lines=lines, currency="USD", rate=Decimal("1.25"))
    with scope(site.company.pk):
        Rate.objects.create(company=site.company, base="EUR", quote="USD", on=site.today, rate=Decimal("1.20"), source="ECB")
    site.pay(bill, 10_000, own_amount=7_083)
    assert site.settled(bill) == [(10_000, 0, 1_500)]
    assert site.balances("payable", "withholding_payable", "bank") == [0, -1_250, -7_083]
    assert site.declare().total_minor == 1_250
    assert site.proved() == []


def test_the_return_of_vat_does_not_see_it(site: Site) -> None:
    """Input tax is deducted from the whole bill, whoever gets the money."""
    bill = site.approved("R-1", 11_900)
    before = site.taxed()
    site.pay(bill, 11_900)
    site.declare()
    assert [part for part in site.taxed() if part.category != "O"] == before
    assert sum(part.deducted_minor for part in site.taxed()) == 1_900


def test_reports_and_papers_say_what_was_withheld(site: Site) -> None:
    payment = site.pay(site.approved("R-1", 10_000), 10_000)
    with scope(site.company.pk):
        span = {"from_on": site.today, "to_on": site.today}
        found = report_named("payables.withheld").build(site.ctx, **span)
        [row] = report_named("payables.paid_to_suppliers").build(site.ctx, **span)["rows"]
        paper = certificate_pdf(site.ctx, site.lab, kept_back(site.ctx, payment=payment))
    assert (found["totals"], found["rows"][0]["supplier"]) == ({"base_minor": 10_000, "amount_minor": 1_500}, "Dentallabor Süd")
    assert (row["paid_minor"], row["withheld_minor"], row["sum_minor"]) == (8_500, 1_500, 10_000)
    assert paper[:5] == b"%PDF-"


def test_people_are_told_before_a_certificate_ends(site: Site) -> None:
    certificate = site.exempt(site.lab, valid_until=site.days(30).isoformat())
    later = site.exempt(site.landlord, valid_until=site.days(90).isoformat())
    assert code_of(lambda: remind_of_certificate(site.ctx, certificate=later)) == "too_early"
    assert (remind_of_company(site.ctx), remind_of_company(site.ctx)) == (1, 0)
    assert code_of(lambda: remind_of_certificate(site.ctx, certificate=site.fresh(certificate))) == "reminded_already"


AMOUNTS = st.integers(1, 10**11)


@given(total=AMOUNTS, percent=st.decimals(0, 99, places=3), cuts=st.lists(AMOUNTS, max_size=6))
def test_parts_of_any_bill_withhold_together_what_the_whole_does(total: int, percent: Decimal, cuts: list[int]) -> None:
    """What is paid and what is withheld is what is settled; no part is below zero; the whole is withheld at the end."""
    whole = rules.withheld_of(total, percent)
    paid = withheld = covered = 0
    for cut in [*cuts, total]:
        part = min(cut, total - covered)
        kept = rules.Withheld(total, whole, covered, withheld).of(part)
        assert 0 <= kept <= part
        covered, withheld, paid = covered + part, withheld + kept, paid + part - kept
    assert (covered, withheld, paid) == (total, whole, total - whole)


@given(total=st.integers(2, 10**9), percent=st.decimals(0, 99, places=3), paid=st.integers(1, 10**9))
def test_money_that_left_settles_as_much_as_it_can(total: int, percent: Decimal, paid: int) -> None:
    standing = rules.Withheld(total, min(rules.withheld_of(total, percent), total - 1))
    settled = standing.settled_by(paid, total)
    left = settled - standing.of(settled)
    assert left == paid or (settled == total and left < paid)


@given(st.lists(st.tuples(AMOUNTS, st.integers(0, 100)), min_size=1, max_size=4), st.lists(AMOUNTS, max_size=4))
def test_credit_notes_and_money_settle_the_bills_and_nothing_else(owed: list[tuple[int, int]], open_notes: list[int]) -> None:
    parts = [(n, amount + discount + 1, discount) for n, (amount, discount) in enumerate(owed)]
    found = rules.pieces(parts, list(enumerate(open_notes)))
    for bill, amount, discount in parts:
        mine = [piece for piece in found if piece.bill == bill]
        assert sum(piece.amount_minor for piece in mine) == amount
        assert sum(piece.discount_minor for piece in mine) == discount
    used = {n: sum(piece.amount_minor for piece in found if piece.credit == n) for n in range(len(open_notes))}
    assert all(used[n] <= open_minor for n, open_minor in enumerate(open_notes))
