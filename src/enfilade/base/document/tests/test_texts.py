"""Files are read after they came in, found by what they say, and none of them stops the house."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, connection
from pypdf import PdfReader, PdfWriter

from enfilade.base.document import filetext
from enfilade.base.document.commands import destroy_document, note_text, replace_document, take_document
from enfilade.base.document.filetext import read_text
from enfilade.base.document.jobs import propose_of_company, read_of_company
from enfilade.base.document.models import Destruction, DocumentText
from enfilade.base.document.pdf import render_pdf
from enfilade.base.document.texts import LOST
from enfilade.core import files
from enfilade.core.command import run_raw
from enfilade.core.context import Context
from enfilade.core.jobs import react
from enfilade.core.models import FileScan
from enfilade.core.pages.palette import _records
from enfilade.core.resource import RESOURCES
from enfilade.core.resource.listing import listing
from enfilade.core.scanning import note_scan
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx

from .desk import Desk, refused, stored

WORD = b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">%s</w:document>'
OPEN = (
    b'<o:document-content xmlns:o="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    b' xmlns:t="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><o:meta>hidden</o:meta><o:body>%s</o:body></o:document-content>'
)
LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>' + WORD % b"<w:p><w:t>&b;</w:t></w:p>"


def pdf(text: str = "The xylophone is insured in Kraków.") -> bytes:
    """A PDF that says something."""
    return render_pdf("#let data = json(bytes(sys.inputs.data))\n#data.text", {"text": text})


def locked() -> bytes:
    """A PDF with a password."""
    out, writer = io.BytesIO(), PdfWriter(clone_from=PdfReader(io.BytesIO(pdf())))
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(out)
    return out.getvalue()


def packed(**parts: bytes) -> bytes:
    """An office file of parts, whose names have two underscores for a slash."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/") + ".xml", content)
    return out.getvalue()


READABLE: dict[str, tuple[Callable[[], bytes], str]] = {
    "pdf": (pdf, "The xylophone is insured in Kraków."),
    "docx": (
        lambda: packed(word__document=WORD % b"<w:p><w:r><w:t>Two</w:t></w:r><w:r><w:t>fold</w:t></w:r></w:p><w:p><w:t>Next</w:t></w:p>"),
        "Twofold\nNext",
    ),
    "odt": (lambda: packed(content=OPEN % "<t:p>Grüße<t:tab/>an</t:p><t:p>alle</t:p>".encode()), "Grüße an\nalle"),
    "html": (lambda: b"<html><script>var x = 1</script><p>Fee &amp; term<p>of <b>no</b>tice</html>", "Fee & term\nof notice"),
    "utf-8": ("Überweisung\r\n  an  alle".encode, "Überweisung\n an alle"),
    "windows": (lambda: "Überweisung für Łódź".encode("cp1252", "replace"), "Überweisung für ?ód?"),
}
UNREADABLE: dict[str, tuple[Callable[[], bytes], str]] = {
    "locked": (locked, filetext.LOCKED),
    "broken pdf": (lambda: b"%PDF-1.7 scan", filetext.BROKEN),
    "half a pdf": (lambda: pdf()[:900], filetext.BROKEN),
    "empty page": (lambda: pdf(" "), filetext.NO_TEXT),
    "picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, filetext.OTHER),
    "other zip": (lambda: packed(anything=b"<x/>"), filetext.OTHER),
    "half a zip": (lambda: packed(word__document=WORD % b"<w:p/>")[:60], filetext.BROKEN),
    "bomb": (lambda: packed(word__document=WORD % (b" " * (filetext.UNPACKED_MAX_BYTES + 1))), filetext.TOO_MUCH),
    "entities": (lambda: packed(word__document=LAUGHS), filetext.BROKEN),
    "no xml": (lambda: packed(word__document=b"<w:p"), filetext.BROKEN),
}


@pytest.mark.parametrize("name", READABLE)
def test_what_a_file_says(name: str) -> None:
    """By its content, whatever it is called; without markup and what a person does not see."""
    make, text = READABLE[name]
    assert read_text(make()) == filetext.Reading(text)


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_can_not_be_read_says_why(name: str) -> None:
    """Nothing is raised, and the process that read it is gone."""
    make, sentence = UNREADABLE[name]
    assert read_text(make()) == filetext.Reading(fault=sentence)


def test_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long text is cut and says so; what takes too long or too much memory is ended."""
    long = read_text(b"word " * 100_000)
    assert (len(long.text), long.is_cut) == (filetext.CHARACTERS_MAX - 1, True)
    monkeypatch.setattr(filetext, "SECONDS_MAX", 0.01)
    assert read_text(b"word") == filetext.Reading(fault=filetext.TOO_LONG)


@pytest.fixture
def desk(transactional_db: Any) -> Desk:
    """A desk with a matrix."""
    return Desk()


def found(ctx: Context, q: str) -> list[int]:
    """The documents that the list finds."""
    with scope(ctx.company_id, read_only=True):
        return [row.pk for row in listing(RESOURCES["document.document"], ctx, {"q": q}).rows]


def in_palette(ctx: Context, q: str) -> list[str]:
    """The records that Ctrl-K finds."""
    with scope(ctx.company_id, read_only=True):
        return [one["url"] for one in _records(ctx, q)]


def waiting(desk: Desk, reaction: str = "document.read_file") -> list[dict[str, Any]]:
    """Arguments of the readings that wait, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args FROM procrastinate_jobs WHERE task_name = 'core.react' AND args->>'reaction' = %s"
            " AND (args->>'company_id')::int = %s ORDER BY id",
            [reaction, desk.company.pk],
        )
        return [args if isinstance(args, dict) else json.loads(args) for (args,) in cursor.fetchall()]


def test_a_file_is_found_by_what_it_says(desk: Desk) -> None:
    """A job reads it after it was taken, by whomever; the list and Ctrl-K find it then, for those who may see the document."""
    clerk = make_ctx(desk.company, "document.view_document@own", "document.take_document")
    card = take_document(clerk, party=desk.ada, kind=desk.card, file=stored(clerk, pdf()))
    assert (found(desk.ctx, "xylophone"), found(desk.ctx, "ada insur")) == ([], [card.pk])
    (job,) = waiting(desk)
    react(**job)
    react(**job)
    assert found(desk.ctx, "XYLO krakow ada") == [card.pk]
    assert in_palette(desk.ctx, "xylophone") == [f"/document/documents/{card.pk}/"]
    assert found(clerk, "xylophone") == [card.pk]
    assert found(make_ctx(desk.company, "document.view_document@own"), "xylophone") == []
    assert in_palette(make_ctx(desk.company, "party.view_party"), "xylophone") == []
    assert found(make_ctx(make_company("Theirs"), "*"), "xylophone") == []


def test_names_that_change_are_found(desk: Desk) -> None:
    """The party, the kind and a newer version; what a document lost does not find it any more."""
    card = take_document(desk.ctx, party=desk.ada, kind=desk.card, file=stored(desk.ctx, pdf()), note="seen by Bo")
    newer = replace_document(desk.ctx, document=card, file=stored(desk.ctx, pdf("A trombone.")))
    assert read_of_company(desk.ctx) == 2
    assert (found(desk.ctx, "trombone"), found(desk.ctx, "bo")) == ([newer.pk], [card.pk])
    assert found(desk.ctx, "ada") == [newer.pk, card.pk]
    run_raw(desk.ctx, "party.change_party", {"party": desk.ada.pk, "name": "Grace Hopper"})
    run_raw(desk.ctx, "document.change_documentkind", {"documentkind": desk.card.pk, "name": "Policy"})
    assert (found(desk.ctx, "ada"), found(desk.ctx, "grace policy trombone")) == ([], [newer.pk])


def test_files_that_say_nothing_do_not_stop_the_others(desk: Desk) -> None:
    """Each has its sentence; one whose content is lost as well; the next hour has nothing to do."""
    bad = [take_document(desk.ctx, party=desk.ada, kind=desk.card, file=stored(desk.ctx, make())) for make in (locked, lambda: b"%PDF-1.7")]
    gone = take_document(desk.ctx, party=desk.ada, kind=desk.card, file=stored(desk.ctx, b"nothing of it is left"))
    files.remove_content(desk.fresh(gone).file.sha256)
    good = take_document(desk.ctx, party=desk.ada, kind=desk.card, file=stored(desk.ctx, pdf()))
    take_document(desk.ctx, party=desk.ada, kind=desk.card)
    assert (read_of_company(desk.ctx), read_of_company(desk.ctx)) == (4, 0)
    with scope(desk.company.pk):
        said = dict(DocumentText.objects.values_list("document", "sentence"))
    assert said == {bad[0].pk: filetext.LOCKED, bad[1].pk: filetext.BROKEN, gone.pk: LOST, good.pk: ""}
    assert found(desk.ctx, "xylophone") == [good.pk]


def test_what_is_destroyed_is_found_no_more(desk: Desk) -> None:
    """Its text goes with its content, and no record of changes has kept it; nor can anybody write it again."""
    rule = {"kind": desk.card.pk, "keep_months": 1, "starts": "received", "whole_years": False, "basis": "Test § 1"}
    run_raw(desk.ctx, "document.add_retentionrule", rule)
    old = desk.ctx.today.replace(year=desk.ctx.today.year - 3, day=1)
    card = take_document(desk.ctx, party=desk.ada, kind=desk.card, received_on=old, file=stored(desk.ctx, pdf()))
    assert read_of_company(desk.ctx) == 1
    assert found(desk.ctx, "xylophone") == [card.pk]
    propose_of_company(desk.ctx)
    with scope(desk.company.pk):
        proposed = Destruction.objects.get(document=card)
    destroy_document(desk.ctx, destruction=proposed)
    assert (found(desk.ctx, "xylophone"), found(desk.ctx, "ada")) == ([], [card.pk])
    refused("nothing_to_read", note_text, desk.ctx, document=card, content="xylophone")
    with scope(desk.company.pk), connection.cursor() as cursor:
        for table in ("core_rowchange", "core_auditentry", "core_evententry", "document_documenttext", "document_documentword"):
            cursor.execute(f"SELECT count(*) FROM {table} AS t WHERE t::text ILIKE '%%xylophone%%'")  # noqa: S608 - names of ours
            assert cursor.fetchone() == (0,), table
    with pytest.raises(IntegrityError, match="was destroyed"), scope(desk.company.pk):
        DocumentText.objects.create(company=desk.company, document=card, read_at=desk.ctx.now, content="xylophone")
    other = take_document(desk.ctx, party=desk.ada, kind=desk.card)
    with pytest.raises(IntegrityError, match="document_text_or_reason"), scope(desk.company.pk):
        DocumentText.objects.create(company=desk.company, document=other, read_at=desk.ctx.now)


def test_a_file_that_is_held_is_read_when_it_is_cleared(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing reads what the scanner has not seen; what it clears is read by a job of that moment."""
    monkeypatch.setattr(settings, "CLAMD", "127.0.0.1:1")
    file = stored(desk.ctx, pdf())
    card = take_document(desk.ctx, party=desk.ada, kind=desk.card, file=file)
    assert (read_of_company(desk.ctx), found(desk.ctx, "xylophone")) == (0, [])
    with scope(desk.company.pk):
        scan = FileScan.objects.get(file=file)
    note_scan(desk.ctx, scan=scan)
    for job in waiting(desk, "document.read_cleared_file"):
        react(**job)
    assert found(desk.ctx, "xylophone") == [card.pk]
