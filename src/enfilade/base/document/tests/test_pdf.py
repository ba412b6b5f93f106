"""What is printed is what was given, letter by letter; the same values give the same bytes."""

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from enfilade.base.document.pdf import LayoutError, render_pdf

LETTER = """#import "/document/letter.typ": *
#let data = json(bytes(sys.inputs.data))
#show: letter.with(data)
#lines(data.columns, data.rows)
#totals(data.totals)
"""
AT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
COLUMNS = [{"label": "Service", "width": "1fr"}, {"label": "Amount", "align": "right"}]
TRAPS = [
    "#let x = 1",
    "*bold* _it_ $x^2$ `raw`",
    "@preview/cades:0.3.0",
    '#include "/etc/passwd"',
    "= Heading",
    "<label> \\ // c",
    '[#read("x")]',
]


def values(**more: Any) -> dict[str, Any]:
    """What a receipt prints."""
    return {
        "title": "Receipt 17",
        "company": {"name": "Dr. Weiß & Partner", "lines": ["Hauptstraße 1", "10115 Berlin"]},
        "to": ["Łukasz Nowak"],
        "facts": [["Number", "INV-2026-00001"]],
        "columns": COLUMNS,
        "rows": [["Cleaning", "€80.00"]],
        "totals": [["Net", "€67.23"], ["Total", "€80.00"]],
        "footer": ["Tax number 12/345"],
        **more,
    }


def text_of(pdf: bytes) -> str:
    """All that can be read in it."""
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_what_a_person_typed_is_never_markup() -> None:
    """Typst's own syntax is printed as it is; nothing is read, fetched or run."""
    text = text_of(render_pdf(LETTER, values(rows=[[trap, "1"] for trap in TRAPS], to=TRAPS)))
    for trap in TRAPS:
        assert text.count(trap) == 2, trap


def test_every_script_prints_or_is_left_blank() -> None:
    """Latin with strokes, Greek, Cyrillic are there; Arabic and emoji do not break it, nor do letters without a glyph."""
    text = text_of(render_pdf(LETTER, values(to=["Łukasz Øster", "Ωμέγα", "Щука", "محمد علي", "😀 李雷", "a\u202eb\u0000c\ufffe"])))
    for word in ("Łukasz Øster", "Ωμέγα", "Щука"):
        assert word in text


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=80))
def test_no_text_breaks_the_print(text: str) -> None:
    """Whatever it is, a PDF comes out."""
    assert render_pdf(LETTER, values(to=[text], rows=[[text, text]])).startswith(b"%PDF-")


def test_the_same_values_give_the_same_bytes() -> None:
    """On any day; and with another value another file."""
    assert render_pdf(LETTER, values()) == render_pdf(LETTER, values())
    assert render_pdf(LETTER, values(), at=AT) == render_pdf(LETTER, values(), at=AT)
    assert render_pdf(LETTER, values(title="Receipt 18"), at=AT) != render_pdf(LETTER, values(), at=AT)


def test_an_issued_document_is_archivable_and_accessible() -> None:
    """PDF/A-3 and PDF/UA-1 say so themselves; the title is that of the document."""
    pdf = render_pdf(LETTER, values(), at=AT)
    reader = PdfReader(io.BytesIO(pdf))
    said = reader.xmp_metadata
    assert said is not None
    assert reader.metadata is not None
    assert reader.metadata.title == "Receipt 17"
    assert b"pdfaid:part" in said.stream.get_data()
    assert b"pdfuaid:part" in said.stream.get_data()


def test_a_slip_for_the_till() -> None:
    """80 mm wide, as long as it needs to be."""
    slip = LETTER.replace("letter.with", "slip.with")
    short, long = (PdfReader(io.BytesIO(render_pdf(slip, values(rows=[["Cleaning", "1"]] * n)))) for n in (1, 40))
    assert round(short.pages[0].mediabox.width / 72 * 25.4) == 80
    assert long.pages[0].mediabox.height > 3 * short.pages[0].mediabox.height
    assert len(long.pages) == 1


def test_many_lines_go_over_pages() -> None:
    """With the head of the table on each."""
    reader = PdfReader(io.BytesIO(render_pdf(LETTER, values(rows=[["Cleaning", "1"]] * 120))))
    assert len(reader.pages) > 2
    assert all("Service" in page.extract_text() for page in reader.pages)


def test_templates_that_are_wrong_or_missing() -> None:
    """Named, for whoever wrote them; no way out of the folder."""
    for template in ("document/none.typ", "document/../../apps.py", "billing\n#let", '#import "/etc/passwd"\n', "document/letter.html"):
        with pytest.raises((LayoutError, LookupError)):
            render_pdf(template, values())
