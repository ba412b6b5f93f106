"""Labels: what is printed can be read by a machine, at its place; from a list, from a record, by who may."""

import io
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from django.test import Client
from pypdf import PdfReader

from enfilade.base.document.barcodes import NotCoded, symbol_of
from enfilade.base.document.commands import take_document
from enfilade.base.document.labels import SHEETS, labels_pdf
from enfilade.core.command import run_raw
from enfilade.core.context import Context, Refusal
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx

from .desk import Desk

pytestmark = pytest.mark.django_db(transaction=True)
FORMATS = {"code128": "Code128", "ean13": "EAN13", "qr": "QRCode"}


class Stock(Desk):
    """A desk with three things to stick labels on."""

    def __init__(self) -> None:
        super().__init__()
        self.items = [
            self.item(code, name) for code, name in (("CHECK-12", "Check-up"), ("4006381333931", "Marker"), ("PRÜF", "Prüfung #1"))
        ]

    def item(self, code: str, name: str) -> Any:
        """Something."""
        return run_raw(self.ctx, "item.add_item", {"code": code, "name": name, "price": "12.50", "tax_class": "standard"})

    def pdf(self, *items: Any, **how: Any) -> bytes:
        """Labels of items."""
        with scope(self.company.pk, read_only=True):
            return labels_pdf(self.ctx, items, **{"sheet": "a4_24", "symbol": "code128", **how})


@pytest.fixture
def stock() -> Stock:
    """Things."""
    return Stock()


def client_of(ctx: Context) -> Client:
    """A signed-in browser."""
    client = Client()
    client.force_login(ctx.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def read_back(pdf: bytes) -> list[tuple[str, str, int, int]]:
    """What a reader finds on the pages: format, text, and where (in mm) the code begins."""
    found = []
    for page in pypdfium2.PdfDocument(pdf):
        picture = page.render(scale=300 / 72).to_pil().convert("L")
        for one in zxingcpp.read_barcodes(picture):
            at = one.position.top_left
            found.append((one.format.name, one.text, round(at.x / 300 * 25.4), round(at.y / 300 * 25.4)))
    return sorted(found, key=lambda one: (one[3], one[2]))


@pytest.mark.parametrize("sheet", SHEETS)
@pytest.mark.parametrize(("symbol", "item"), [("code128", 0), ("ean13", 1), ("qr", 2)])
def test_every_code_is_read_back_from_every_sheet(stock: Stock, sheet: str, symbol: str, item: int) -> None:
    """By a reader that knows nothing of us."""
    found = read_back(stock.pdf(stock.items[item], sheet=sheet, symbol=symbol))
    assert [(kind, text) for kind, text, _, _ in found] == [(FORMATS[symbol], stock.items[item].code)]


def test_labels_stand_at_their_places(stock: Stock) -> None:
    """From the first free place on, row by row, and on a second page where the first is full."""
    pdf = stock.pdf(*stock.items[:2], first=23, copies=2)
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 2
    found = read_back(pdf)
    assert [text for _, text, _, _ in found] == ["4006381333931", "4006381333931", "CHECK-12", "CHECK-12"]
    form = SHEETS["a4_24"]
    places = [form.place(n) for n in (0, 1, 22, 23)]
    for (_, _, x, y), (left, top) in zip(found, places, strict=True):
        assert left < x < left + form.label[0], (x, left)
        assert top < y < top + form.label[1], (y, top)
    roll = PdfReader(io.BytesIO(stock.pdf(*stock.items[:2], sheet="roll_62")))
    assert [round(p.mediabox.width / 72 * 25.4) for p in roll.pages] == [62, 62]
    for form in SHEETS.values():
        x, y = form.place(form.count - 1)
        assert x + form.label[0] <= form.page[0]
        assert y + form.label[1] <= form.page[1]


def test_what_no_code_can_carry_is_said_before_anything_is_printed(stock: Stock) -> None:
    """With the name of the record; so are too many, no place, and none at all."""
    for how, code in (
        ({}, "not_coded"),
        ({"symbol": "ean13"}, "not_coded"),
        ({"symbol": "qr", "first": 25}, "no_such_place"),
        ({"symbol": "qr", "copies": 101}, "too_many"),
        ({"symbol": "qr", "copies": 0}, "too_many"),
    ):
        with pytest.raises(Refusal) as no:
            stock.pdf(stock.items[2], **how)
        assert no.value.code == code
    with pytest.raises(Refusal, match="at least one record"):
        stock.pdf()
    with pytest.raises(NotCoded, match="here it would be 1"):
        symbol_of("ean13", "4006381333932")


def test_from_a_list_and_from_a_record_by_who_may(stock: Stock) -> None:
    """Chosen rows, or all that match; rows of others are not printed, nor is anything without the right to see it."""
    client = client_of(stock.ctx)
    card = take_document(stock.ctx, party=stock.ada, kind=stock.card)
    for label, slug, row in (("item.item", "item/items", stock.items[0]), ("document.document", "document/documents", card)):
        assert f"/document/labels/?of={label}" in client.get(f"/{slug}/").content.decode()
        assert f"/document/labels/?of={label}&amp;pk={row.pk}" in client.get(f"/{slug}/{row.pk}/").content.decode()
    chosen = client.get("/document/labels/", {"of": "item.item", "pk": [stock.items[1].pk, stock.items[0].pk]}).content.decode()
    assert f'name="pks" value="{stock.items[1].pk},{stock.items[0].pk}"' in chosen
    matching = client.get(
        "/document/labels/", {"of": "item.item", "all": "1", "q": "CHECK"}, headers={"HX-Request": "true"}
    ).content.decode()
    assert f'name="pks" value="{stock.items[0].pk}"' in matching
    asked = {"of": "document.document", "pks": str(card.pk), "sheet": "a4_14", "symbol": "code128"}
    answer = client.get("/document/labels/sheet/", asked)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert [text for _, text, _, _ in read_back(answer.content)] == [f"DOC-{card.pk}"]
    party = {"of": "party.party", "pks": str(stock.ada.pk), "symbol": "qr"}
    assert [text for _, text, _, _ in read_back(client.get("/document/labels/sheet/", party).content)] == [stock.ada.number]
    theirs, clerk = make_ctx(make_company(), "*"), make_ctx(stock.company, "document.print_label", "item.view_item")
    assert client_of(theirs).get("/document/labels/sheet/", asked).status_code == 409
    assert client_of(clerk).get("/document/labels/sheet/", asked).status_code == 403
    assert client_of(make_ctx(stock.company, "document.view_document")).get("/document/labels/sheet/", asked).status_code == 403
    for wrong in ({"of": "core.user"}, {"sheet": "a5"}, {"symbol": "x"}):
        assert client.get("/document/labels/sheet/", asked | wrong).status_code == 404
    assert client.get("/document/labels/sheet/", asked | {"first": "x"}).status_code == 409
