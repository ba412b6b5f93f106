"""A batch from the first look to its taking back: killed, raced, stopped, mended, and nothing twice or half."""

from __future__ import annotations

import csv
import io
import os
import signal
import subprocess
import sys
import zipfile
from typing import Any

import pytest
import xlsxwriter

from enfilade.base.party.models import ContactPoint, Party
from enfilade.core import importing
from enfilade.core.access import issue_token
from enfilade.core.command import run_raw
from enfilade.core.context import Context, NotAllowed, Refusal
from enfilade.core.importing import import_file, open_import, resume_imports, run_import_job, start_import, undo_import
from enfilade.core.models import AuditSubject, ImportBatch
from enfilade.core.resource import resource_named
from enfilade.core.resource.intake import Options, read_file
from enfilade.core.resource.taking import Taker
from enfilade.core.scope import scope
from enfilade.core.testing import make_ctx, race
from enfilade.core.verify import verify_all
from tests.server import database_url

from .callers import Program, browser_of
from .test_transfer import confirm, items, text_of, upload

pytestmark = pytest.mark.django_db

ITEMS = "/item/items/import/"
PARTIES = "/party/parties/import/"


def codes(number: int) -> bytes:
    """A file of items."""
    return b"code,name\n" + b"".join(b"N%04d,Name %d\n" % (n, n) for n in range(number))


def started(ctx: Context, data: bytes, name: str = "items.csv", label: str = "item.item", **options: Any) -> ImportBatch:
    """A batch whose rows are laid down and wait."""
    from enfilade.core.files import store

    with scope(ctx.company_id):
        stored = store(ctx, name, io.BytesIO(data))
    batch = open_import(ctx, resource=label, file=stored, options=options)
    return start_import(ctx, batch=batch, at_once=True)


def fresh(ctx: Context, batch: ImportBatch) -> ImportBatch:
    """The batch as it stands."""
    with scope(ctx.company_id):
        return ImportBatch.objects.visible_to(ctx).get(pk=batch.pk)


def latest(ctx: Context) -> ImportBatch:
    """The last batch of the company."""
    with scope(ctx.company_id):
        found = ImportBatch.objects.visible_to(ctx).order_by("pk").last()
    assert found is not None
    return found


def workbook(rows: list[list[Any]], *, sheets: tuple[str, ...] = ("Sheet1",)) -> bytes:
    """A workbook whose last sheet has the rows."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"default_date_format": "yyyy-mm-dd"})
    for name in sheets:
        sheet = book.add_worksheet(name)
    for at, row in enumerate(rows):
        sheet.write_row(at, 0, row)
    book.close()
    return out.getvalue()


# -- killed, raced, stopped

_DIES = """
import os, signal, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "enfilade.site.settings"
import django
django.setup()
from enfilade.core import importing
from enfilade.core.access import issue_token
from enfilade.core.resource.intake import Options, read_file
from enfilade.core.resource.taking import Taker
importing.STEP_ROWS = 20
take = Taker._take_one
def die(self, row):
    take(self, row)
    if row.position == 30:
        os.kill(os.getpid(), signal.SIGKILL)
Taker._take_one = die
importing.run_import_job(*map(int, sys.argv[1:]))
"""


def test_a_process_that_is_killed_leaves_no_row_half_and_none_is_taken_twice(owner: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """kill -9 in the middle of the second step: its rows are as if it had never begun, and the next run takes all of them once."""
    monkeypatch.setattr(importing, "STEP_ROWS", 20)
    batch = started(owner, codes(60))
    given = [str(n) for n in (owner.company_id, owner.user.pk, batch.pk)]
    env = {**os.environ, "DATABASE_URL": database_url(), "SECRET_KEY": "for tests only"}
    killed = subprocess.run([sys.executable, "-c", _DIES, *given], env=env, capture_output=True, text=True, timeout=60, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    left = fresh(owner, batch)
    assert (left.state, left.position, left.created_count) == ("running", 20, 20)
    assert len(items(owner)) == 20
    run_import_job(owner.company_id, owner.user.pk, batch.pk)
    done = fresh(owner, batch)
    assert (done.state, done.created_count, done.changed_count, done.refused_count) == ("done", 60, 0, 0)
    assert len(items(owner)) == 60
    with scope(owner.company_id):
        assert AuditSubject.objects.visible_to(owner).filter(entry__command="item.add_item", ref__startswith="item.item:").count() == 60


def test_several_workers_at_once_take_each_row_once(owner: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "STEP_ROWS", 7)
    batch = started(owner, codes(50))
    race(4, lambda _: run_import_job(owner.company_id, owner.user.pk, batch.pk))
    run_import_job(owner.company_id, owner.user.pk, batch.pk)
    done = fresh(owner, batch)
    assert (done.state, done.created_count, done.changed_count, len(items(owner))) == ("done", 50, 0, 50)


def test_a_fault_of_ours_stops_with_a_sentence_and_can_go_on(owner: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was taken stays; the batch says so on its page, and goes on by its button."""
    monkeypatch.setattr(importing, "STEP_ROWS", 10)
    batch = started(owner, codes(30))
    take = Taker._take_one

    def stumble(self: Taker, row: Any) -> None:
        if row.position == 15:
            raise ZeroDivisionError
        take(self, row)

    monkeypatch.setattr(Taker, "_take_one", stumble)
    with pytest.raises(ZeroDivisionError):
        run_import_job(owner.company_id, owner.user.pk, batch.pk)
    stopped = fresh(owner, batch)
    assert (stopped.state, stopped.position) == ("stopped", 10)
    page = text_of(browser_of(owner).get(f"{ITEMS}{batch.pk}/"))
    assert "A fault of ours (ZeroDivisionError) stopped this import." in page
    assert "/core/do/resume_import/" in page
    monkeypatch.setattr(Taker, "_take_one", take)
    run_raw(owner, "core.resume_import", {"batch": batch.pk})
    run_import_job(owner.company_id, owner.user.pk, batch.pk)
    assert (fresh(owner, batch).state, len(items(owner))) == ("done", 30)


def test_an_import_whose_job_died_goes_on_by_the_clock(owner: Context) -> None:
    """A batch that did not move for two minutes gets a job again; one that moves does not."""
    from procrastinate.contrib.django.models import ProcrastinateJob

    batch = started(owner, codes(3))
    jobs = ProcrastinateJob.objects.filter(task_name="core.run_import", args__batch_id=batch.pk)
    resume_imports(0)
    assert jobs.count() == 0
    with scope(owner.company_id):
        ImportBatch.objects.filter(pk=batch.pk).update(moved_at=owner.now.replace(year=2020))
    resume_imports(0)
    resume_imports(0)
    assert jobs.count() == 1


def test_who_lost_the_right_meanwhile_takes_no_further_row(owner: Context) -> None:
    clerk = make_ctx(owner.company, "core.import_rows", "item.add_item", "item.view_item", role="clerk")
    batch = started(clerk, codes(5))
    with scope(owner.company_id):
        role = clerk.user.memberships.get().roles.get()
        role.permissions = ["core.import_rows"]
        role.save()
    run_import_job(owner.company_id, clerk.user.pk, batch.pk)
    assert (fresh(owner, batch).state, items(owner)) == ("stopped", {})


def test_a_job_is_allowed_no_more_than_the_token_that_started_it(owner: Context) -> None:
    """An owner's token that may only add: the job that takes the rows for it changes nothing."""
    import_file(owner, resource_named("item.item"), "a.csv", b"code,name\nA,First\n")
    narrow = Program(owner, issue_token(owner.user, owner.company, "narrow", scope=["core.import_rows", "item.add_item", "item.view_item"]))
    file = Program(owner).upload("x.csv", b"code,name\nA,Hacked\nB,Mine\n").json()["id"]
    batch = narrow.do("core.open_import", {"resource": "item.item", "file": file}).json()["id"]
    assert narrow.do("core.start_import", {"batch": batch}).status_code in {200, 201}
    run_import_job(owner.company_id, owner.user.pk, batch)
    assert {c: i.name for c, i in items(owner).items()} == {"A": "First", "B": "Mine"}


def test_a_long_file_is_taken_by_a_job_and_its_page_shows_how_far(owner: Context) -> None:
    """The page may be left; the address of the import shows progress, and the report when it is done."""
    browser = browser_of(owner)
    page = confirm(browser, upload(browser, codes(301)))
    assert "0 of 301" in text_of(page)
    assert items(owner) == {}
    batch = latest(owner)
    run_import_job(owner.company_id, owner.user.pk, batch.pk)
    part = browser.get(f"{ITEMS}{batch.pk}/", headers={"HX-Request": "true", "HX-Target": "import-progress"})
    assert "<html" not in text_of(part)
    assert "hx-trigger" not in text_of(part)
    assert ">301<" in text_of(part)


# -- columns, keys, modes


def test_columns_are_shown_changed_and_remembered(owner: Context) -> None:
    """What no name tells is chosen once; the next file with the same header needs no choice."""
    browser = browser_of(owner)
    data = "Artikel;Bezeichnung;Betrag\nA;Prüfung;12.50\n".encode("cp1252")
    page = text_of(browser.post(ITEMS, {"file": io.BytesIO(data)}, follow=True))
    assert "Prüfung" in page
    assert '<option value="cp1252" selected>' in page
    assert '<option value=";" selected>' in page
    preview = upload(browser, data)
    assert "None of the columns is known." in text_of(preview)
    chosen = {"column-0": "code", "column-1": "name", "column-2": "price_minor"}
    checked = browser.post(preview.request["PATH_INFO"], {"check": "1", **chosen})
    assert "Import 1 row" in text_of(checked)
    confirm(browser, preview, **chosen)
    assert (items(owner)["A"].name, items(owner)["A"].price_minor) == ("Prüfung", 1250)
    again = upload(browser, b"Artikel,Bezeichnung,Betrag\nB,Zwei,1\n")
    assert "Import 1 row" in text_of(again)
    confirm(browser, again)
    assert items(owner)["B"].price_minor == 100


def test_numbers_are_read_as_the_file_writes_them(owner: Context) -> None:
    """A comma before the fraction is found by looking; a row that writes in another way is refused, and the choice is the person's."""
    browser = browser_of(owner)
    data = b"Code;Name;Price\nA;One;1.234,50\nB;Two;12,5\nC;Three;12.5\n"
    preview = upload(browser, data)
    page = text_of(browser.get(preview.request["PATH_INFO"]))
    assert "As found: Comma" in page
    assert "12.5 is not a number where a comma stands before the fraction." in text_of(preview)
    confirm(browser, preview)
    assert {code: item.price_minor for code, item in items(owner).items()} == {"A": 123_450, "B": 1_250}
    preview = upload(browser, b"Code,Name,Price\nD,Four,1.234\n")
    confirm(browser, preview, decimal=",")
    assert items(owner)["D"].price_minor == 123_400
    confirm(browser, upload(browser, b"code,name,price\nE,Five,1.23\n"))
    assert items(owner)["E"].price_minor == 123


def test_dates_are_read_as_the_file_writes_them(owner: Context) -> None:
    """The order that all dates allow; what it does not allow is refused with field and sentence."""
    data = b"On,Name\n01/02/2027,One\n24/12/2027,Two\n2027-03-04,Three\n2/30/28,Four\n"
    made = read_file(resource_named("calendar.holiday"), owner, "days.csv", data, Options())
    assert [row.inputs["on"] for row in made.rows[:3]] == ["2027-02-01", "2027-12-24", "2027-03-04"]
    assert made.rows[3].said == [["on", "2/30/28 is not a date in the order day, month, year."]]


def test_another_encoding_and_separator_read_the_file_anew(owner: Context) -> None:
    browser = browser_of(owner)
    preview = upload(browser, "code|name;x\nA|Prüfung;y\n".encode("cp850"))
    url = preview.request["PATH_INFO"]
    answer = browser.post(url, {"check": "1", "encoding": "cp850", "separator": "|"}, headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (204, url)
    browser.post(url, {"start": "1", "column-1": "name"}, follow=True)
    assert items(owner)["A"].name == "Prüfung;y"
    for wrong in ({"encoding": "base64"}, {"encoding": "x" * 500}, {"separator": "ab"}, {"mode": "all"}, {"header_line": "-1"}):
        fresh_url = upload(browser, codes(1)).request["PATH_INFO"]
        assert browser.post(fresh_url, wrong).status_code in {200, 302, 409, 422}
        assert len(items(owner)) == 1


@pytest.mark.parametrize(
    ("mode", "outcome"), [("both", (1, 1, 0)), ("create", (1, 0, 1)), ("update", (0, 1, 1))], ids=["both", "create", "update"]
)
def test_only_add_only_change(owner: Context, mode: str, outcome: tuple[int, int, int]) -> None:
    """What the mode does not want is refused with a sentence, never skipped."""
    resource = resource_named("item.item")
    import_file(owner, resource, "a.csv", b"code,name\nA,First\n")
    result = import_file(owner, resource, "b.csv", b"code,name\nA,Second\nB,New\n", {"mode": mode})
    assert (result.created, result.changed, result.refused) == outcome
    assert all(p.sentence.endswith((".", "adds.", "there.")) and p.field == "code" for p in result.problems)
    party = resource_named("party.party")
    import_file(owner, party, "a.csv", b"First name,Last name,Phone\nPia,Person,0171 5550000\n")
    file = b"First name,Last name,Phone,E-mail\nPia,Person,0171 5550000,pia@example.org\nNoah,New,0171 5550001,\n"
    result = import_file(owner, party, "b.csv", file, {"mode": mode})
    assert (result.created, result.changed, result.refused) == outcome


def test_a_row_is_found_by_the_key_that_was_chosen(owner: Context) -> None:
    """By name instead of code; where two have it, the row says that it can't tell."""
    resource = resource_named("item.item")
    import_file(owner, resource, "a.csv", b"code,name,price\nA,One,1\nB,Two,2\nC,Two,3\n")
    result = import_file(owner, resource, "b.csv", b"name,price\nOne,9\nTwo,9\n", {"key": "name"})
    assert (result.changed, result.refused) == (1, 1)
    assert "Several items have the name Two" in result.problems[0].sentence
    assert [items(owner)[c].price_minor for c in "ABC"] == [900, 200, 300]


# -- workbooks


def test_a_workbook_is_a_table_like_any_other(owner: Context) -> None:
    """Numbers without a point, texts that look like formulas, the sheet that holds something, the row as the sheet counts it."""
    rows = [["Price list"], [], ["Code", "Name", "Price"], ["A", "'=1+1", 12.5], [1001, "Whole", 3], ["B", "Bad", 1.005]]
    data = workbook(rows, sheets=("Cover", "Prices"))
    result = import_file(owner, resource_named("item.item"), "prices.xlsx", data)
    assert (result.created, result.refused) == (2, 1)
    assert [(p.line, p.field) for p in result.problems if p.refused] == [(6, "price")]
    kept = items(owner)
    assert (kept["A"].name, kept["A"].price_minor, kept["1001"].price_minor) == ("'=1+1", 1250, 300)


def _patched(data: bytes, name: str, change: Any) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for entry in before.namelist():
            content = before.read(entry)
            after.writestr(entry, change(content) if entry == name else content)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["truncated", "bomb", "far cell", "zip", "garbage", "old", "locked"])
def test_a_workbook_that_can_not_be_read(owner: Context, kind: str) -> None:
    """A sentence, in seconds, in little memory, and nothing written (R15)."""
    good = workbook([["code", "name"], ["A", "x"]])
    sheet = "xl/worksheets/sheet1.xml"
    data = {
        "truncated": lambda: good[: len(good) // 2],
        "bomb": lambda: _patched(good, sheet, lambda x: x.replace(b"</sheetData>", b" " * 210_000_000 + b"</sheetData>")),
        "far cell": lambda: _patched(good, sheet, lambda x: x.replace(b'r="B2"', b'r="XFD1048576"')),
        "zip": lambda: _patched(good, "x", bytes)[:0] + _zip_of({"readme.txt": b"x"}),
        "garbage": lambda: good[:200] + bytes(range(256)) * 20,
        "old": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 5000,
        "locked": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"EncryptedPackage" * 400,
    }[kind]()
    result = import_file(owner, resource_named("item.item"), "book.xlsx", data)
    assert (result.created, result.changed) == (0, 0)
    assert result.problems[0].refused
    assert result.problems[0].sentence.endswith(".")
    assert items(owner) == {}


def _zip_of(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_what_no_database_holds_is_refused_by_row(owner: Context) -> None:
    """NUL in a cell, in a card, in a header; the rows beside it are taken."""
    result = import_file(owner, resource_named("item.item"), "a.csv", b"code,name\nA,x\x00y\nB,good\n")
    assert (result.created, result.refused) == (1, 1)
    assert [(p.line, p.field) for p in result.problems] == [(2, "name")]
    assert list(items(owner)) == ["B"]


# -- mended and taken again


@pytest.mark.parametrize("name", ["items.csv", "items.xlsx"])
def test_rows_that_were_left_out_are_mended_and_imported_again(owner: Context, name: str) -> None:
    """The same format, the same columns, one more that says what was wrong; the mended file comes in whole."""
    rows = [["code", "name", "price", "description"], ["A", "Good", "1", "x"], ["B", "Bad", "1.005", "=2+2"], ["", "None", "1", "z;\n"]]
    text = "\n".join(";".join(f'"{c}"' for c in row) for row in rows)
    data = text.encode("cp1252") if name.endswith("csv") else workbook([[f"{c}" for c in row] for row in rows[:2]] + rows[2:])
    browser = browser_of(owner)
    report = confirm(browser, upload(browser, data, name))
    assert "Get the 2 rows that were left out" in text_of(report)
    answer = browser.get(report.request["PATH_INFO"] + "refused/")
    assert answer.status_code == 200
    if name.endswith("csv"):
        found = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=";"))
    else:
        from enfilade.core.workbook import read_sheet

        found = [[*cells, *[""] * (5 - len(cells))] for _, cells in read_sheet(answer.content).rows]
    assert found[0] == [*rows[0], "What was wrong"]
    assert [row[:2] for row in found[1:]] == [["B", "Bad"], ["", "None"]]
    assert [bool(row[4]) for row in found[1:]] == [True, True]
    found[1][2], found[2][0] = "1.01", "C"
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows(found)
    mended = out.getvalue().encode() if name.endswith("csv") else workbook(found)
    result = import_file(owner, resource_named("item.item"), name, mended)
    assert (result.created, result.refused, result.problems) == (2, 0, [])
    assert {c: i.price_minor for c, i in items(owner).items()} == {"A": 100, "B": 101, "C": 100}


# -- taken back


def test_taking_back_what_was_made_and_changed(owner: Context) -> None:
    """Made rows go, changed rows are as they were; all of it by one command, in the audit of each."""
    resource = resource_named("item.item")
    import_file(owner, resource, "a.csv", b"code,name,price\nA,First,1\n")
    import_file(owner, resource, "b.csv", b"code,name,price\nA,Second,2\nB,New,3\nB,Newer,4\n")
    key = items(owner)["B"].pk
    batch = undo_import(owner, batch=latest(owner))
    assert (batch.state, {c: (i.name, i.price_minor) for c, i in items(owner).items()}) == ("undone", {"A": ("First", 100)})
    with scope(owner.company_id):
        assert AuditSubject.objects.visible_to(owner).filter(ref=f"item.item:{key}", entry__command="core.undo_import").exists()
    with pytest.raises(Refusal) as twice:
        undo_import(owner, batch=latest(owner))
    assert twice.value.code == "not_done_or_stopped"


def test_what_was_used_or_changed_since_stays_and_says_so(owner: Context) -> None:
    resource = resource_named("item.item")
    import_file(owner, resource, "a.csv", b"code,name,price\nA,First,1\n")
    import_file(owner, resource, "b.csv", b"code,name,price\nA,Second,2\nB,New,3\nC,Other,3\n")
    batch = latest(owner)
    run_raw(owner, "item.change_item", {"item": items(owner)["A"].pk, "name": "By hand"})
    run_raw(owner, "item.change_item", {"item": items(owner)["B"].pk, "price": "9"})
    undo_import(owner, batch=batch)
    assert {c: (i.name, i.price_minor) for c, i in items(owner).items()} == {"A": ("By hand", 100), "B": ("New", 900)}
    page = text_of(browser_of(owner).get(f"{ITEMS}{batch.pk}/"))
    assert "Name was changed since and stays." in page
    assert "It was used since (item.change item) and stays." in page


def test_contacts_taken_back_leave_no_gap_in_the_numbers(owner: Context) -> None:
    """The numbers are given back from the end; what a contact gained by the file goes, what it was before comes again."""
    party = resource_named("party.party")
    import_file(owner, party, "a.csv", b"Name,Phone\nPia Person,0171 5550000\n")
    rows = b"".join(b"Noah New%d,0171 66600%02d,\n" % (n, n) for n in range(30))
    import_file(owner, party, "b.csv", b"Name,Phone,E-mail\nPia Person,0171 5550000,pia@example.org\n" + rows)
    with scope(owner.company_id):
        assert Party.objects.visible_to(owner).count() == 31
    undo_import(owner, batch=latest(owner))
    with scope(owner.company_id):
        assert [p.name for p in Party.objects.visible_to(owner)] == ["Pia Person"]
        assert list(ContactPoint.objects.visible_to(owner).values_list("kind", flat=True)) == ["phone"]
        assert "pia@" not in Party.objects.visible_to(owner).get().search_text
        assert verify_all(owner) == []
    import_file(owner, party, "c.csv", b"Name\nNext One\n")
    with scope(owner.company_id):
        assert Party.objects.visible_to(owner).get(name="Next One").number == "P-00002"


def test_a_contact_whose_number_others_followed_is_archived_instead(owner: Context) -> None:
    party = resource_named("party.party")
    import_file(owner, party, "a.csv", b"Name\nEarly Bird\nSecond Bird\n")
    batch = latest(owner)
    later = Program(owner).do("party.add_party", {"kind": "person", "name": "Later"})
    assert later.status_code in {200, 201}
    undo_import(owner, batch=batch)
    with scope(owner.company_id):
        assert {p.name: p.is_archived for p in Party.objects.visible_to(owner)} == {
            "Early Bird": True,
            "Second Bird": True,
            "Later": False,
        }
        assert verify_all(owner) == []
    said = text_of(browser_of(owner).get(f"{PARTIES}{batch.pk}/"))
    assert "it was archived instead." in said


def test_taking_back_needs_its_own_permission(owner: Context) -> None:
    clerk = make_ctx(owner.company, "core.import_rows", "item.add_item", "item.view_item")
    import_file(clerk, resource_named("item.item"), "a.csv", codes(1))
    with pytest.raises(NotAllowed):
        undo_import(clerk, batch=latest(owner))
    page = text_of(browser_of(clerk).get(f"{ITEMS}{latest(owner).pk}/"))
    assert "undo_import" not in page


def test_a_check_is_always_a_rehearsal(owner: Context, stranger: Context) -> None:
    """By the API too; and no batch of another company can be named."""
    program = Program(owner)
    file = program.upload("x.csv", codes(3)).json()["id"]
    batch = program.do("core.open_import", {"resource": "item.item", "file": file}).json()["id"]
    assert program.do("core.check_import", {"batch": batch}).json()["code"] == "only_rehearsed"
    assert program.do("core.check_import", {"batch": batch}, rehearse=True).status_code in {200, 201}
    assert items(owner) == {}
    assert Program(stranger).do("core.start_import", {"batch": batch}).status_code == 404
    assert program.do("core.map_import", {"batch": batch, "options": {"colour": 1}}).status_code in {409, 422}
    assert program.do("core.import_rows", {"resource": "item.item", "file": file}).json()["state"] == "done"
    assert len(items(owner)) == 3


def test_a_party_that_was_renamed_since_keeps_her_name(owner: Context) -> None:
    party = resource_named("party.party")
    import_file(owner, party, "a.csv", b"Name,Phone\nPia Person,0171 5550000\n")
    import_file(owner, party, "b.csv", b"Name,Phone,Job title\nPia Person,0171 5550000,Boss\n")
    batch = latest(owner)
    with scope(owner.company_id):
        pia = Party.objects.visible_to(owner).get()
    run_raw(owner, "party.change_party", {"party": pia.pk, "note": "By hand"})
    undo_import(owner, batch=batch)
    with scope(owner.company_id):
        pia.refresh_from_db()
    assert (pia.job_title, pia.note) == ("", "By hand")
