"""How a ledger begins, what its chart looks like, and accounts from a file."""

from datetime import date
from typing import Any, cast

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from enfilade.back.ledger.charts import CHARTS
from enfilade.base.books.models import Account, Period
from enfilade.core.command import run_raw
from enfilade.core.context import Context
from enfilade.core.files import keep_upload
from enfilade.core.importing import import_rows
from enfilade.core.resource.imports import ImportResult
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx

from .support import Practice

pytestmark = pytest.mark.django_db(transaction=True)


def text_of(ctx: Context, url: str) -> str:
    """A page as a signed-in person reads it."""
    client = Client()
    client.force_login(ctx.user, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_company_without_a_ledger_sees_what_it_may_begin_with() -> None:
    ctx = make_ctx(make_company(), "*")
    first = text_of(ctx, "/ledger/chart/")
    assert all(f"?chart={name}" in first for name in CHARTS)
    page = text_of(ctx, "/ledger/chart/?chart=skr04")
    assert "Forderungen aus Lieferungen und Leistungen" in page
    assert f"/ledger/do/found_ledger/?chart=skr04&amp;year={ctx.today.year}&amp;hide=chart" in page
    assert page.index("A. Eigenkapital") < page.index("B. Rückstellungen") < page.index("1. Umsatzerlöse")
    reader = make_ctx(ctx.company, "ledger.view_reports")
    assert "found_ledger" not in text_of(reader, "/ledger/chart/")


@pytest.mark.parametrize("chart", ["skr03", "skr04", "pcg_fr", "uk", "us"])
def test_founding_opens_the_first_year(chart: str) -> None:
    ctx = make_ctx(make_company(), "*")
    run_raw(ctx, "ledger.found_ledger", {"chart": chart, "year": "2026", "first_month": "7"})
    with scope(ctx.company_id):
        assert set(Account.objects.values_list("code", flat=True)) == {a.code for a in CHARTS[chart].accounts}
        days = list(Period.objects.values_list("starts_on", flat=True))
    assert (days[0], len(days)) == (date(2026, 7, 1), 12)
    page = text_of(ctx, "/ledger/chart/")
    assert "/books/do/add_account/" in page
    assert "found_ledger" not in page


def imported(ctx: Context, text: str) -> ImportResult:
    """A file of accounts, taken whole."""
    file = keep_upload(ctx, SimpleUploadedFile("accounts.csv", text.encode()))
    batch: Any = import_rows(ctx, resource="books.account", file=file)
    return cast("ImportResult", batch.outcome)


def test_accounts_come_from_a_file_and_are_known_by_their_code() -> None:
    practice = Practice()
    practice.legs(date(2026, 3, 1), ("cash", 500), ("revenue", -500))
    made = imported(
        practice.ctx,
        "code,name,kind,parent,heading,active\n"
        "5,Cost of goods,expense,,yes,yes\n"
        "53,Freight,expense,5,yes,yes\n"
        "5310,Freight in,expense,53,no,yes\n"
        "1010,Petty cash abroad,asset,10,no,no\n"
        "5320,Customs,nonsense,53,no,yes\n"
        "5330,Lost,expense,nowhere,no,yes\n"
        "1000,Cash,expense,,no,yes\n",
    )
    with scope(practice.company.pk):
        rows = {a.code: (a.name, a.kind, a.parent and a.parent.code, a.heading, a.active) for a in Account.objects.select_related("parent")}
    assert rows["5"] == ("Cost of goods", "expense", None, True, True)
    assert rows["5310"] == ("Freight in", "expense", "53", False, True)
    assert rows["1010"] == ("Petty cash abroad", "asset", "10", False, False)
    assert "5320" not in rows
    assert "5330" not in rows
    assert rows["1000"][1] == "asset"
    said = {p.line: (p.field, p.sentence) for p in made.problems if p.refused}
    assert {line: field for line, (field, _) in said.items()} == {6: "kind", 7: "parent", 8: ""}
    assert said[8][1] == "Account 1000 has entries: its kind stays as it is."
