"""Cells of a list changed in place: by the same command, with the same refusals; only where the caller may; nobody's change is lost."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from enfilade.base.item.models import Item
from enfilade.base.work.commands import open_case
from enfilade.core.command import run_raw
from enfilade.core.context import Context, Held
from enfilade.core.models import AuditEntry, HeldCommand
from enfilade.core.pages import cells
from enfilade.core.scope import scope
from enfilade.core.testing import make_ctx

from .callers import browser_of

pytestmark = pytest.mark.django_db


def add_item(ctx: Context, code: str = "A1") -> Item:
    """A crown for 100."""
    values = {"code": code, "name": "Crown", "kind": "service", "price": "100.00", "tax_class": "standard"}
    found: Item = run_raw(ctx, "item.add_item", values)
    return found


def opened(browser: Client, url: str) -> dict[str, str]:
    """What the field of a cell sends along, as the page has it when the cell is opened."""
    answer = browser.get(url)
    assert answer.status_code == 200, answer.content
    return hidden(answer.content.decode())


def hidden(html: str) -> dict[str, str]:
    """The key of a form, and what its reader has seen."""
    return {n: re.search(rf'name="{n}" value="([^"]*)"', html)[1].replace("&quot;", '"') for n in ("_key", "_seen")}  # type: ignore[index]


def fresh(ctx: Context, row: Any) -> Any:
    """The row as it is now."""
    with scope(ctx.company_id):
        return type(row).objects.get(pk=row.pk)


def test_a_cell_is_changed_by_its_command(owner: Context, browser_page: Client) -> None:
    """One field, by the audited command; the cells come back in the columns of the list; sent twice it is done once."""
    item = add_item(owner)
    assert f'data-cell="price_minor" aria-label="Edit Price of {item}"' in browser_page.get("/item/items/").content.decode()
    url = f"/item/items/{item.pk}/cells/price_minor/?columns=code,price"
    form = browser_page.get(url).content.decode()
    assert 'value="100.00"' in form
    sent = {**hidden(form), "price": "120.50"}
    for _ in range(2):
        answer = browser_page.post(url, sent)
        assert answer.status_code == 200
        assert answer.content.decode().count("<td") == 2
        assert "120.50" in answer.content.decode()
    now = fresh(owner, item)
    assert (now.price_minor, now.name, now.kind) == (12050, "Crown", "service")
    with scope(owner.company_id):
        found = AuditEntry.objects.filter(command="item.change_item").values_list("channel", "inputs")
        assert [(c, i["price"]) for c, i in found] == [("page", "120.50")]


def test_a_refusal_stands_at_the_cell(owner: Context, browser_page: Client) -> None:
    """With what was typed; from the validator and from the database alike. Nothing is changed."""
    item = add_item(owner)
    add_item(owner, "B2")
    for column, name, typed, words in (
        ("price_minor", "price", "dear", "amount"),
        ("name", "name", "", "Name is required."),
        ("code", "code", "B2", "code"),
    ):
        url = f"/item/items/{item.pk}/cells/{column}/"
        answer = browser_page.post(url, {**opened(browser_page, url), name: typed})
        html = answer.content.decode()
        assert answer.status_code in {409, 422}, html
        assert 'class="errorlist"' in html
        assert words in html
        assert f'value="{typed}"' in html or not typed
    now = fresh(owner, item)
    assert (now.price_minor, now.name, now.code) == (10000, "Crown", "A1")


def test_what_a_colleague_has_changed_is_not_lost(owner: Context, browser_page: Client) -> None:
    """Whoever has seen an older value is told the new one, and replaces it knowingly. Another field's change is in nobody's way."""
    item = add_item(owner)
    url = f"/item/items/{item.pk}/cells/name/"
    seen = opened(browser_page, url)
    run_raw(owner, "item.change_item", {"item": item.pk, "name": "Bridge"})
    answer = browser_page.post(url, {**seen, "name": "Inlay"})
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Somebody has changed this to “Bridge” meanwhile." in html
    assert 'value="Inlay"' in html
    assert fresh(owner, item).name == "Bridge"
    run_raw(owner, "item.change_item", {"item": item.pk, "price": "90"})
    assert browser_page.post(url, {**hidden(html), "name": "Inlay"}).status_code == 200
    assert (fresh(owner, item).name, fresh(owner, item).price_minor) == ("Inlay", 9000)


def test_the_edit_page_loses_nothing_either(owner: Context, browser_page: Client) -> None:
    """A form that was drawn before a colleague's change is refused at that field, with what was typed; sent again it replaces it."""
    item = add_item(owner)
    url = f"/item/items/{item.pk}/edit/"
    seen = opened(browser_page, url)
    run_raw(owner, "item.change_item", {"item": item.pk, "price": "90"})
    typed = {"code": "A1", "name": "Inlay", "kind": "service", "unit": "C62", "price": "120", "tax_class": "standard", "active": "on"}
    answer = browser_page.post(url, {**seen, **typed})
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Somebody has changed this to “€90.00” meanwhile." in html
    assert 'value="Inlay"' in html
    assert fresh(owner, item).name == "Crown"
    assert browser_page.post(url, {**hidden(html), **typed}).status_code == 302
    assert (fresh(owner, item).name, fresh(owner, item).price_minor) == ("Inlay", 12000)


def test_only_who_may_and_only_her_rows(owner: Context, stranger: Context) -> None:
    """A reader gets no pencil and is refused; with a limited reach only one's own rows have one; a stranger finds nothing."""
    item = add_item(owner)
    reader = browser_of(make_ctx(owner.company, "item.view_item"))
    assert "cell-edit" not in reader.get("/item/items/").content.decode()
    url = f"/item/items/{item.pk}/cells/name/"
    assert reader.get(url).status_code == 403
    assert reader.post(url, {"name": "X", "_seen": '"Crown"'}).status_code == 403
    assert browser_of(stranger).post(url, {"name": "X", "_seen": '"Crown"'}).status_code == 404
    assert browser_of(owner).get(f"/item/items/{item.pk}/cells/prices/").status_code == 404
    assert fresh(owner, item).name == "Crown"
    hers = make_ctx(owner.company, "work.view_case", "work.change_case@own", "work.open_case")
    mine, other = (open_case(who, kind="question", title=f"Case of {who.user}") for who in (hers, owner))
    browser = browser_of(hers)
    html = browser.get("/work/cases/").content.decode()
    assert f"Edit Title of {fresh(owner, mine)}" in html
    assert f"Edit Title of {fresh(owner, other)}" not in html
    url = f"/work/cases/{other.pk}/cells/title/"
    answer = browser.post(url, {"title": "Taken", "_seen": f'"{other.title}"'})
    assert answer.status_code == 403
    assert "for your own rows only" in answer.content.decode()
    assert fresh(owner, other).title == other.title


def test_pencils_ask_the_same_number_of_questions(owner: Context) -> None:
    """With two rows and with thirty, also where the caller may change some of them only."""
    hers = make_ctx(owner.company, "work.view_case", "work.change_case@own")
    browser = browser_of(hers)
    counts = []
    for number in (2, 28):
        for n in range(number):
            open_case(owner, kind="task", title=f"Case {n}")
        browser.get("/work/cases/")
        with CaptureQueriesContext(connection) as asked:
            browser.get("/work/cases/")
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_what_is_held_at_a_door_is_said(owner: Context, browser_page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cell shows what is, and the note why it has not changed yet."""
    item = add_item(owner)

    def hold(*_: Any) -> None:
        raise Held(HeldCommand(company=owner.company, reason="A price over 1,000 is looked at first."))

    monkeypatch.setattr(cells, "run_raw", hold)
    url = f"/item/items/{item.pk}/cells/name/"
    answer = browser_page.post(url, {**opened(browser_page, url), "name": "Gold"})
    assert answer.status_code == 200
    assert "Crown" in answer.content.decode()
    assert "A price over 1,000 is looked at first." in answer["HX-Trigger"]
