"""Out and in again: exports that a spreadsheet cannot run, imports that say line and field, and nothing taken twice or half."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from enfilade.base.item.models import Item
from enfilade.base.party.models import Party
from enfilade.core.context import Context, NotAllowed, NotFound
from enfilade.core.importing import import_file
from enfilade.core.models import ImportBatch, User
from enfilade.core.resource import resource_named
from enfilade.core.resource.transfer import export_csv
from enfilade.core.scope import scope
from enfilade.core.testing import make_ctx
from enfilade.core.workbook import read_sheet

from .callers import Program, browser_of

pytestmark = pytest.mark.django_db

ITEMS = "/item/items/import/"


def items(ctx: Context) -> dict[str, Item]:
    """Items of a company by code."""
    with scope(ctx.company_id):
        return {i.code: i for i in Item.objects.visible_to(ctx)}


def upload(client: Client, data: bytes, name: str = "items.csv", url: str = ITEMS) -> Any:
    """The first step: choose a file. What follows has an address of its own, where the rehearsal comes as a part of its own."""
    page = client.post(url, {"file": SimpleUploadedFile(name, data)}, follow=True)
    return client.post(page.request["PATH_INFO"], {"check": "1"}) if page.redirect_chain else page


def confirm(client: Client, preview: Any, **options: str) -> Any:
    """The second step: the button below the rehearsal, with what was chosen on the form."""
    return client.post(preview.request["PATH_INFO"], {"start": "1", **options}, follow=True)


def text_of(response: Any) -> str:
    """The body."""
    return str((response.getvalue() if response.streaming else response.content).decode())


# -- export


@pytest.mark.parametrize(
    "payload",
    [
        "=1+1",
        "=cmd|' /C calc'!A0",
        "+SUM(A1)",
        "-2+3+cmd|' /C calc'!A0",
        "@SUM(A1)",
        "\t=1+1",
        "'=1",
        "''=1",
        '=HYPERLINK("http://evil")',
        "x,=1",
        'x";=1',
        "a\n=1",
    ],
)
def test_no_cell_is_a_formula(owner: Context, payload: str) -> None:
    """What a spreadsheet would run gets an apostrophe, and comes back without it (S13)."""
    with scope(owner.company_id):
        Item.objects.create(company=owner.company, code="A", name=payload, description=payload)
    text = text_of(browser_of(owner).get("/item/items/export.csv"))
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(rows) == 1
    for cell in rows[0].values():
        assert not re.match(r"[=+\-@\t\r](?![\d .,()/-]*$)", cell or ""), cell
    import_file(owner, resource_named("item.item"), "items.csv", text.encode())
    kept = items(owner)["A"]
    assert (kept.name, kept.description) == (payload.strip(), payload.strip())


def test_numbers_and_phone_numbers_stay_as_they_are(owner: Context) -> None:
    Program(owner).do("party.add_party", {"kind": "person", "name": "Pia", "phone": "+49 431 12345"})
    assert "+49 431 12345" in text_of(browser_of(owner).get("/party/parties/export.csv"))
    assert "'+49" not in text_of(browser_of(owner).get("/party/parties/export.csv"))


def test_headings_are_those_of_the_reader_and_of_no_program(owner: Context) -> None:
    """A German takes her list along with German headings; what she writes under such headings herself comes in as well."""
    Program(owner).post("item/items/", {"code": "A", "name": "Crown", "price": "12.50"})
    User.objects.filter(pk=owner.user.pk).update(language="de")
    header = text_of(browser_of(owner).get("/item/items/export.csv")).partition("\r\n")[0].split(",")
    assert header[0] == "id"
    assert {"Name", "Preis", "Einheit"} <= set(header)
    with scope(owner.company_id):
        assert "".join(export_csv(resource_named("item.item"), owner, {})).startswith("id,code,name,")
    assert import_file(owner, resource_named("item.item"), "own.csv", b"Code;Preis\nA;13,75\n").problems == []
    assert items(owner)["A"].price_minor == 1375


def test_an_export_has_the_filters_of_its_list(owner: Context, stranger: Context) -> None:
    """And only rows of the company; whoever may not see the list gets no file."""
    for code, kind in (("A", "service"), ("B", "product")):
        Program(owner).post("item/items/", {"code": code, "name": code, "kind": kind})
    Program(stranger).post("item/items/", {"code": "X", "name": "Theirs"})
    answer = browser_of(owner).get("/item/items/export.csv?kind=product")
    assert answer["Content-Disposition"] == 'attachment; filename="item.item.csv"'
    assert [r["code"] for r in csv.DictReader(io.StringIO(text_of(answer)))] == ["B"]
    assert browser_of(owner).get("/item/items/export.csv?colour=red").status_code == 422
    assert browser_of(make_ctx(owner.company, "party.view_party")).get("/item/items/export.csv").status_code == 403
    with pytest.raises(NotAllowed), scope(owner.company_id):
        list(export_csv(resource_named("item.item"), make_ctx(owner.company, "party.view_party"), {}))


def test_a_workbook_holds_texts_that_nobody_runs_and_numbers_that_add_up(owner: Context) -> None:
    """Formulas, links and numbers with leading zeros stay text; prices are numbers; filters and order are those of the list."""
    for code, name, price in (("007", "=1+1", "2.50"), ("A", "http://evil", "10.00"), ("B", "'=x", "1.00")):
        Program(owner).post("item/items/", {"code": code, "name": name, "price": price})
    answer = browser_of(owner).get("/item/items/export.xlsx?sort=-code")
    assert answer["Content-Disposition"] == 'attachment; filename="item.item.xlsx"'
    data = answer.getvalue()
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet
        assert "<hyperlink" not in sheet
    head, *rows = [cells for _, cells in read_sheet(data).rows]
    found = [dict(zip(head, cells, strict=False)) for cells in rows]
    assert [(r["code"], r["name"]) for r in found] == [("B", "'=x"), ("A", "http://evil"), ("007", "=1+1")]
    before = {c: (i.name, i.price_minor) for c, i in items(owner).items()}
    result = import_file(owner, resource_named("item.item"), "again.xlsx", data)
    assert (result.created, result.changed, result.refused) == (0, 3, 0)
    assert {c: (i.name, i.price_minor) for c, i in items(owner).items()} == before
    assert browser_of(owner).get("/item/items/export.vcf").status_code == 404
    assert browser_of(owner).get("/item/items/export.xlsx?colour=red").status_code == 422


# -- import


def test_an_import_in_three_steps(owner: Context, browser_page: Client) -> None:
    """Choose, look, take: nothing is written before the last button, and pressing it twice takes the file once."""
    assert "Choose a file" in text_of(browser_page.get(ITEMS))
    data = b"code,name,price\nA,Anything,12.50\nB,Bad,1.005\n,Without a code,1\n"
    preview = upload(browser_page, data)
    page = text_of(preview)
    assert preview.status_code == 200
    assert "Would be made" in page
    assert re.search(r'data-label="Line">3<.*?data-label="Field">price<.*?at most 2 decimals', page, re.DOTALL)
    assert re.search(r'data-label="Line">4<.*?data-label="Field">code<.*?Code is required', page, re.DOTALL)
    assert items(owner) == {}
    result = confirm(browser_page, preview)
    assert "Made" in text_of(result)
    assert list(items(owner)) == ["A"]
    again = confirm(browser_page, preview)
    assert again.status_code == 200
    assert text_of(again).count("Code is required") == text_of(result).count("Code is required") == 1
    with scope(owner.company_id):
        batch = ImportBatch.objects.visible_to(owner).get()
        said = list(batch.rows.filter(outcome="refused").order_by("position").values_list("line", "said"))
    assert (batch.created_count, batch.changed_count, batch.refused_count, batch.file_name) == (1, 0, 2, "items.csv")
    assert [(line, found[0][0]) for line, found in said] == [(3, "price"), (4, "code")]
    assert Program(owner).get("core/import-batches/").json()["items"][0]["created_count"] == 1


def test_without_numbers_of_ones_own_a_second_click_makes_no_second_party(owner: Context, browser_page: Client) -> None:
    """Parties without a number would come in twice; the file is taken once."""
    url = "/party/parties/import/"
    preview = upload(browser_page, b"kind,name\nperson,Pia Person\n", url=url)
    assert [confirm(browser_page, preview).status_code for _ in range(2)] == [200, 200]
    with scope(owner.company_id):
        assert Party.objects.visible_to(owner).count() == 1


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("empty.csv", b"", "This file is empty."),
        ("blank.csv", b"\n\n \n", "The file is empty."),
        ("head.csv", b"code,name\n", "a header but no rows"),
        ("photo.csv", b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, "This is a picture, not a CSV file."),
        ("book.xlsx", b"PK\x03\x04" + b"\x00" * 50, "This workbook is damaged"),
        ("page.csv", b"<!doctype html><html>sign in</html>", "This is a web page"),
        ("other.csv", b"colour,size\nred,1\n", "None of the columns is known."),
        ("twice.csv", b"code,name,code\nA,x,B\n", "This column is there twice."),
        ("junk.bin", bytes(range(256)) * 40, "None of the columns is known."),
        ("wide.csv", b",".join([b"code"] * 501) + b"\n1\n", "at most 500"),
    ],
)
def test_a_file_that_can_not_be_taken(browser_page: Client, owner: Context, name: str, data: bytes, sentence: str) -> None:
    """A sentence on the page, and nothing half-written."""
    answer = upload(browser_page, data, name)
    assert answer.status_code in {200, 422}
    assert sentence in text_of(answer)
    assert items(owner) == {}


def test_too_large_a_file(owner: Context, browser_page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from enfilade.core import files

    monkeypatch.setattr(files, "SIZE_MAX_BYTES", 1024 * 1024)
    answer = upload(browser_page, b"code,name\n" + b"A,x\n" * 300_000)
    assert (answer.status_code, "larger than 1 MB" in text_of(answer)) == (422, True)


def test_no_file_and_imports_of_others(owner: Context, stranger: Context, browser_page: Client) -> None:
    """An import that was opened belongs to the company, and as long as it is a draft to the person who opened it."""
    assert "Choose a file first." in text_of(browser_page.post(ITEMS))
    theirs = upload(browser_of(stranger), b"code,name\nA,x\n").request["PATH_INFO"]
    colleagues = upload(browser_of(make_ctx(owner.company, "*")), b"code,name\nA,x\n").request["PATH_INFO"]
    for url in (theirs, colleagues, f"{ITEMS}{9 * 10**17}/", f"{ITEMS}x/", theirs.replace("item/items", "party/parties")):
        assert browser_page.get(url).status_code == 404
        assert browser_page.post(url, {"start": "1"}).status_code == 404
        assert browser_page.get(f"{url}refused/").status_code == 404
    assert items(owner) == {}


@pytest.mark.parametrize(
    "data",
    [
        "code;name;price\nA;Prüfung für Zähne;12,50\n".encode("cp1252"),
        "code;name;price\nA;Prüfung für Zähne;12.50\n".encode("utf-8-sig"),
        "code\tname\tprice\nA\tPrüfung für Zähne\t12.50\n".encode("utf-16"),
        "Code,Name,Price\r\nA,Prüfung für Zähne,12.50\r\n".encode(),
        'sep=;\n"code";"name";"price"\n"A";"Prüfung für Zähne";"12.50"\n'.encode(),
    ],
    ids=["cp1252", "utf-8-sig", "utf-16", "headings", "sep"],
)
def test_files_as_programs_write_them(owner: Context, data: bytes) -> None:
    """Code pages, marks, separators, headings as the list shows them, a comma or a point before the fraction."""
    result = import_file(owner, resource_named("item.item"), "items.csv", data)
    assert (result.created, result.problems) == (1, [])
    assert (items(owner)["A"].name, items(owner)["A"].price_minor) == ("Prüfung für Zähne", 1250)


def test_a_row_that_is_there_is_changed(owner: Context) -> None:
    """By its key; columns that the file does not have stay; the same key twice in one file is one row."""
    resource = resource_named("item.item")
    import_file(owner, resource, "a.csv", b"code,name,price,description\nA,First,1,Long text\n")
    result = import_file(owner, resource, "b.csv", b"code,name\nA,Second\nB,New\nB,Newer\n")
    assert (result.created, result.changed, result.refused) == (1, 2, 0)
    kept = items(owner)
    assert (kept["A"].name, kept["A"].price_minor, kept["A"].description, kept["B"].name) == ("Second", 100, "Long text", "Newer")


def test_who_may_add_but_not_change_changes_nothing_by_a_file(owner: Context) -> None:
    """A file is no way around a permission (S3)."""
    resource = resource_named("item.item")
    import_file(owner, resource, "a.csv", b"code,name\nA,First\n")
    adder = make_ctx(owner.company, "item.view_item", "item.add_item", "core.import_rows")
    result = import_file(adder, resource, "b.csv", b"code,name\nA,Hacked\nB,Mine\n")
    assert (result.created, result.changed, result.refused) == (1, 0, 1)
    assert "item.change_item" in result.problems[0].sentence
    assert {code: i.name for code, i in items(owner).items()} == {"A": "First", "B": "Mine"}


def test_without_the_permission_there_is_no_import(owner: Context) -> None:
    """Neither the page nor the command; nor for a resource that takes no files."""
    reader = make_ctx(owner.company, "item.view_item", "core.import_rows")
    assert browser_of(reader).get(ITEMS).status_code == 404
    with pytest.raises(NotFound):
        import_file(reader, resource_named("item.item"), "a.csv", b"code,name\nA,x\n")
    with pytest.raises(NotFound):
        import_file(owner, resource_named("core.auditentry"), "a.csv", b"code,name\nA,x\n")
    assert browser_of(owner).get("/core/audit-entries/import/").status_code == 404


def test_a_file_may_only_fill_what_people_may_type(owner: Context, stranger: Context) -> None:
    """Columns such as company or number are told as not known and left out (S6)."""
    data = f"code,name,company,id,active\nA,x,{stranger.company_id},7,false\n".encode()
    result = import_file(owner, resource_named("item.item"), "a.csv", data)
    assert (result.created, result.refused) == (1, 0)
    assert [(p.sentence, p.refused) for p in result.problems] == [("This column is not known and was left out.", False)]
    assert items(owner)["A"].active is False
    assert items(stranger) == {}


def test_a_rehearsal_of_a_large_file_keeps_nothing(owner: Context) -> None:
    from dataclasses import replace

    rows = "".join(f"N{n:03d},Name {n}\n" for n in range(300))
    shown = import_file(replace(owner, rehearse=True), resource_named("item.item"), "a.csv", f"code,name\n{rows}".encode())
    assert (shown.created, shown.refused) == (300, 0)
    assert items(owner) == {}
