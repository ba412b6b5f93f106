"""What a command would post is shown before it is posted, and is not posted."""

from dataclasses import replace
from typing import Any

import pytest

from enfilade.base.books.commands import post_entry, reverse_entry
from enfilade.core.context import Context
from enfilade.core.resource import rehearsed_parts
from enfilade.core.testing import make_ctx

from .support import DAY, Shop

pytestmark = pytest.mark.django_db(transaction=True)


def rehearsed(ctx: Context, run: Any) -> list[dict[str, Any]]:
    """What a rehearsal shows."""
    parts: list[dict[str, Any]] = []
    run(replace(ctx, rehearse=True, witness=lambda inside: parts.extend(rehearsed_parts(inside))))
    return parts


def test_the_accounts_of_an_entry_with_both_of_their_sides() -> None:
    shop = Shop()
    shop.sale(500)
    before = shop.counts()
    lines = shop.lines(("10", 200), ("10", 50), ("40", -250))
    (part,) = rehearsed(shop.ctx, lambda ctx: post_entry(ctx, book=shop.book, on=DAY, text="Cash sale", lines=lines))
    assert shop.counts() == before
    assert [entry["text"] for entry in part["entries"]] == ["Cash sale"]
    assert [
        (a["code"], [d["amount"] for d in a["debits"]], [c["amount"] for c in a["credits"]], a["before_minor"], a["after_minor"])
        for a in part["accounts"]
    ] == [("10", ["€2.00", "€0.50"], [], 500, 750), ("40", [], ["€2.50"], -500, -750)]


def test_a_reversal_and_what_moves_nothing() -> None:
    shop = Shop()
    entry = shop.sale(500)
    (part,) = rehearsed(shop.ctx, lambda ctx: reverse_entry(ctx, entry=entry, on=DAY, text="Twice"))
    assert [(a["code"], a["after_minor"]) for a in part["accounts"]] == [("10", 0), ("40", 0)]
    clerk = make_ctx(shop.company, "books.post_entry")
    lines = shop.lines(("10", 1), ("40", -1))
    assert rehearsed(clerk, lambda ctx: post_entry(ctx, book=shop.book, on=DAY, text="x", lines=lines)) == [], "who may not see entries"
    from enfilade.base.books.commands import open_book

    assert rehearsed(shop.ctx, lambda ctx: open_book(ctx, code="leave", name="Leave", unit_kind="time")) == []


def test_the_page_shows_it_beside_the_form(client: Any) -> None:
    shop = Shop()
    before = shop.counts()
    client.force_login(shop.ctx.user)
    inputs = {"on": DAY.isoformat(), "text": "Cash sale", "book": shop.book.pk, "rehearse": "1"}
    for number, (code, amount) in enumerate((("10", "200"), ("40", "-200"))):
        inputs |= {f"lines-{number}-account": shop.accounts[code].pk, f"lines-{number}-unit": "EUR"}
        inputs |= {f"lines-{number}-quantity_minor": amount}
    page = client.post("/books/do/post_entry/", inputs).content.decode()
    assert "What would be posted" in page
    assert "10 Cash" in page
    assert shop.counts() == before
